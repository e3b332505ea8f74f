"""Content lengths, chunks and request lines that are wrong."""

import json

import pytest

from tests.calls import CALLS, D7_RECEIPT, ValidCall, named
from tests.conftest import Server
from tests.sockets import head, raw, until_closed, whole
from tests.wire.bad_input.checks import messages


@pytest.mark.parametrize("call", CALLS, ids=named)
def test_content_length_too_short_is_no_crash(server: Server, call: ValidCall) -> None:
    body = call.full_body + b" " * 50
    answer = until_closed(server.url, head(call, body, "Content-Length: 1") + body)
    assert answer.startswith(b"HTTP/1.1 ")
    assert b" 400 Bad Request" in answer
    assert b"HTTP/1.1 5" not in answer


@pytest.mark.parametrize("call", CALLS, ids=named)
def test_hanging_up_before_the_announced_length_changes_nothing(
    server: Server, call: ValidCall
) -> None:
    before = messages(server)
    body = call.full_body
    assert (
        until_closed(server.url, head(call, body, f"Content-Length: {len(body) + 9}") + body) == b""
    )
    assert messages(server) == before


LENGTHS = {
    "negative": ["-1"],
    "signed": ["+2"],
    "empty": [""],
    "a word": ["many"],
    "hexadecimal": ["0x10"],
    "a list": ["2, 2"],
    "two different": ["2", "3"],
    "two equal": ["2", "2"],
    "5,000 digits": ["9" * 5_000],
    "beyond 64 bits": ["18446744073709551617"],
    "Arabic digits": ["٢"],
}


@pytest.mark.parametrize("lengths", LENGTHS.values(), ids=LENGTHS)
def test_wrong_content_length_is_refused(server: Server, lengths: list[str]) -> None:
    before = messages(server)
    more = [f"Content-Length: {length}" for length in lengths]
    answer = until_closed(server.url, head(D7_RECEIPT, b"{}", *more) + b"{}")
    assert answer.startswith(b"HTTP/1.1 4")
    assert messages(server) == before


def test_content_length_and_chunks_together_are_refused(server: Server) -> None:
    before = messages(server)
    more = ["Content-Length: 2", "Transfer-Encoding: chunked"]
    data = head(D7_RECEIPT, b"{}", *more) + b"2\r\n{}\r\n0\r\n\r\n"
    assert until_closed(server.url, data).startswith(b"HTTP/1.1 4")
    assert messages(server) == before


@pytest.mark.sample(6)
@pytest.mark.parametrize("call", CALLS, ids=named)
@pytest.mark.parametrize("size", [1, 7, 1_000])
def test_chunked_body_is_put_together(server: Server, call: ValidCall, size: int) -> None:
    body = call.full_body
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    data = head(call, body, "Transfer-Encoding: chunked") + chunks + b"0\r\n\r\n"
    answer = raw(server.url, data)
    assert answer.status == call.success
    assert call.provider != "nxcloud" or json.loads(answer.body)["code"] == 0


BAD_CHUNKS = {
    "no size": b"\r\n{}\r\n0\r\n\r\n",
    "a word for a size": b"many\r\n{}\r\n0\r\n\r\n",
    "a negative size": b"-2\r\n{}\r\n0\r\n\r\n",
    "a size of 1,000 digits": b"f" * 1_000 + b"\r\n{}\r\n0\r\n\r\n",
    "more than the size": b"1\r\n{}\r\n0\r\n\r\n",
    "no line end": b"2\r\n{}0\r\n\r\n",
}
UNFINISHED_CHUNKS = {
    "less than the size": b"9\r\n{}\r\n0\r\n\r\n",
    "no end": b"2\r\n{}\r\n",
    "no chunk": b"",
}


@pytest.mark.parametrize("chunks", BAD_CHUNKS.values(), ids=BAD_CHUNKS)
def test_malformed_chunks_change_nothing(server: Server, chunks: bytes) -> None:
    before = messages(server)
    data = head(D7_RECEIPT, b"{}", "Transfer-Encoding: chunked") + chunks
    assert until_closed(server.url, data).startswith(b"HTTP/1.1 400 ")
    assert messages(server) == before


