"""Versions and codings that are not ours, and what two readers would cut in two ways."""

import json
import re

import pytest

from tests.calls import D7_RECEIPT, KIRIM_RECEIPT
from tests.conftest import Server
from tests.sockets import connected, head, read_answer, until_closed, whole
from tests.wire.bad_input.checks import FIFTY_MB, messages, sent_until_refused


def only_status(answer: bytes) -> int:
    """The status of the one answer there was, after which the connection has ended."""
    assert len(re.findall(rb"HTTP/1\.1 \d", answer)) == 1
    assert b"\r\nconnection: close\r\n" in answer.lower()
    return int(answer.split()[1])


@pytest.mark.parametrize("version", ["2.0", "0.9"])
def test_other_versions_are_505(server: Server, version: str) -> None:
    data = whole(D7_RECEIPT, version=version)
    assert only_status(until_closed(server.url, data)) == 505


@pytest.mark.parametrize("version", ["1.2", "1", "3", "11", "1.1.1", "1.10", "x.y", "-1.1"])
def test_what_is_no_version_is_refused(server: Server, version: str) -> None:
    data = whole(D7_RECEIPT, version=version)
    assert only_status(until_closed(server.url, data)) in (400, 505)


CODINGS = [
    "gzip",
    "identity",
    "gzip, chunked",
    "deflate,gzip",
    "chunked, gzip",
    "xchunked",
    "chunkedx",
    "x-chunked",
    "cow",
]


@pytest.mark.parametrize("coding", CODINGS)
def test_coding_other_than_chunked_is_501(server: Server, coding: str) -> None:
    before = messages(server)
    data = head(D7_RECEIPT, b"{}", f"Transfer-Encoding: {coding}") + b"2\r\n{}\r\n0\r\n\r\n"
    assert only_status(until_closed(server.url, data)) == 501
    assert messages(server) == before


def test_coding_is_501_with_a_length_beside_it(server: Server) -> None:
    more = ["Content-Length: 2", "Transfer-Encoding: gzip"]
    assert only_status(until_closed(server.url, head(D7_RECEIPT, b"{}", *more) + b"{}")) in (
        400,
        501,
    )


@pytest.mark.parametrize("coding", ["Chunked", "CHUNKED", " chunked", "chunked "])
def test_chunked_is_known_in_any_case(server: Server, coding: str) -> None:
    data = head(D7_RECEIPT, b"{}", f"Transfer-Encoding:{coding}") + b"2\r\n{}\r\n0\r\n\r\n"
    with connected(server.url) as (connection, stream):
        connection.sendall(data + whole(KIRIM_RECEIPT))
        assert json.loads(read_answer(stream).body) == "Message successfully marked as read"
        assert json.loads(read_answer(stream).body)["data"]["status"] == "read"


INNER = whole(KIRIM_RECEIPT)
CHUNKED = "Transfer-Encoding: chunked"
SMUGGLED = {
    "a length beside chunks": (["Content-Length: 5", CHUNKED], b"0\r\n\r\n" + INNER),
    "chunks beside a length": ([CHUNKED, "Content-Length: 5"], b"0\r\n\r\n" + INNER),
    "a space before the colon": (["Transfer-Encoding : chunked"], b"0\r\n\r\n" + INNER),
    "a tab before the colon": (["Content-Length\t: 0"], INNER),
    "chunked in a folded line": (["Transfer-Encoding:", " chunked"], b"0\r\n\r\n" + INNER),
    "a folded length": (["Content-Length:", " 0"], INNER),
    "chunked twice": (["Transfer-Encoding: chunked, chunked"], b"0\r\n\r\n" + INNER),
    "two codings": ([CHUNKED, "Transfer-Encoding: identity"], b"0\r\n\r\n" + INNER),
    "two codings the other way": (
        ["Transfer-Encoding: identity", CHUNKED],
        b"0\r\n\r\n" + INNER,
    ),
    "chunked in two headers": ([CHUNKED, CHUNKED], b"0\r\n\r\n" + INNER),
    "an empty coding": (["Transfer-Encoding:"], b"0\r\n\r\n" + INNER),
    "a coding in quotes": (['Transfer-Encoding: "chunked"'], b"0\r\n\r\n" + INNER),
    "a coding with a parameter": (["Transfer-Encoding: chunked;q=1"], b"0\r\n\r\n" + INNER),
    "a coding with a vertical tab": (["Transfer-Encoding: \x0bchunked"], b"0\r\n\r\n" + INNER),
    "lengths in a list": (["Content-Length: 0, 0"], INNER),
    "two lengths": (["Content-Length: 0", f"Content-Length: {len(INNER)}"], INNER),
    "a signed length": (["Content-Length: +0"], INNER),
    "a length with a blank in it": (["Content-Length: 1 0"], INNER),
    "a length that is hexadecimal": (["Content-Length: 0x0"], INNER),
    "a NUL in a name": (["Content\0-Length: 0"], INNER),
    "a bare CR before a header": (["X: a\rContent-Length: 0"], INNER),
    "a bare LF before a header": (["X: a\nContent-Length: 0"], INNER),
    "a chunk's size that is signed": ([CHUNKED], b"+0\r\n\r\n" + INNER),
    "a chunk's size that is hexadecimal twice": ([CHUNKED], b"0x0\r\n\r\n" + INNER),
    "a chunk's size with an underscore": ([CHUNKED], b"0_0\r\n\r\n" + INNER),
    "a chunk's size with a blank before it": ([CHUNKED], b" 0\r\n\r\n" + INNER),
    "a chunk's size and a bare LF": ([CHUNKED], b"2\n{}\r\n0\r\n\r\n" + INNER),
    "a chunk that ends with a bare LF": ([CHUNKED], b"2\r\n{}\n0\r\n\r\n" + INNER),
    "a chunk's size and a bare CR": ([CHUNKED], b"2\r{}\r\n0\r\n\r\n" + INNER),
    "a chunk with two bytes too many": ([CHUNKED], b"2\r\n{}xx0\r\n\r\n" + INNER),
    "a last chunk and a bare LF": ([CHUNKED], b"0\n\n" + INNER),
    "an extension with a bare LF": ([CHUNKED], b"2;a\n{}\r\n0\r\n\r\n" + INNER),
    "an extension with a NUL": ([CHUNKED], b"2;a\0b\r\n{}\r\n0\r\n\r\n" + INNER),
    "a size of seventeen digits": ([CHUNKED], b"10000000000000002\r\n{}\r\n0\r\n\r\n" + INNER),
}


