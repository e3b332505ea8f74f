"""Servers with short limits and views of a user's own, and what holds after every test."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
import requests

from tests.conftest import ROOT, Server

Serve = Callable[..., Server]


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory, started: list[Server]) -> Serve:
    """Start one: ``serve(head_seconds=0.2)``; the names are those of ``Limits``."""

    def start(**limits: float) -> Server:
        log = tmp_path_factory.mktemp("server") / "log"
        with log.open("w") as errors:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.wire.http.program", json.dumps(limits)],
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=ROOT,
                text=True,
            )
        assert process.stdout is not None
        ready = process.stdout.readline()
        assert ready.startswith("mockserver ready: "), log.read_text()
        started.append(Server(ready.removeprefix("mockserver ready: ").strip(), process, log))
        return started[-1]

    return start


@pytest.fixture(scope="session")
def lively(serve: Serve) -> Server:
    """With the ordinary limits."""
    return serve()


@pytest.fixture(scope="session")
def impatient(serve: Serve) -> Server:
    """With limits of time that a test can wait for."""
    return serve(
        head_seconds=0.2,
        body_seconds=0.2,
        keep_alive_seconds=0.3,
        write_seconds=0.3,
        drain_seconds=0.2,
    )


@pytest.fixture(autouse=True)
def _unharmed(started: list[Server]) -> Iterator[None]:
    """After every test each server that runs answers, and nothing has been raised in it."""
    logged = {server.url: server.log.stat().st_size for server in started}
    yield
    for server in started:
        text = server.log.read_bytes()[logged.get(server.url, 0) :].decode()
        assert text.count("Traceback") == text.count("ZeroDivisionError: as a user's view may")
        if server.process.poll() is None:
            answer = requests.get(f"{server.url}/_mock/readyz", timeout=10)
            assert answer.json()["status"] == "ok"
