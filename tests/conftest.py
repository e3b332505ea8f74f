"""A running server, and an application in process with a clock that stands still."""

import dataclasses
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests

from mockserver import create_app
from mockserver.config import Settings

ROOT = Path(__file__).parent.parent
NOW = 1_795_240_800_000  # 2026-11-21T06:00:00Z
STATE = "/_mock/sandboxes/default"


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
        return f"{self.url}{STATE}"

    def stop(self, how: int = signal.SIGTERM) -> int:
        """The exit code."""
        self.process.send_signal(how)
        return self.process.wait(timeout=20)


Start = Callable[..., Server]


@pytest.fixture(scope="session", autouse=True)
def _state_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test makes or finds a certificate authority in the developer's own state directory."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session")
def started() -> Iterator[list[Server]]:
    """All servers that are running; at the end they are told to stop together."""
    servers: list[Server] = []
    yield servers
    for server in servers:
        server.process.terminate()
    for server in servers:
        _finish(server)


@pytest.fixture(autouse=True)
def _servers_of_one_test(started: list[Server]) -> Iterator[None]:
    """What a test started itself, and left running, ends with it. What it shares goes on."""
    shared = len(started)
    yield
    while len(started) > shared:
        server = started.pop()
        server.process.kill()
        _finish(server)


def _finish(server: Server) -> None:
    assert server.process.stdout is not None
    server.process.wait(timeout=20)
    server.process.stdout.close()


@pytest.fixture(scope="session")
def start_server(tmp_path_factory: pytest.TempPathFactory, started: list[Server]) -> Start:
    """Start servers: ``start_server("--journal", "5", MOCKSERVER_D7_READ_RECEIPT_BODY="text")``."""

    def start(*options: str, **variables: str) -> Server:
        folder = tmp_path_factory.mktemp("server")
        log = folder / "log"
        with log.open("w") as errors:
            process = subprocess.Popen(
                [sys.executable, "-m", "mockserver", "serve", "--port", "0", *options],
                stdout=subprocess.PIPE,
                stderr=errors,
                env=os.environ | variables,
                cwd=folder,
                text=True,
            )
        assert process.stdout is not None
        ready = process.stdout.readline()
        assert ready.startswith("mockserver ready: "), log.read_text()
        started.append(Server(ready.removeprefix("mockserver ready: ").strip(), process, log))
        return started[-1]

    return start


@pytest.fixture(scope="session")
def shared_server(start_server: Start) -> Server:
    return start_server()


@pytest.fixture
def server(shared_server: Server) -> Server:
    """The running server in its first state, with no rules and an empty journal."""
    requests.post(f"{shared_server.state}/reset", timeout=5).raise_for_status()
    return shared_server


@pytest.fixture(scope="session")
def shared_clock() -> StillClock:
    return StillClock()


def new_client(clock: StillClock, **settings: Any) -> Any:
    """An application in process, whose ids are the same in every run."""
    return create_app(Settings(**settings), clock=clock, seed=1).test_client()


@pytest.fixture(scope="session")
def shared_client(shared_clock: StillClock) -> Any:
    return new_client(shared_clock)


@pytest.fixture
def clock(shared_clock: StillClock) -> StillClock:
    shared_clock.advance(NOW - shared_clock.now())
    return shared_clock


@pytest.fixture
def client(shared_client: Any, clock: StillClock) -> Any:
    """The application in process in its first state, on the still clock."""
    assert clock.now() == NOW
    assert shared_client.post(f"{STATE}/reset").status_code == 204
    return shared_client


@pytest.fixture
def make_client(clock: StillClock) -> Callable[..., Any]:
    """New ones with settings: ``make_client(switches={"d7": {"read_receipt_body": "text"}})``."""
    return partial(new_client, clock)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow what ``sample(n)`` leaves out: by chance, so that every axis has its share."""
    cases: dict[str, list[pytest.Item]] = {}
    for item in items:
        if item.get_closest_marker("sample"):
            cases.setdefault(item.nodeid.partition("[")[0], []).append(item)
    for name, found in cases.items():
        marker = found[0].get_closest_marker("sample")
        assert marker is not None
        found.sort(key=lambda item: item.nodeid)
        kept = random.Random(name).sample(found, min(marker.args[0], len(found)))
        for item in found:
            if item not in kept:
                item.add_marker(pytest.mark.slow)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where CI=true a skipped test is a failed one: nothing may be lacking there."""
    report = yield
    _fail_where_skipped(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same of a module that skips all of its tests."""
    report = yield
    _fail_where_skipped(report)
    return report


def _fail_where_skipped(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped and os.environ.get("CI") == "true" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which is a failure where CI=true: {report.longrepr}"
