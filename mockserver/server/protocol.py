"""HTTP/1.1 on the socket: uvicorn's protocol with a limit on the size of a request's head."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

HEAD_LIMIT = 65_536  # bytes of address, header names and header values
TOO_LARGE = "The request's header fields are too large."


class HeadTooLarge(Exception):
    """Raised in the parser's callbacks: the request is answered with 431."""


class OneWrite:
    """A transport that sends all that is written in one turn of the loop as one piece.

    Uvicorn writes head and body of an answer one after the other: one system call less.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._waiting: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if not self._waiting:
            self._loop.call_soon(self._flush)
        self._waiting.append(data)

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._waiting and not self._transport.is_closing():
            self._transport.write(b"".join(self._waiting))
        self._waiting.clear()


class Protocol(HttpToolsProtocol):
    """The answer to an oversized head is 431 and the end of the connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(OneWrite(transport, self.loop))  # type: ignore[arg-type]

    def on_message_begin(self) -> None:
        self._head = 0
        self._head_too_large = False
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def send_400_response(self, msg: str) -> None:
        """Called by uvicorn when the parser gave up, here also because the head was too large."""
        if not self._head_too_large:
            super().send_400_response(msg)
            return
        head = [STATUS_LINE[431], b"content-type: text/plain; charset=utf-8\r\n"]
        head += [b"content-length: %d\r\n" % len(TOO_LARGE), b"connection: close\r\n\r\n"]
        self.transport.write(b"".join(head) + TOO_LARGE.encode())
        self.transport.close()

    def _count(self, length: int) -> None:
        self._head += length
        if self._head > HEAD_LIMIT:
            self._head_too_large = True
            raise HeadTooLarge
