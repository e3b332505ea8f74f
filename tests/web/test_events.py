"""Events over HTTP, on the built-in server and on Werkzeug's own."""

import contextlib
import signal
import socket
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from mockserver.sandbox.events import KEPT
from tests.calls import KIRIM_RECEIPT
from tests.conftest import Server
from tests.sockets import connect, everything
from tests.streams import Seen, only_events
from tests.web.test_waiting import call_in

LISTENING = 30


@pytest.fixture
def sandbox(url: str) -> str:
    """The base of the administration of a new sandbox."""
    made = requests.post(f"{url}/_mock/sandboxes", json={"fixtures": "default"}, timeout=5).json()
    return f"{url}/_mock/sandboxes/{made['id']}"


@contextlib.contextmanager
def listening(sandbox: str, query: str = "") -> Iterator[Iterator[Seen]]:
    with requests.get(f"{sandbox}/events{query}", stream=True, timeout=10) as answer:
        answer.raise_for_status()
        size = 512 if answer.headers.get("Transfer-Encoding") == "chunked" else 1
        yield only_events(answer.iter_content(size))


def test_events_come_as_they_happen(sandbox: str) -> None:
    with listening(sandbox, "?event=request,request_sent") as events:
        for _ in range(3):
            made = call_in(sandbox)
            assert [next(events).data["id"] for _ in range(2)] == [made, made]


def test_many_are_told_of_one_call_and_hold_up_nobody(sandbox: str) -> None:
    with contextlib.ExitStack() as stack:
        streams = [
            stack.enter_context(listening(sandbox, "?event=request")) for _ in range(LISTENING)
        ]
        made = call_in(sandbox)
        told = [next(events) for events in streams]
    assert told[0].data["id"] == made
    assert told == [told[0]] * LISTENING


def test_deletion_ends_the_stream(sandbox: str) -> None:
    with listening(sandbox, "?event=clock") as events:
        requests.delete(sandbox, timeout=5).raise_for_status()
        assert [each.data["what"] for each in events] == ["deleted"]


def test_head_has_no_body_and_the_connection_goes_on(sandbox: str) -> None:
    with requests.Session() as session:
        for _ in range(3):
            answer = session.head(f"{sandbox}/events", timeout=5)
            assert (answer.status_code, answer.content) == (200, b"")


def test_what_the_wire_did_is_told(server: Server) -> None:
    with listening(server.state, "?event=request_sent") as events:
        KIRIM_RECEIPT.send(server.url)
        first = next(events)
        KIRIM_RECEIPT.send(server.url, **{"X-Mock-Fault": "latency=1"})
        second = next(events)
    [entry, _] = requests.get(f"{server.state}/requests", timeout=5).json()["requests"]
    assert first.data["sent_bytes"] == entry["sent_bytes"] > 200
    assert second.data["duration_ms"] >= 1


def ask_raw(server: Server, query: str = "", version: str = "1.1") -> socket.socket:
    connection = connect(server.url)
    path = f"/_mock/sandboxes/default/events{query}"
    connection.sendall(f"GET {path} HTTP/{version}\r\nHost: localhost\r\n\r\n".encode())
    return connection


def read_head(connection: socket.socket) -> bytes:
    received = b""
    while b"retry: 1000\n" not in received:
        received += connection.recv(65_536)
    return received.partition(b"\r\n\r\n")[0]


def test_client_of_http_1_0_reads_to_the_end_of_the_connection(server: Server) -> None:
    with ask_raw(server, version="1.0") as connection:
        head = read_head(connection)
        connection.shutdown(socket.SHUT_WR)
        assert everything(connection) == (b"", False)
    assert b"chunked" not in head
    assert b"\r\nConnection: close" in head


def test_who_ends_its_side_is_told_no_more(server: Server) -> None:
    with ask_raw(server) as connection:
        read_head(connection)
        connection.shutdown(socket.SHUT_WR)
        everything(connection)
    assert requests.get(f"{server.url}/_mock/livez", timeout=5).ok


def test_server_that_ends_ends_its_streams(start_server: Any) -> None:
    server = start_server()
    with ask_raw(server) as connection:
        read_head(connection)
        server.process.send_signal(signal.SIGTERM)
        assert everything(connection) == (b"0\r\n\r\n", False)
    assert server.process.wait(timeout=5) == 0
    assert "Traceback" not in server.log.read_text()


def test_who_does_not_read_is_told_in_the_end_and_holds_up_nobody(server: Server) -> None:
    """More is told than all buffers on the way can hold."""
    name = "x" * 200
    rules = {"faults": [{"name": name, "fault": {"type": "reset"}, "schedule": {"times": 1}}] * 50}
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        address = server.url.removeprefix("http://").split(":")
        connection.connect((address[0], int(address[1])))
        connection.settimeout(10)
        connection.sendall(
            b"GET /_mock/sandboxes/default/events?event=rule HTTP/1.0\r\nHost: localhost\r\n\r\n"
        )
        read_head(connection)
        told = 0
        while told < 20 * KEPT:
            requests.put(f"{server.state}/faults", json=rules, timeout=5).raise_for_status()
            told += 100
        received, _ = everything(connection)
    *_, last = only_events([received.partition(b"\n\n")[2]])
    assert (last.kind, last.data["reason"]) == ("dropped", "slow")
    assert last.data["missed"] > KEPT
    with listening(server.state, f"?after={last.id}") as events:
        assert next(events).kind == "rule"
