"""Speaking HTTP over a raw socket: for what no client library would send or could read."""

import contextlib
import http.client
import socket
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple
from urllib.parse import urlsplit

from tests.calls import JSON, ValidCall


def connect(url: str, timeout: float = 10) -> socket.socket:
    address = urlsplit(url)
    return socket.create_connection((address.hostname, address.port), timeout=timeout)


@contextlib.contextmanager
def connected(url: str) -> Iterator[tuple[socket.socket, BinaryIO]]:
    with connect(url) as connection, connection.makefile("rb") as stream:
        yield connection, stream


# What is sent


def headers_of(call: ValidCall, body: bytes, now: int | None = None) -> dict[str, str]:
    """The headers of the call with that body; it says JSON even where that is left open."""
    return call.headers | JSON | call.signature(body, now)


def head(call: ValidCall, body: bytes, *more: str, path: str = "", version: str = "1.1") -> bytes:
    """The head of the call as it goes over the wire, without a Content-Length."""
    lines = [f"{call.method} {path or call.path} HTTP/{version}", "Host: localhost"]
    lines += [f"{key}: {value}" for key, value in headers_of(call, body).items()]
    return "\r\n".join([*lines, *more, "", ""]).encode()


def whole(call: ValidCall, *more: str, path: str = "", version: str = "1.1") -> bytes:
    """The call as it goes over the wire, with everything in its body that a page documents."""
    body = call.full_body
    length = f"Content-Length: {len(body)}"
    return head(call, body, length, *more, path=path, version=version) + body


# What comes back


def everything(wire: socket.socket) -> tuple[bytes, bool]:
    """All that comes, and whether the end was a reset rather than a clean close."""
    received = b""
    try:
        while part := wire.recv(65_536):
            received += part
    except ConnectionResetError:
        return received, True
    return received, False


def has_answer(connection: socket.socket) -> bool:
    """Whether something has come on one that does not block; it stays to be read."""
    try:
        return bool(connection.recv(1, socket.MSG_PEEK))
    except BlockingIOError:
        return False


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes


def read_answer(stream: BinaryIO, *, to_head: bool = False) -> Answer:
    status = int(stream.readline().split()[1])
    headers = http.client.parse_headers(stream)
    length = 0 if to_head else int(headers.get("Content-Length", 0))
    return Answer(status, headers, stream.read(length))


def raw(url: str, data: bytes) -> Answer:
    with connected(url) as (connection, stream):
        connection.sendall(data)
        return read_answer(stream)


def until_closed(url: str, data: bytes) -> bytes:
    """Send, say that nothing more comes, and read until the server ends the connection."""
    with connected(url) as (connection, stream):
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        return stream.read()
