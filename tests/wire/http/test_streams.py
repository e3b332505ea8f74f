"""Answers of a user's own view that come in pieces: each goes out when it is there."""

import contextlib
import socket

import pytest
import requests

from tests.calls import D7_RECEIPT
from tests.clocks import wait_until
from tests.conftest import Server
from tests.sockets import connect, connected, read_answer, whole
from tests.wire.http.conftest import Serve
from tests.wire.http.test_calls import ask

LINE = 32_768  # bytes of each of three pieces
MOST_PIECES = 32  # of 1 MiB each: what lies in the buffers on the way, and no more


def open_gate(server: Server, name: str) -> None:
    requests.post(f"{server.url}/open/{name}", timeout=10).raise_for_status()


def told(server: Server, name: str) -> dict[str, int]:
    answer: dict[str, int] = requests.get(f"{server.url}/told/{name}", timeout=10).json()
    return answer


def settled(server: Server, name: str) -> int:
    """How many pieces were made once there were no more for a hundred calls in a row."""
    seen = [told(server, name)["produced"]]
    while len(seen) < 100 or len(set(seen[-100:])) > 1:
        seen.append(told(server, name)["produced"])
        assert seen[-1] < 500
    return seen[-1]


@pytest.mark.parametrize("query", ["", "?length"], ids=["in chunks", "of a known length"])
def test_each_piece_arrives_before_the_next_is_made(lively: Server, query: str) -> None:
    name = f"apart{len(query)}"
    with connected(lively.url) as (connection, stream):
        connection.sendall(ask("GET", f"/pieces/{name}{query}"))
        received = b""
        for number in (1, 2, 3):
            while b"piece %d " % number not in received:
                received += stream.readline()
            assert b"piece %d " % (number + 1) not in received
            open_gate(lively, name)
        if query:
            assert len(received.partition(b"\r\n\r\n")[2]) == 3 * LINE
        else:
            assert stream.readline() + stream.read(5) == b"\r\n0\r\n\r\n"
        connection.sendall(whole(D7_RECEIPT))
        assert read_answer(stream).status == 200


def test_call_behind_a_stream_waits_for_its_end(lively: Server) -> None:
    with connected(lively.url) as (connection, stream):
        connection.sendall(ask("GET", "/pieces/first") + ask("GET", "/empty-pieces"))
        open_gate(lively, "first")
        open_gate(lively, "first")
        received = b""
        while not received.endswith(b"two\r\n0\r\n\r\n"):
            received += stream.readline()
    first, _, second = received.partition(b"\r\n0\r\n\r\n")
    assert first.count(b"piece ") == 3
    assert b"3\r\none\r\n3\r\ntwo\r\n" in second


def test_stream_makes_no_more_than_the_client_reads(lively: Server) -> None:
    with connect(lively.url) as connection:
        connection.sendall(ask("GET", "/endless/slow"))
        wait_until(lambda: told(lively, "slow")["produced"] > 0)
        made = settled(lively, "slow")
        assert made <= MOST_PIECES
        left = 40 * 1_048_576
        while left > 0:
            left -= len(connection.recv(1_048_576))
        wait_until(lambda: told(lively, "slow")["produced"] > made)
        assert settled(lively, "slow") <= 40 + 2 * MOST_PIECES
    wait_until(lambda: bool(told(lively, "slow")["ended"]))


@pytest.mark.parametrize("how", ["closed", "reset"])
def test_generator_is_closed_when_its_client_is_gone(lively: Server, how: str) -> None:
    with connect(lively.url) as connection:
        connection.sendall(ask("GET", f"/endless/{how}"))
        assert connection.recv(12) == b"HTTP/1.1 200"
        if how == "reset":
            linger = b"\1\0\0\0\0\0\0\0"
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    wait_until(lambda: bool(told(lively, how)["ended"]))
    assert told(lively, how)["produced"] <= MOST_PIECES


def test_stream_that_fails_is_broken_off(lively: Server) -> None:
    with connected(lively.url) as (connection, stream):
        connection.sendall(ask("GET", "/broken"))
        received = b""
        with contextlib.suppress(ConnectionError):
            received = stream.read()
    assert received.startswith(b"HTTP/1.1 200 ")
    assert b"one piece" in received
    assert not received.endswith(b"0\r\n\r\n")


def test_empty_piece_is_no_end(lively: Server) -> None:
    answer = requests.get(f"{lively.url}/empty-pieces", timeout=10)
    assert answer.content == b"onetwo"


def test_streams_have_a_bound_and_others_are_told(serve: Serve) -> None:
    server = serve(streams=2)
    with contextlib.ExitStack() as stack:
        for number in range(2):
            connection = stack.enter_context(connect(server.url))
            connection.sendall(ask("GET", f"/pieces/{number}"))
            assert connection.recv(12) == b"HTTP/1.1 200"
        answer = requests.get(f"{server.url}/pieces/more", timeout=10)
        assert answer.status_code == 503
        assert requests.get(f"{server.url}/_mock/readyz", timeout=10).status_code == 200
        for number in range(2):
            open_gate(server, str(number))
            open_gate(server, str(number))
    wait_until(lambda: requests.head(f"{server.url}/empty-pieces", timeout=9).status_code == 200)


def test_others_are_answered_while_a_generator_waits(lively: Server) -> None:
    with contextlib.ExitStack() as stack:
        for number in range(10):
            connection = stack.enter_context(connect(lively.url))
            connection.sendall(ask("GET", f"/pieces/many{number}"))
            assert connection.recv(12) == b"HTTP/1.1 200"
        assert D7_RECEIPT.send(lively.url).status_code == 200
        for number in range(10):
            for _ in range(2):
                open_gate(lively, f"many{number}")
