"""What is larger than the limits: bodies, heads, addresses."""

import pytest
import requests

from tests.calls import CALLS, D7_REPORT, KIRIM_RECEIPT, ValidCall, named
from tests.conftest import Server
from tests.sockets import connected, head, raw, read_answer, whole
from tests.wire.bad_input.checks import (
    FIFTY_MB,
    assert_own_error,
    assert_refused,
    messages,
    send,
    sent_until_refused,
)


@pytest.mark.sample(2)
@pytest.mark.parametrize("call", CALLS, ids=named)
def test_body_of_50_mb_is_413_and_the_next_call_works(server: Server, call: ValidCall) -> None:
    before = messages(server)
    answer = send(server, call, b" " * FIFTY_MB)
    assert answer.status_code == 413
    assert_own_error(call.provider, 413, answer.content)
    assert messages(server) == before
    valid = send(server, call, call.full_body)
    assert call.succeeded(valid.status_code, valid.json())


@pytest.mark.sample(2)
@pytest.mark.parametrize("call", CALLS, ids=named)
def test_endless_chunks_are_413_and_most_stays_unsent(server: Server, call: ValidCall) -> None:
    before = messages(server)
    chunk = b"10000\r\n" + b" " * 65_536 + b"\r\n"
    with connected(server.url) as (connection, stream):
        connection.sendall(head(call, b"", "Transfer-Encoding: chunked"))
        sent = sent_until_refused(connection, chunk)
        answer = read_answer(stream)
    assert answer.status == 413
    assert_own_error(call.provider, 413, answer.body)
    assert sent < FIFTY_MB / 2
    assert messages(server) == before


@pytest.mark.parametrize("call", CALLS, ids=named)
def test_announced_50_mb_are_413_before_they_are_sent(server: Server, call: ValidCall) -> None:
    with connected(server.url) as (connection, stream):
        connection.sendall(head(call, b"", f"Content-Length: {FIFTY_MB}"))
        answer = read_answer(stream)
        assert answer.status == 413
        assert_own_error(call.provider, 413, answer.body)
        assert sent_until_refused(connection, b" " * 65_536) < FIFTY_MB / 2


def test_50_mb_at_an_unknown_path_are_refused(server: Server) -> None:
    answer = requests.post(f"{server.url}/d7/nothing", data=b" " * FIFTY_MB, timeout=10)
    assert answer.status_code == 404


def test_body_at_the_limit_is_read_and_one_byte_more_is_not(server: Server) -> None:
    body = KIRIM_RECEIPT.full_body
    assert send(server, KIRIM_RECEIPT, body.ljust(1_048_576)).status_code == 200
    assert send(server, KIRIM_RECEIPT, body.ljust(1_048_577)).status_code == 413


OVERSIZED = {
    "one header": [f"X-Big: {'x' * 70_000}"],
    "a thousand headers": [f"X-Big-{place}: {'x' * 70}" for place in range(1_000)],
    "many small headers": ["a:"] * 600,
    "one repeated header": ["X-Big: " + "x" * 700] * 100,
    "a name": ["x" * 70_000 + ": 1"],
}


@pytest.mark.parametrize("more", OVERSIZED.values(), ids=OVERSIZED)
@pytest.mark.parametrize("call", [D7_REPORT, KIRIM_RECEIPT], ids=named)
def test_head_over_64_kib_is_431(server: Server, call: ValidCall, more: list[str]) -> None:
    before = messages(server)
    assert raw(server.url, whole(call, *more)).status == 431
    assert messages(server) == before


def test_endless_header_is_431_and_most_stays_unsent(server: Server) -> None:
    with connected(server.url) as (connection, stream):
        connection.sendall(b"GET / HTTP/1.1\r\nX-Big: ")
        assert sent_until_refused(connection, b"x" * 65_536) < FIFTY_MB / 2
        assert read_answer(stream).status == 431


def test_head_below_64_kib_is_read(server: Server) -> None:
    assert raw(server.url, whole(KIRIM_RECEIPT, f"X-Big: {'x' * 60_000}")).status == 200


def test_address_over_64_kib_is_refused(server: Server) -> None:
    answer = raw(server.url, f"GET /{'x' * 100_000} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    assert answer.status == 431


@pytest.mark.sample(1)
@pytest.mark.parametrize("path", ["messages", "faults", "reset"])
def test_50_mb_for_the_administration_are_413(server: Server, path: str) -> None:
    answer = requests.post(f"{server.state}/{path}", data=b" " * FIFTY_MB, timeout=10)
    assert_refused(answer, 413)
