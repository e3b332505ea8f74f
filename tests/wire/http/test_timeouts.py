"""Clients that take too long: each is waited for as long as its limit says, and no longer."""

import contextlib
import socket
from typing import BinaryIO

import pytest
import requests

from tests.calls import D7_RECEIPT, KIRIM_RECEIPT
from tests.clocks import wait_until
from tests.conftest import Server, Start
from tests.sockets import connected, head, read_answer, whole

BODY = KIRIM_RECEIPT.full_body
LENGTH = head(KIRIM_RECEIPT, BODY, f"Content-Length: {len(BODY)}")
CHUNKED = head(KIRIM_RECEIPT, BODY, "Transfer-Encoding: chunked")
UNFINISHED = {
    "a byte": b"G",
    "half an address": whole(D7_RECEIPT)[:20],
    "half a head": whole(D7_RECEIPT)[:90],
    "all but the last byte of a head": LENGTH[:-1],
    "no body": LENGTH,
    "half a body": LENGTH + BODY[:20],
    "no chunk": CHUNKED,
    "half a chunk's size": CHUNKED + b"1",
    "half a chunk": CHUNKED + b"%x\r\n" % len(BODY) + BODY[:20],
    "no last chunk": CHUNKED + b"%x\r\n%s\r\n" % (len(BODY), BODY),
    "half a trailer": CHUNKED + b"%x\r\n%s\r\n0\r\nX-Mo" % (len(BODY), BODY),
}


def assert_408_and_closed(stream: BinaryIO) -> None:
    answer = read_answer(stream)
    assert answer.status == 408
    assert answer.headers["Connection"] == "close"
    assert answer.body
    assert stream.read() == b""


@pytest.mark.sample(5)
@pytest.mark.parametrize("data", UNFINISHED.values(), ids=UNFINISHED)
def test_unfinished_call_is_408_and_the_connection_closed(impatient: Server, data: bytes) -> None:
    with connected(impatient.url) as (connection, stream):
        connection.sendall(data)
        assert_408_and_closed(stream)


@pytest.mark.parametrize("data", [UNFINISHED["half a head"], UNFINISHED["half a body"]])
def test_unfinished_call_behind_a_whole_one_is_408(impatient: Server, data: bytes) -> None:
    with connected(impatient.url) as (connection, stream):
        connection.sendall(whole(D7_RECEIPT) + data)
        assert read_answer(stream).status == 200
        assert_408_and_closed(stream)


@pytest.mark.parametrize("start", [b"GET /?", b"GET / HTTP/1.1\r\nX-Slow: "])
def test_trickled_head_is_408_however_often_a_byte_comes(impatient: Server, start: bytes) -> None:
    """Its time counts from the first byte to the last."""
    with connected(impatient.url) as (connection, stream):
        connection.sendall(start)
        sent_slowly_until_answered(connection)
        assert read_answer(stream).status == 408


def sent_slowly_until_answered(connection: socket.socket) -> None:
    """A byte at a time, each after the network has been looked at for an answer."""
    connection.settimeout(0.01)
    with contextlib.suppress(ConnectionError):
        for _ in range(10_000):
            with contextlib.suppress(TimeoutError):
                connection.recv(1, socket.MSG_PEEK)
                break
            connection.sendall(b"x")
    connection.settimeout(10)


def test_call_that_is_slow_between_its_parts_is_answered(server: Server) -> None:
    """The ordinary limits are far above what a client takes."""
    data = LENGTH + BODY
    with connected(server.url) as (connection, stream):
        for place in range(0, len(data), 30):
            connection.sendall(data[place : place + 30])
            requests.get(f"{server.url}/_mock/readyz", timeout=10)
        assert read_answer(stream).status == 200


def test_head_behind_a_late_answer_has_its_own_time(impatient: Server) -> None:
    with connected(impatient.url) as (connection, stream):
        connection.sendall(LENGTH[:90])
        connection.sendall(LENGTH[90:] + BODY + LENGTH[:90])
        assert read_answer(stream).status == 200
        connection.sendall(LENGTH[90:] + BODY)
        assert read_answer(stream).status == 200


def test_silent_connection_is_closed_without_a_word(impatient: Server) -> None:
    with connected(impatient.url) as (_, stream):
        assert stream.read() == b""


def test_idle_connection_is_closed_after_its_calls(impatient: Server) -> None:
    with connected(impatient.url) as (connection, stream):
        for _ in range(3):
            connection.sendall(whole(D7_RECEIPT))
            assert read_answer(stream).status == 200
        assert stream.read() == b""


def test_late_answer_is_no_idling(impatient: Server) -> None:
    rule = {"match": {"provider": "d7"}, "fault": {"type": "latency", "ms": 900}}
    made = requests.post(f"{impatient.state}/faults", json=rule, timeout=10)
    data = whole(D7_RECEIPT)
    with connected(impatient.url) as (connection, stream):
        connection.sendall(whole(KIRIM_RECEIPT) + data[:50])
        assert read_answer(stream).status == 200
        for rest in (data[50:] + data[:50], data[50:]):
            connection.sendall(rest)
            assert read_answer(stream).status == 200
    url = f"{impatient.state}/faults/{made.json()['id']}"
    requests.delete(url, timeout=10).raise_for_status()


def test_client_that_reads_nothing_is_cut(impatient: Server) -> None:
    with connected(impatient.url) as (connection, _):
        connection.sendall(b"GET /endless/unread HTTP/1.1\r\nHost: localhost\r\n\r\n")

        def has_ended() -> bool:
            told = requests.get(f"{impatient.url}/told/unread", timeout=10).json()
            return bool(told["ended"])

        wait_until(has_ended)


def test_keep_alive_is_a_setting(start_server: Start) -> None:
    server = start_server("--keep-alive", "1")
    with connected(server.url) as (connection, stream):
        connection.sendall(whole(D7_RECEIPT))
        assert read_answer(stream).status == 200
        assert stream.read() == b""