@pytest.mark.sample(16)
@pytest.mark.parametrize(("more", "rest"), SMUGGLED.values(), ids=SMUGGLED)
def test_call_is_not_smuggled_in_behind_an_ambiguous_one(
    server: Server, more: list[str], rest: bytes
) -> None:
    """Another reader on the way might see one call here, which is therefore refused whole."""
    before = messages(server)
    data = head(D7_RECEIPT, b"{}", *more) + rest
    assert only_status(until_closed(server.url, data)) in (400, 501)
    assert messages(server) == before


def test_http_1_0_has_no_chunks(server: Server) -> None:
    data = head(D7_RECEIPT, b"{}", CHUNKED, version="1.0") + b"0\r\n\r\n"
    assert only_status(until_closed(server.url, data)) in (400, 501)


EXTENSIONS = {
    "the name of one": b"0;" + b"x" * 200_000,
    "many of them": b"0" + b";a=b" * 60_000,
    "one in quotes": b'0;a="' + b"x" * 200_000,
    "of a chunk with a body": b"2;" + b"x" * 200_000,
}


@pytest.mark.parametrize("size", EXTENSIONS.values(), ids=EXTENSIONS)
def test_extensions_of_a_chunk_are_bounded(server: Server, size: bytes) -> None:
    before = messages(server)
    with connected(server.url) as (connection, stream):
        connection.sendall(head(D7_RECEIPT, b"{}", CHUNKED) + size)
        answer = read_answer(stream)
        assert answer.status in (400, 413, 431)
        assert answer.headers["Connection"] == "close"
    assert messages(server) == before


def test_endless_extension_is_refused_and_most_stays_unsent(server: Server) -> None:
    with connected(server.url) as (connection, stream):
        connection.sendall(head(D7_RECEIPT, b"{}", CHUNKED) + b"2;")
        assert sent_until_refused(connection, b"x" * 65_536) < FIFTY_MB / 2
        assert read_answer(stream).status in (400, 413, 431)


def test_extensions_of_many_small_chunks_are_bounded_together(server: Server) -> None:
    """64 KiB of them before every byte of a body would be 64 GiB of reading for one of 1 MiB."""
    chunk = b"1;" + b"x" * 30_000 + b"\r\n \r\n"
    with connected(server.url) as (connection, stream):
        connection.sendall(head(D7_RECEIPT, b"{}", CHUNKED))
        assert sent_until_refused(connection, chunk) < FIFTY_MB / 2
        assert read_answer(stream).status in (400, 413, 431)


def test_small_extensions_are_read_over(server: Server) -> None:
    chunks = b"".join(b'1;name=value;q="x y"\r\n%c\r\n' % byte for byte in b"{}    ")
    with connected(server.url) as (connection, stream):
        connection.sendall(head(D7_RECEIPT, b"{}", CHUNKED) + chunks + b"0\r\n\r\n")
        assert read_answer(stream).status == 200


def test_empty_lines_before_a_call_are_read_over(server: Server) -> None:
    with connected(server.url) as (connection, stream):
        connection.sendall(b"\r\n" + whole(D7_RECEIPT) + b"\r\n" + whole(D7_RECEIPT))
        assert read_answer(stream).status == 200
        assert read_answer(stream).status == 200


def test_empty_lines_without_end_are_refused(server: Server) -> None:
    with connected(server.url) as (connection, stream):
        assert sent_until_refused(connection, b"\r\n" * 32_768) < FIFTY_MB / 2
        assert read_answer(stream).status in (400, 431)


def test_headers_of_a_head_that_goes_on_are_bounded(server: Server) -> None:
    """A hundred bytes of memory for each byte that comes, and a thousand connections of them."""
    with connected(server.url) as (connection, stream):
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n" + b"a:\r\n" * 600)
        assert read_answer(stream).status == 431