@pytest.mark.parametrize("chunks", UNFINISHED_CHUNKS.values(), ids=UNFINISHED_CHUNKS)
def test_hanging_up_before_the_last_chunk_changes_nothing(server: Server, chunks: bytes) -> None:
    before = messages(server)
    data = head(D7_RECEIPT, b"{}", "Transfer-Encoding: chunked") + chunks
    assert until_closed(server.url, data) == b""
    assert messages(server) == before


GARBAGE = {
    "bytes": bytes(range(256)) * 8,
    "NULs": b"\0" * 1_000,
    "a TLS alert": bytes.fromhex("15030300020246"),
    "an SSH banner": b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
    "HTTP/9.9": b"GET / HTTP/9.9\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9),
    "an answer": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "JSON": b'{"status": "read"}\n',
    "no target": b"GET HTTP/1.1\r\n\r\n",
}


@pytest.mark.parametrize("data", GARBAGE.values(), ids=GARBAGE)
def test_garbage_is_400(server: Server, data: bytes) -> None:
    assert until_closed(server.url, data).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("data", [b"GET /\r\n", b"POST"])
def test_unfinished_head_is_hung_up_on(server: Server, data: bytes) -> None:
    assert until_closed(server.url, data) == b""


MALFORMED_REQUESTS = {
    "spaces in the target": b"GET /a b c HTTP/1.1\r\n\r\n",
    "a header without a colon": b"GET / HTTP/1.1\r\nnonsense\r\n\r\n",
    "a header without a name": b"GET / HTTP/1.1\r\n: value\r\n\r\n",
    "a space before the colon": b"GET / HTTP/1.1\r\nHost : localhost\r\n\r\n",
    "a folded header": b"GET / HTTP/1.1\r\nHost: localhost\r\n x\r\n\r\n",
    "NUL in a header": b"GET / HTTP/1.1\r\nHost: local\0host\r\n\r\n",
    "a bare CR in a header": b"GET / HTTP/1.1\r\nHost: a\rX-B: c\r\n\r\n",
    "bare line feeds": b"GET / HTTP/1.1\nHost: localhost\n\n",
    "no host": b"GET /nowhere HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /nowhere HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "a tunnel without a port": b"CONNECT api.d7networks.com HTTP/1.1\r\nHost: a\r\n\r\n",
}


@pytest.mark.parametrize("data", MALFORMED_REQUESTS.values(), ids=MALFORMED_REQUESTS)
def test_malformed_request_is_400(server: Server, data: bytes) -> None:
    assert raw(server.url, data).status == 400


ODD_REQUESTS = {
    "an upgrade": b"GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n"
    b"Upgrade: h2c\r\n\r\n",
    "a websocket": b"GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n"
    b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    "the whole server": b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    "a tunnel to a path": b"CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n",
    "a tunnel to nowhere": b"CONNECT * HTTP/1.1\r\nHost: a\r\n\r\n",
    "an absolute target of another scheme": b"GET ftp://a/b HTTP/1.1\r\nHost: a\r\n\r\n",
}


@pytest.mark.parametrize("data", ODD_REQUESTS.values(), ids=ODD_REQUESTS)
def test_odd_request_is_for_no_path(server: Server, data: bytes) -> None:
    assert raw(server.url, data).status == 404


def test_address_with_raw_bytes_is_refused(server: Server) -> None:
    answer = until_closed(server.url, b"GET /d7/\xff\xfe\x80 HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 4")


@pytest.mark.parametrize("method", ["FOO", "get", "G@T", "X" * 5_000, "é"])
def test_method_that_is_none_is_refused(server: Server, method: str) -> None:
    before = messages(server)
    data = whole(D7_RECEIPT).replace(b"POST", method.encode(), 1)
    assert until_closed(server.url, data).startswith(b"HTTP/1.1 400 ")
    assert messages(server) == before
