"""Faults of the connection beside other things that happen on it."""

import contextlib
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.calls import D7_RECEIPT, D7_REPORT
from tests.conftest import Server, Start
from tests.sockets import connect as connect_to
from tests.sockets import everything, head

WAITED = "that are not out are due at once"  # logged where a call was waited for in vain
ENDINGS = ("reset", "reset=40", "empty", "truncate", "garbage", "hang=20", "outage")


def report(fault: str = "", *more: str) -> bytes:
    asked = [f"X-Mock-Fault: {fault}"] if fault else []
    return head(D7_REPORT, b"", *asked, *more)


Connect = Callable[[Server], socket.socket]


@pytest.fixture
def connect() -> Iterator[Connect]:
    opened: list[socket.socket] = []

    def open_one(server: Server) -> socket.socket:
        opened.append(connect_to(server.url, timeout=5))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


@pytest.fixture(scope="module")
def whole(shared_server: Server) -> bytes:
    """The report as it is without a fault, whatever rules a test before has left."""
    requests.delete(f"{shared_server.state}/faults", timeout=5).raise_for_status()
    return D7_REPORT.send(shared_server.url).content


@pytest.mark.parametrize("fault", ENDINGS)
def test_client_that_has_ended_its_own_side_sees_the_same(
    server: Server, connect: Connect, fault: str
) -> None:
    came = []
    for half_closed in (False, True):
        wire = connect(server)
        wire.sendall(report(fault))
        if half_closed:
            with contextlib.suppress(OSError):  # it may have been reset already
                wire.shutdown(socket.SHUT_WR)
        received, reset = everything(wire)
        # What had come before a reset may be lost to a client that has not read it yet.
        came.append((0 if reset else len(received), reset))
    assert came[0] == came[1]


def test_hanging_call_ends_when_the_client_hangs_up(server: Server, connect: Connect) -> None:
    wire = connect(server)
    wire.sendall(report("hang"))
    wire.shutdown(socket.SHUT_WR)
    assert everything(wire) == (b"", False)


@pytest.mark.parametrize("fault", ["reset=1000000", "truncate=1000000", "truncate=0.999999"])
def test_last_byte_of_a_broken_answer_never_comes(
    server: Server, connect: Connect, whole: bytes, fault: str
) -> None:
    wire = connect(server)
    wire.sendall(report(fault))
    received, reset = everything(wire)
    body = received.partition(b"\r\n\r\n")[2]
    assert reset is fault.startswith("reset")
    if reset:  # what had come before it may be lost
        assert whole[:-1].startswith(body)
    else:
        assert body == whole[:-1]


@pytest.mark.sample(1)
@pytest.mark.parametrize("fault", ENDINGS)
def test_call_behind_a_broken_one_holds_nothing_up(
    start_server: Start, connect: Connect, fault: str
) -> None:
    server = start_server()
    wire = connect(server)
    wire.sendall(report(fault) + report())
    everything(wire)
    wire.close()
    assert server.stop(signal.SIGTERM) == 0
    log = server.log.read_text()
    assert [told for told in (WAITED, "Traceback", "without completing") if told in log] == []


@pytest.mark.sample(1)
@pytest.mark.parametrize("fault", ["latency=60000", "drip=1"])
def test_delayed_call_whose_client_has_gone_does_not_hold_up_the_end(
    start_server: Start, connect: Connect, fault: str
) -> None:
    server = start_server()
    wire = connect(server)
    wire.sendall(report(fault))
    while not requests.get(f"{server.state}/requests", timeout=5).json()["requests"]:
        pass
    wire.close()
    assert server.stop(signal.SIGTERM) == 0
    assert WAITED not in server.log.read_text()


@pytest.mark.parametrize(
    ("slow", "milliseconds"),
    [
        ({"type": "latency", "ms": 60, "between": "headers and body"}, 60),
        ({"type": "drip", "over_ms": 60}, 60),
    ],
    ids=lambda value: value["type"] if isinstance(value, dict) else "",
)
@pytest.mark.parametrize("fault", ["truncate", "reset=700"])
def test_broken_answer_is_as_slow_as_a_whole_one(
    server: Server,
    connect: Connect,
    whole: bytes,
    slow: dict[str, Any],
    milliseconds: int,
    fault: str,
) -> None:
    requests.post(f"{server.state}/faults", json={"fault": slow}, timeout=5).raise_for_status()
    wire = connect(server)
    started = time.monotonic()
    wire.sendall(report(fault))
    start = wire.recv(65_536)
    received, reset = everything(wire)
    assert time.monotonic() - started >= milliseconds / 1000
    assert start.endswith(b"\r\n\r\n")
    assert whole[:-1].startswith(received)
    assert reset is fault.startswith("reset")


# What delays an answer for longer than a server that shall end is patient.
PAUSES: dict[str, list[dict[str, Any]]] = {
    "latency": [{"type": "latency", "ms": 60_000}],
    "drip": [{"type": "drip", "over_ms": 3_600_000}],
    "three": [
        {"type": "latency", "ms": 3_600_000},
        {"type": "latency", "ms": 3_600_000, "between": "headers and body"},
        {"type": "drip", "over_ms": 3_600_000},
    ],
}


