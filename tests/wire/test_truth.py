"""What the journal tells of the bytes that went out, against what came over raw sockets."""

import socket
import time
from datetime import datetime
from typing import Any

import pytest
import requests

from tests.calls import D7_REPORT
from tests.clocks import wait_until
from tests.conftest import Server
from tests.sockets import connected, everything, head, read_answer

MILLISECOND = 0.001
Entry = dict[str, Any]


def report(fault: str = "", *more: str) -> bytes:
    asked = [f"X-Mock-Fault: {fault}"] if fault else []
    return head(D7_REPORT, b"", *asked, *more)


def entries(server: Server) -> list[Entry]:
    found: list[Entry] = requests.get(f"{server.state}/requests", timeout=5).json()["requests"]
    return found


def finished(server: Server, count: int = 1) -> list[Entry]:
    """The entries, once nothing more of any answer goes out."""

    def are_out() -> bool:
        found = entries(server)
        return len(found) == count and all(each["sent_bytes"] is not None for each in found)

    wait_until(are_out)
    return entries(server)


def closed(server: Server, count: int = 1) -> list[Entry]:
    """The entries, once their connections have ended."""
    wait_until(lambda: all(each["closed_by"] for each in finished(server, count)))
    return entries(server)


def seconds(entry: Entry, name: str) -> float:
    """Between the call and that instant."""
    [begin, end] = [datetime.fromisoformat(entry[each]) for each in ("machine_at", name)]
    return (end - begin).total_seconds()


def ask(server: Server, fault: str = "", *more: str) -> tuple[bytes, Entry]:
    """All that comes until the connection ends, and what the journal has of it."""
    with connected(server.url) as (wire, _):
        wire.sendall(report(fault, *(more or ("Connection: close",))))
        came, _ = everything(wire)
    return came, closed(server)[0]


def test_whole_answer_is_told_to_the_byte(server: Server) -> None:
    before = time.time()
    came, entry = ask(server)
    assert (entry["sent_bytes"], entry["closed_by"]) == (len(came), "server")
    assert entry["first_byte_at"] == entry["last_byte_at"] >= entry["machine_at"]
    assert 0 < entry["duration_ms"] < (time.time() - before) / MILLISECOND


def test_late_answer_begins_later_than_its_call(server: Server) -> None:
    came, entry = ask(server, "latency=60")
    assert entry["sent_bytes"] == len(came)
    assert entry["duration_ms"] >= 50  # timers may be a little early
    assert 0.05 <= seconds(entry, "first_byte_at") <= seconds(entry, "last_byte_at")


def test_answer_in_pieces_has_two_instants(server: Server) -> None:
    rule = {"fault": {"type": "drip", "over_ms": 60}}
    requests.post(f"{server.state}/faults", json=rule, timeout=5).raise_for_status()
    came, entry = ask(server)
    assert entry["sent_bytes"] == len(came)
    assert seconds(entry, "last_byte_at") - seconds(entry, "first_byte_at") >= 0.04
    assert entry["duration_ms"] >= seconds(entry, "last_byte_at") / MILLISECOND - 1


def test_entry_of_an_answer_that_is_on_its_way_tells_nothing_yet(server: Server) -> None:
    with connected(server.url) as (wire, stream):
        wire.sendall(report("drip=1"))
        stream.readline()
        [entry] = entries(server)
        names = ("duration_ms", "sent_bytes", "first_byte_at", "last_byte_at", "closed_by")
        assert [entry[each] for each in names] == [None] * 5


@pytest.mark.parametrize("fault", ["truncate", "truncate=0.5", "garbage"])
def test_answer_that_is_broken_off_is_told_as_far_as_it_went(server: Server, fault: str) -> None:
    came, entry = ask(server, fault)
    assert (entry["sent_bytes"], entry["closed_by"]) == (len(came), "fault")
    assert entry["first_byte_at"] is not None


@pytest.mark.parametrize("fault", ["reset", "empty", "hang=20"])
def test_nothing_that_went_out_is_told_as_nothing(server: Server, fault: str) -> None:
    came, entry = ask(server, fault)
    assert (came, entry["sent_bytes"], entry["closed_by"]) == (b"", 0, "fault")
    assert (entry["first_byte_at"], entry["last_byte_at"]) == (None, None)
    assert entry["duration_ms"] >= (15 if fault == "hang=20" else 0)


