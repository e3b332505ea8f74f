"""A signal while calls are half there: the server does not wait for their other half."""

import signal
from contextlib import ExitStack

import pytest
import requests

from tests.calls import D7_RECEIPT, KIRIM_RECEIPT
from tests.conftest import Server
from tests.sockets import connect, everything, head
from tests.wire.http.conftest import Serve

PATIENCE_SECONDS = 5  # with one that should take 1 s; the grace for answers under way is 10 s
BODY = KIRIM_RECEIPT.full_body
CHUNKED = head(KIRIM_RECEIPT, BODY, "Transfer-Encoding: chunked")
UNFINISHED = {
    "nothing": b"",
    "half a head": b"GET / HTTP/1.1\r\nHost: loc",
    "half a body": head(KIRIM_RECEIPT, BODY, f"Content-Length: {len(BODY)}") + BODY[:9],
    "half a large body": head(KIRIM_RECEIPT, BODY, "Content-Length: 900000") + bytes(800_000),
    "half a chunk": CHUNKED + b"%x\r\n" % len(BODY) + BODY[:9],
    "half a trailer": CHUNKED + b"0\r\nX-More",
    "a body that was refused": head(KIRIM_RECEIPT, BODY, "Content-Length: 9000000") + bytes(9),
    "an expectation": head(KIRIM_RECEIPT, BODY, "Expect: 100-continue", "Content-Length: 9"),
}


def stop(server: Server, how: signal.Signals = signal.SIGTERM) -> None:
    server.process.send_signal(how)
    assert server.process.wait(timeout=PATIENCE_SECONDS) == 0
    log = server.log.read_text()
    assert "Traceback" not in log
    assert "ERROR" not in log


@pytest.mark.sample(1)
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_the_server_whatever_is_half_there(serve: Serve, how: signal.Signals) -> None:
    server = serve()
    with ExitStack() as stack:
        opened = []
        for data in list(UNFINISHED.values()) * 3:
            connection = stack.enter_context(connect(server.url))
            connection.sendall(data)
            opened.append(connection)
        requests.get(f"{server.url}/_mock/readyz", timeout=10)
        stop(server, how)
        for connection in opened:
            answered = everything(connection)[0]
            assert not answered or answered.startswith(b"HTTP/1.1 ")


def test_signal_ends_the_server_while_streams_go_on(serve: Serve) -> None:
    """A user's generator that waits for something is not waited for longer than the grace."""
    server = serve(grace_seconds=0.2)
    with ExitStack() as stack:
        for path in ("/pieces/a", "/pieces/b", "/endless/c"):
            connection = stack.enter_context(connect(server.url))
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            assert connection.recv(12) == b"HTTP/1.1 200"
        stop(server)


def test_signal_ends_the_server_while_a_client_reads_nothing(serve: Serve) -> None:
    server = serve(grace_seconds=0.2)
    with connect(server.url) as connection:
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert connection.recv(12) == b"HTTP/1.1 200"
        stop(server)


def test_hanging_call_does_not_hold_up_the_end(serve: Serve) -> None:
    server = serve()
    rule = {"match": {"provider": "d7"}, "fault": {"type": "hang"}}
    requests.post(f"{server.state}/faults", json=rule, timeout=10).raise_for_status()
    with connect(server.url) as connection:
        connection.sendall(
            head(D7_RECEIPT, b"", "Content-Length: 0")
            + b"GET /d7/nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n"
        )
        requests.get(f"{server.url}/_mock/readyz", timeout=10)
        stop(server)
