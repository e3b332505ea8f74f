"""Proxies, and wishes for another protocol."""

import json
from typing import Any

import pytest

from tests.calls import CALLS, D7_RECEIPT, KIRIM_RECEIPT, ValidCall, named
from tests.conftest import Server
from tests.sockets import Answer, connected, head, raw, read_answer, whole
from tests.wire.bad_input.checks import READERS, messages


@pytest.mark.parametrize("call", CALLS, ids=named)
def test_absolute_target_works_as_through_a_proxy(server: Server, call: ValidCall) -> None:
    path = f"http://{call.host}{call.path}"
    data = whole(call, path=path).replace(b"Host: localhost", f"Host: {call.host}".encode())
    answer = raw(server.url, data)
    assert answer.status == call.success
    assert call.provider != "nxcloud" or json.loads(answer.body)["code"] == 0


H2C = ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAoAAA"]
WISHES = {
    "HTTP/2": H2C,
    "HTTP/2 in another order": [H2C[2], H2C[1], H2C[0]],
    "a websocket": [
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ],
}


def told(answer: Answer) -> tuple[int, Any]:
    """Status and body without what differs from call to call."""
    body = json.loads(answer.body)
    if isinstance(body, dict):
        body.pop("request_id", None)
    return answer.status, body


@pytest.mark.sample(8)
@pytest.mark.parametrize("more", WISHES.values(), ids=WISHES)
@pytest.mark.parametrize("call", CALLS, ids=named)
def test_wish_for_another_protocol_is_ignored(
    server: Server, call: ValidCall, more: list[str]
) -> None:
    expected = told(raw(server.url, whole(call)))
    assert expected[0] == call.success
    with connected(server.url) as (connection, stream):
        for data in (whole(call, *more), whole(call, *more), whole(call)):
            connection.sendall(data)
            assert told(read_answer(stream)) == expected


@pytest.mark.sample(6)
@pytest.mark.parametrize("more", WISHES.values(), ids=WISHES)
@pytest.mark.parametrize("call", READERS, ids=named)
def test_wish_for_another_protocol_is_ignored_when_the_body_comes_later(
    server: Server, call: ValidCall, more: list[str]
) -> None:
    expected = told(raw(server.url, whole(call)))
    body = call.full_body
    with connected(server.url) as (connection, stream):
        connection.sendall(head(call, body, f"Content-Length: {len(body)}", *more))
        for piece in (body[:20], body[20:]):
            messages(server)  # answered once the server has read what came before
            connection.sendall(piece)
        assert told(read_answer(stream)) == expected
        connection.sendall(whole(call))
        assert told(read_answer(stream)) == expected


@pytest.mark.parametrize("more", WISHES.values(), ids=WISHES)
def test_wish_for_another_protocol_is_ignored_in_a_head_in_pieces(
    server: Server, more: list[str]
) -> None:
    data = whole(KIRIM_RECEIPT, *more)
    with connected(server.url) as (connection, stream):
        for start in range(0, len(data), 60):
            connection.sendall(data[start : start + 60])
            messages(server)
        assert read_answer(stream).status == 200


def test_wish_for_another_protocol_is_ignored_before_chunks_and_further_calls(
    server: Server,
) -> None:
    body = KIRIM_RECEIPT.full_body
    first = head(KIRIM_RECEIPT, body, "Transfer-Encoding: chunked", *H2C)
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    with connected(server.url) as (connection, stream):
        connection.sendall(first + chunks + whole(D7_RECEIPT, *H2C))
        assert json.loads(read_answer(stream).body)["data"]["status"] == "read"
        assert json.loads(read_answer(stream).body) == "Message successfully marked as read"


@pytest.mark.parametrize("connection", ["close, Upgrade, HTTP2-Settings", "Upgrade, close"])
def test_wish_to_close_stands_beside_the_wish_for_another_protocol(
    server: Server, connection: str
) -> None:
    more = [f"Connection: {connection}", *H2C[1:]]
    with connected(server.url) as (opened, stream):
        opened.sendall(whole(KIRIM_RECEIPT, *more))
        answer = read_answer(stream)
        assert answer.status == 200
        assert answer.headers["Connection"] == "close"
        assert stream.read() == b""
