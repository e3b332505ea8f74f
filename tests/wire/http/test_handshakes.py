"""Handshakes that take too long, and what limits hold inside of TLS."""

import socket
import ssl

import pytest

from tests.calls import KIRIM_RECEIPT
from tests.clocks import wait_until
from tests.conftest import Server
from tests.sockets import connect, everything, whole
from tests.tls import HOST, Client, connect_tls, entries, open_tunnel, read_all, trust

LARGEST = 20_480_000


@pytest.fixture
def context(impatient: Server) -> ssl.SSLContext:
    return trust(impatient)


@pytest.mark.parametrize("sent", ["a byte", "half a hello", "a hello"])
def test_unfinished_handshake_is_ended(
    impatient: Server, context: ssl.SSLContext, sent: str
) -> None:
    before = len(entries(impatient))
    with open_tunnel(impatient) as connection:
        client = Client(connection, context)
        with pytest.raises(ssl.SSLWantReadError):
            client.inside.do_handshake()
        hello = client.take()
        connection.sendall(hello[: {"a byte": 1, "half a hello": 90}.get(sent, len(hello))])
        everything(connection)
    [entry] = entries(impatient)[before:]
    assert "did not come to its end within 0.2 s" in entry["because"]
    assert entry["closed_by"] == "server"


def test_unfinished_call_is_408_inside_of_tls(impatient: Server, context: ssl.SSLContext) -> None:
    with connect_tls(impatient, context) as connection:
        connection.sendall(whole(KIRIM_RECEIPT)[:90])
        assert read_all(connection).startswith(b"HTTP/1.1 408 ")


def test_idle_connection_is_ended_inside_of_tls(impatient: Server, context: ssl.SSLContext) -> None:
    with connect_tls(impatient, context) as connection:
        assert read_all(connection) == b""


def test_client_that_reads_nothing_is_given_up(impatient: Server, context: ssl.SSLContext) -> None:
    """The server holds no more of an answer than the sockets do."""
    raw = connect(impatient.url)
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    with context.wrap_socket(raw, server_hostname=HOST) as connection:
        connection.sendall(b"GET /endless/tls HTTP/1.1\r\nHost: localhost\r\n\r\n")
        wait_until(lambda: b'"ended":true' in told(impatient, "tls").replace(b" ", b""))
    assert b'"produced":1024' not in told(impatient, "tls").replace(b" ", b"")


def told(server: Server, name: str) -> bytes:
    with connect(server.url) as connection:
        connection.sendall(f"GET /told/{name} HTTP/1.0\r\nHost: a\r\n\r\n".encode())
        return everything(connection)[0]


def test_large_answer_arrives_whole(lively: Server) -> None:
    with connect_tls(lively, trust(lively), "localhost") as connection:
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        body = read_all(connection).partition(b"\r\n\r\n")[2]
    assert body == bytes(range(256)) * (LARGEST // 256)
