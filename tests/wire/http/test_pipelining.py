"""Many calls in one write, and answers that nobody is in a hurry to read."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests

from tests.conftest import Server
from tests.sockets import connect, connected, read_answer
from tests.wire.http.test_calls import ask

MANY = 10_000


@contextmanager
def sending(connection: socket.socket, data: bytes) -> Iterator[None]:
    """Send beside whatever else happens, as there is more than the buffers hold."""
    sender = threading.Thread(target=connection.sendall, args=(data,))
    sender.start()
    yield
    sender.join()


def newest_target(server: Server) -> str:
    answer = requests.get(f"{server.state}/requests?limit=1", timeout=10)
    return str(answer.json()["requests"][0]["request"]["path"])


@pytest.mark.slow
def test_10_000_calls_in_one_write_are_answered_in_order(server: Server) -> None:
    data = b"".join(ask("GET", f"/d7/nowhere/{number}") for number in range(MANY))
    with connected(server.url) as (connection, stream), sending(connection, data):
        assert {read_answer(stream).status for _ in range(MANY)} == {404}
    assert newest_target(server).endswith(f"/nowhere/{MANY - 1}")


def test_others_are_answered_between_calls_of_one_write(server: Server) -> None:
    data = b"".join(ask("GET", f"/d7/nowhere/{number}") for number in range(MANY))
    with connected(server.url) as (connection, stream), sending(connection, data):
        assert read_answer(stream).status == 404
        with connected(server.url) as (other, others):
            other.sendall(ask("GET", "/d7/other"))
            assert read_answer(others).status == 404
        for _ in range(MANY - 1):
            assert read_answer(stream).status == 404
    assert newest_target(server).endswith(f"/nowhere/{MANY - 1}")  # and not the other's


def test_client_that_reads_nothing_has_no_more_calls_done(lively: Server) -> None:
    """Its answers would else pile up: 50 bytes that are sent become 20 MB that are answered."""
    data = ask("GET", "/large") * 5_000
    with connect(lively.url) as connection:
        connection.setblocking(False)
        refused = 0
        while refused < 200:  # until the system takes nothing more, with others in between
            try:
                connection.send(data)
                refused = 0
            except BlockingIOError:
                refused += 1
            requests.get(f"{lively.url}/_mock/readyz", timeout=10).raise_for_status()


def test_slow_reader_of_a_large_answer_gets_it_whole(lively: Server) -> None:
    with connected(lively.url) as (connection, stream):
        connection.sendall(ask("GET", "/large") + ask("GET", "/_mock/readyz"))
        assert stream.readline() == b"HTTP/1.1 200 OK\r\n"
        while stream.readline() != b"\r\n":
            pass
        body = b""
        while len(body) < 20_480_000:
            body += stream.read(2_048_000)
            assert requests.get(f"{lively.url}/_mock/readyz", timeout=10).status_code == 200
        assert body == bytes(range(256)) * 80_000
        assert b"ok" in read_answer(stream).body
