"""Descriptors: as many as the system allows, and the idle ones given up before all are taken."""

import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from tests.calls import D7_RECEIPT
from tests.clocks import wait_until
from tests.conftest import Server
from tests.sockets import connect, everything, has_answer, read_answer, whole


@pytest.fixture
def start_limited(tmp_path: Path, started: list[Server]) -> Callable[[int, int], Server]:
    """Start a server with a soft and a hard limit of open files."""

    def start(soft: int, hard: int) -> Server:
        limits = f"ulimit -Sn {soft} && ulimit -Hn {hard}"
        log = tmp_path / "log"
        with log.open("w") as errors:
            process = subprocess.Popen(
                [
                    "bash",
                    "-c",
                    f'{limits} && exec "$0" -m mockserver serve --port 0',
                    sys.executable,
                ],
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=tmp_path,
                text=True,
            )
        assert process.stdout is not None
        ready = process.stdout.readline()
        assert ready.startswith("mockserver ready: "), log.read_text()
        started.append(Server(ready.removeprefix("mockserver ready: ").strip(), process, log))
        return started[-1]

    return start


def test_soft_limit_is_raised_to_the_hard_one(start_limited: Callable[..., Server]) -> None:
    server = start_limited(64, 256)
    lines = Path(f"/proc/{server.process.pid}/limits").read_text().splitlines()
    [files] = [line for line in lines if line.startswith("Max open files")]
    assert files.split()[3:5] == ["256", "256"]


def test_longest_idle_connections_make_room_for_new_ones(
    start_limited: Callable[..., Server],
) -> None:
    server = start_limited(80, 80)
    with ExitStack() as stack:
        idle = []
        for _ in range(200):
            connection = stack.enter_context(connect(server.url))
            connection.sendall(whole(D7_RECEIPT))
            assert read_answer(stack.enter_context(connection.makefile("rb"))).status == 200
            idle.append(connection)
        for connection in idle[:100]:
            assert everything(connection)[0] == b""
        idle[-1].sendall(whole(D7_RECEIPT))
        assert idle[-1].recv(12) == b"HTTP/1.1 200"
        assert requests.get(f"{server.url}/_mock/readyz", timeout=10).status_code == 200
    log = server.log.read_text()
    assert "Traceback" not in log
    assert "idle" in log


def test_connections_that_wait_for_an_answer_are_not_given_up(
    start_limited: Callable[..., Server],
) -> None:
    server = start_limited(80, 80)
    rule = {"match": {"provider": "d7"}, "fault": {"type": "latency", "ms": 3_000}}
    requests.post(f"{server.state}/faults", json=rule, timeout=10).raise_for_status()
    with ExitStack() as stack:
        waiting = [stack.enter_context(connect(server.url)) for _ in range(20)]
        for connection in waiting:
            connection.sendall(whole(D7_RECEIPT))
        for _ in range(150):
            connection = stack.enter_context(connect(server.url))
            connection.sendall(b"GET /kaleyra/nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert read_answer(stack.enter_context(connection.makefile("rb"))).status == 404
        for connection in waiting:
            assert read_answer(stack.enter_context(connection.makefile("rb"))).status == 200


def test_silent_connections_lock_nobody_out(start_limited: Callable[..., Server]) -> None:
    """Nor do those that have sent half a call, nor all of the same instant."""
    server = start_limited(80, 80)
    with ExitStack() as stack:
        for data in (b"", b"GET / HT", whole(D7_RECEIPT)[:-3]) * 60:
            connection = stack.enter_context(connect(server.url))
            connection.sendall(data)
        for _ in range(5):
            answer = requests.get(f"{server.url}/_mock/readyz", timeout=10)
            assert answer.status_code == 200
    assert "Traceback" not in server.log.read_text()


def test_where_all_wait_for_their_answers_others_are_told_so(
    start_limited: Callable[..., Server],
) -> None:
    """Nothing can be given up."""
    server = start_limited(80, 80)
    rule = {"match": {"provider": "d7"}, "fault": {"type": "hang"}}
    requests.post(f"{server.state}/faults", json=rule, timeout=10).raise_for_status()
    with ExitStack() as stack:
        opened = []
        for _ in range(100):
            connection = stack.enter_context(connect(server.url))
            connection.sendall(whole(D7_RECEIPT))
            connection.setblocking(False)
            opened.append(connection)
        wait_until(lambda: sum(map(has_answer, opened)) >= 30)
        for connection in filter(has_answer, opened):
            assert connection.recv(12) == b"HTTP/1.1 503"
    answer = requests.get(f"{server.state}/requests?status=503", timeout=10)
    assert len(answer.json()["requests"]) >= 30
    assert "Traceback" not in server.log.read_text()
