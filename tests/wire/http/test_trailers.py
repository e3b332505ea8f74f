"""What comes after the last chunk is read, bounded and dropped: it never becomes a header."""

import json

import pytest
import requests

from tests.calls import D7_RECEIPT, KALEYRA_RECEIPT, ValidCall, named
from tests.conftest import Server
from tests.sockets import connected, head, read_answer, whole
from tests.wire.bad_input.checks import FIFTY_MB, messages, sent_until_refused


def chunked(call: ValidCall, *trailers: str, without: str = "") -> bytes:
    """The call with its body in one chunk, and ``trailers`` behind it."""
    body = call.full_body
    lines = head(call, body, "Transfer-Encoding: chunked").split(b"\r\n")
    kept = [line for line in lines if not without or not line.startswith(without.encode())]
    last = "\r\n".join(["0", *trailers, "", ""]).encode()
    return b"\r\n".join(kept) + b"%x\r\n%s\r\n" % (len(body), body) + last


CREDENTIALS = [(D7_RECEIPT, "Authorization", 401), (KALEYRA_RECEIPT, "api-key", 401)]


@pytest.mark.parametrize(("call", "name", "status"), CREDENTIALS)
def test_credential_in_a_trailer_is_none(
    server: Server, call: ValidCall, name: str, status: int
) -> None:
    before = messages(server)
    trailer = f"{name}: {call.headers[name]}"
    with connected(server.url) as (connection, stream):
        connection.sendall(chunked(call, trailer, without=name))
        assert read_answer(stream).status == status
    assert messages(server) == before


@pytest.mark.parametrize("call", [D7_RECEIPT, KALEYRA_RECEIPT], ids=named)
@pytest.mark.parametrize("trailer", ["X-Checksum: abc", "Authorization: Bearer x", "api-key: x"])
def test_trailers_change_no_call(server: Server, call: ValidCall, trailer: str) -> None:
    with connected(server.url) as (connection, stream):
        connection.sendall(chunked(call, trailer, "X-More: 1") + whole(call))
        assert read_answer(stream).status == call.success
        assert read_answer(stream).status == call.success


def test_trailers_are_not_among_the_headers_of_the_journal(server: Server) -> None:
    with connected(server.url) as (connection, stream):
        connection.sendall(chunked(D7_RECEIPT, "X-Trailing: told afterwards"))
        assert read_answer(stream).status == 200
    answer = requests.get(f"{server.state}/requests?limit=1", timeout=10)
    assert "trailing" not in json.dumps(answer.json()).lower()


def test_trailers_in_single_bytes_are_dropped(server: Server) -> None:
    data = chunked(D7_RECEIPT, "Authorization: Bearer x", "X-More: 1")
    cut = data.index(b"0\r\nAuthorization")
    with connected(server.url) as (connection, stream):
        connection.sendall(data[:cut])
        for place in range(cut, len(data)):
            connection.sendall(data[place : place + 1])
        assert read_answer(stream).status == 200


def test_name_of_a_trailer_does_not_join_the_next_calls_header(server: Server) -> None:
    with connected(server.url) as (connection, stream):
        connection.sendall(chunked(D7_RECEIPT, "Authorization: Bearer wrong", "X-Empty:"))
        assert read_answer(stream).status == 200
        connection.sendall(whole(D7_RECEIPT))
        assert read_answer(stream).status == 200


PIECES = {
    "one trailer": b"x" * 65_536,
    "many trailers": b"\r\nX-More: " + b"x" * 1_000,
    "the name of one": b"\r\n" + b"x" * 65_536,
}


@pytest.mark.parametrize("piece", PIECES.values(), ids=PIECES)
def test_endless_trailers_are_refused_and_most_stays_unsent(server: Server, piece: bytes) -> None:
    before = messages(server)
    data = chunked(D7_RECEIPT)[:-2] + b"X-First: 1"
    with connected(server.url) as (connection, stream):
        connection.sendall(data)
        assert sent_until_refused(connection, piece) < FIFTY_MB / 2
        answer = read_answer(stream)
        assert answer.status == 400
        assert answer.headers["Connection"] == "close"
    assert messages(server) == before


def test_trailers_over_64_kib_are_refused_however_many(server: Server) -> None:
    lines = [f"X-{number}: {'x' * 100}" for number in range(1_500)]
    with connected(server.url) as (connection, stream):
        connection.sendall(chunked(D7_RECEIPT, *lines))
        assert read_answer(stream).status == 400


def test_trailers_below_64_kib_are_read(server: Server) -> None:
    lines = [f"X-{number}: {'x' * 100}" for number in range(400)]
    with connected(server.url) as (connection, stream):
        connection.sendall(chunked(D7_RECEIPT, *lines))
        assert read_answer(stream).status == 200


@pytest.mark.parametrize("trailer", ["nonsense", " folded", ": nameless", "X: a\0b", "X : a"])
def test_malformed_trailer_is_refused(server: Server, trailer: str) -> None:
    before = messages(server)
    with connected(server.url) as (connection, stream):
        connection.sendall(chunked(D7_RECEIPT, trailer))
        assert read_answer(stream).status == 400
    assert messages(server) == before