@pytest.mark.parametrize("fault", ["hang", "latency=60000"])
def test_client_that_hangs_up_before_gets_nothing(server: Server, fault: str) -> None:
    with connected(server.url) as (wire, _):
        wire.sendall(report(fault))
        wait_until(lambda: len(entries(server)) == 1)
        if fault != "hang":  # who only ends its own side may still want the answer
            reset(wire)
    [entry] = closed(server)
    assert (entry["sent_bytes"], entry["closed_by"]) == (0, "client")
    assert (entry["first_byte_at"], entry["last_byte_at"]) == (None, None)
    assert entry["duration_ms"] > 0


def reset(wire: socket.socket) -> None:
    """Have closing it be a reset."""
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def test_client_that_hangs_up_in_between_gets_a_part(server: Server) -> None:
    with connected(server.url) as (wire, stream):
        wire.sendall(report("drip=40"))
        assert stream.readline() == b"HTTP/1.1 200 OK\r\n"
        reset(wire)
    [entry] = closed(server)
    assert entry["closed_by"] == "client"
    assert 0 < entry["sent_bytes"] < 1_000
    assert seconds(entry, "last_byte_at") >= seconds(entry, "first_byte_at")


def test_connection_that_goes_on_is_closed_for_all_its_answers(server: Server) -> None:
    with connected(server.url) as (wire, stream):
        for count in range(1, 4):
            wire.sendall(report())
            assert read_answer(stream).status == 200
            assert [each["closed_by"] for each in finished(server, count)] == [None] * count
    assert [each["closed_by"] for each in closed(server, 3)] == ["client"] * 3


def test_calls_sent_at_once_are_told_each(server: Server) -> None:
    with connected(server.url) as (wire, _):
        wire.sendall(report() * 9 + report("", "Connection: close"))
        came, _ = everything(wire)
    found = closed(server, 10)
    assert sum(each["sent_bytes"] for each in found) == len(came)
    assert {each["closed_by"] for each in found} == {"server"}


def test_answer_that_nobody_reads_is_told_as_far_as_it_went(server: Server) -> None:
    """More than both sides' buffers hold."""
    body = "x" * 900_000
    fault = {"type": "status", "status": 200, "body": body}
    rule = {"match": {"provider": "d7"}, "fault": fault}
    requests.post(f"{server.state}/faults", json=rule, timeout=5).raise_for_status()
    calls = 20
    with connected(server.url) as (wire, _):
        wire.sendall(report() * calls)
        wait_until(lambda: holds_up(server))
        reset(wire)
    wait_until(lambda: all(each["closed_by"] for each in entries(server)))
    *before, last = entries(server)
    assert all(each["sent_bytes"] > len(body) for each in before)
    assert last["sent_bytes"] < len(body)
    assert last["closed_by"] == "client"


def holds_up(server: Server) -> bool:
    """Whether the newest answer waits for the client to read."""
    [newest] = requests.get(f"{server.state}/requests?limit=1", timeout=5).json()["requests"] or [
        {}
    ]
    return bool(newest) and newest["sent_bytes"] is None


def test_head_alone_is_told(server: Server) -> None:
    with connected(server.url) as (wire, _):
        wire.sendall(report("", "Connection: close").replace(b"GET", b"HEAD", 1))
        came, _ = everything(wire)
    assert closed(server)[0]["sent_bytes"] == len(came)


@pytest.mark.parametrize(
    ("data", "method", "hint"),
    [
        (b"\x15\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "", "every request begins"),
        (b"GET / HTTP/1.1\r\n\r\n", "GET", "HTTP/1.1 wants one"),
    ],
    ids=["no HTTP", "no host"],
)
def test_what_is_refused_before_it_is_a_call_is_told_as_well(
    server: Server, data: bytes, method: str, hint: str
) -> None:
    with connected(server.url) as (wire, _):
        wire.sendall(data)
        came, _ = everything(wire)
    [entry] = closed(server)
    assert (entry["sent_bytes"], entry["closed_by"]) == (len(came), "server")
    assert (entry["request"]["method"], entry["provider"]) == (method, None)
    assert (entry["peer"], hint in entry["hint"]) == ("127.0.0.1", True)
    lines = server.log.read_text().splitlines()
    assert len([line for line in lines if f"{entry['id']} refused" in line]) == 1