@pytest.mark.slow
def test_server_ends_beside_whatever_delays(
    start_server: Start, connect: Connect, whole: bytes
) -> None:
    """And sends at once what is still due. All in one, as each server is patient for 10 s."""
    waiting = []
    receipt = head(D7_RECEIPT, b"")
    done = b'"Message successfully marked as read"'
    for name, pauses in PAUSES.items():
        server = start_server()
        for fault in pauses:
            rule = {"fault": fault}
            requests.post(f"{server.state}/faults", json=rule, timeout=5).raise_for_status()
        wire = connect(server)
        wire.settimeout(20)
        wire.sendall(receipt if name == "latency" else report())
        while not requests.get(f"{server.state}/requests", timeout=5).json()["requests"]:
            pass
        server.process.send_signal(signal.SIGTERM)
        waiting.append((server, wire, done if name == "latency" else whole))
    for server, wire, due in waiting:
        assert server.process.wait(timeout=20) == 0
        start, _, body = everything(wire)[0].partition(b"\r\n\r\n")
        assert start.startswith(b"HTTP/1.1 200 ")
        assert body == due
        log = server.log.read_text()
        assert WAITED in log
        assert "Traceback" not in log


@pytest.mark.parametrize("fault", ["", "status=418", "gateway", "error=NOT_FOUND"])
def test_client_that_ends_its_side_at_once_is_answered(
    server: Server, connect: Connect, fault: str
) -> None:
    for _ in range(5):
        wire = connect(server)
        wire.sendall(report(fault))
        wire.shutdown(socket.SHUT_WR)
        assert everything(wire)[0].startswith(b"HTTP/1.1 ")


def open_files(server: Server) -> int:
    return len(list(Path(f"/proc/{server.process.pid}/fd").iterdir()))


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
@pytest.mark.parametrize(
    "call",
    [
        report("hang"),
        report("hang", "Content-Length: 2000000") + b"x" * 100_000,
        report("hang", "Content-Length: 200000").replace(b"GET", b"POST") + b"x" * 200_000,
    ],
    ids=["no body", "too large a body", "a body"],
)
@pytest.mark.parametrize("late", [False, True])
def test_hanging_connection_is_closed_after_its_client(
    server: Server, connect: Connect, call: bytes, late: bool
) -> None:
    if late:
        rule = {"fault": {"type": "latency", "ms": 50}}
        requests.post(f"{server.state}/faults", json=rule, timeout=5).raise_for_status()
    requests.get(f"{server.url}/_mock/livez", timeout=5)
    before = open_files(server)
    wires = [connect(server) for _ in range(5)]
    for wire in wires:
        wire.sendall(call)
    while len(requests.get(f"{server.state}/requests", timeout=5).json()["requests"]) < 5:
        pass
    for wire in wires:
        wire.close()
    for _ in range(1_000):
        if open_files(server) <= before:
            break
        requests.get(f"{server.url}/_mock/livez", timeout=5)
    assert open_files(server) <= before


@pytest.mark.parametrize("fault", ["empty", "truncate", "garbage", "hang=20"])
def test_clean_close_is_clean_while_the_client_is_sending(
    server: Server, connect: Connect, fault: str
) -> None:
    wire = connect(server)
    wire.sendall(report(fault, "Content-Length: 2000000"))
    for _ in range(20):
        wire.sendall(b"x" * 65_536)
    assert everything(wire)[1] is False


def test_of_two_drips_the_first_wins(server: Server) -> None:
    for milliseconds in (1, 60_000):
        fault = {"type": "drip", "over_ms": milliseconds}
        requests.post(f"{server.state}/faults", json={"fault": fault}, timeout=5).raise_for_status()
    assert D7_REPORT.send(server.url).status_code == 200
    [entry] = requests.get(f"{server.state}/requests?limit=1", timeout=5).json()["requests"]
    assert [hit["fault"]["over_ms"] for hit in entry["injected"]] == [1]


@pytest.mark.parametrize("status", [204, 304])
def test_status_without_a_body_has_none(server: Server, connect: Connect, status: int) -> None:
    fault = {"type": "status", "status": status, "body": "no body may follow"}
    rule = {"fault": fault, "schedule": {"times": 1}}
    requests.post(f"{server.state}/faults", json=rule, timeout=5).raise_for_status()
    wire = connect(server)
    wire.sendall(report() + report("", "Connection: close"))
    received, _ = everything(wire)
    first, _, second = received.partition(b"\r\n\r\n")
    assert first.startswith(f"HTTP/1.1 {status} ".encode())
    assert second.startswith(b"HTTP/1.1 200 OK")


def test_journal_tells_what_was_sent(server: Server, connect: Connect) -> None:
    told = []
    for fault in ("hang=20", "reset", "reset=40", "truncate", "garbage", "latency=1"):
        wire = connect(server)
        wire.sendall(report(fault, "Connection: close"))
        everything(wire)
        [entry] = requests.get(f"{server.state}/requests?limit=1", timeout=5).json()["requests"]
        told.append((entry["sent"], entry["response"]["status"], entry["because"]))
    assert told == [
        ("nothing", None, "injected by header: hang"),
        ("nothing", None, "injected by header: reset"),
        ("part", 200, "injected by header: reset"),
        ("part", 200, "injected by header: truncate"),
        ("garbage", None, "injected by header: garbage"),
        ("all", 200, None),
    ]
    assert "-> nothing sent: injected by header: hang" in server.log.read_text()
