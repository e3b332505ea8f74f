"""A running server, and an application in process with a clock that stands still."""

import dataclasses
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from mockserver.app import create_app
from mockserver.config import Settings
from mockserver.core.ids import Ids

ROOT = Path(__file__).parent.parent
NOW = 1_795_240_800_000  # 2026-11-21T06:00:00Z


class StillClock:
    """A clock that moves when it is told to."""

    def __init__(self, now: int = NOW) -> None:
        self._now = now

    def now(self) -> int:
        return self._now

    def advance(self, milliseconds: int) -> None:
        self._now += milliseconds


@dataclasses.dataclass
class Server:
    """A server process. ``state`` is the base of the administration API of its sandbox."""

    url: str
    process: subprocess.Popen[str]
    log: Path

    @property
    def state(self) -> str:
        return f"{self.url}/_mock/sandboxes/default"

    def stop(self, how: int = signal.SIGTERM) -> int:
        """The exit code."""
        self.process.send_signal(how)
        return self.process.wait(timeout=20)


Start = Callable[..., Server]


@pytest.fixture(scope="session")
def start_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Start servers: ``start_server("--journal", "5", MOCKSERVER_D7_READ_RECEIPT_BODY="text")``."""
    started: list[Server] = []

    def start(*options: str, **variables: str) -> Server:
        log = Path(tempfile.mkstemp(dir=tmp_path_factory.getbasetemp(), suffix=".log")[1])
        with log.open("w") as errors:
            process = subprocess.Popen(
                [sys.executable, "-m", "mockserver", "serve", "--port", "0", *options],
                stdout=subprocess.PIPE,
                stderr=errors,
                env=os.environ | variables,
                cwd=tmp_path_factory.getbasetemp(),
                text=True,
            )
        assert process.stdout is not None
        ready = process.stdout.readline()
        assert ready.startswith("mockserver ready: "), log.read_text()
        started.append(Server(ready.removeprefix("mockserver ready: ").strip(), process, log))
        return started[-1]

    yield start
    for server in started:
        if server.process.poll() is None:
            server.stop()
        assert server.process.stdout is not None
        server.process.stdout.close()


@pytest.fixture(scope="session")
def shared_server(start_server: Start) -> Server:
    return start_server()


@pytest.fixture
def server(shared_server: Server) -> Server:
    """The running server in its first state, with no rules and an empty journal."""
    requests.post(f"{shared_server.state}/reset", timeout=5).raise_for_status()
    return shared_server


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def client(clock: StillClock) -> Any:
    """The application in process, on the still clock."""
    return create_app(clock=clock, ids=Ids(seed=1)).test_client()


@pytest.fixture
def make_client(clock: StillClock) -> Callable[..., Any]:
    """The same with settings: ``make_client(switches={"d7": {"read_receipt_body": "text"}})``."""

    def make(**settings: Any) -> Any:
        app = create_app(Settings(**settings), clock=clock, ids=Ids(seed=1))
        return app.test_client()

    return make
