"""HTTP/1.1 on the socket."""

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

HEAD_LIMIT = 65_536  # bytes of address, header names and header values
NO_HTTP = "Invalid HTTP request received."
PATIENCE_SECONDS = 1.0  # with a client that sends on after the answer has ended
UPGRADING = (b"upgrade", b"http2-settings")
CONNECTION = "mockserver.connection"
"""Key of the ASGI scope: the protocol of the connection that the call came on."""
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
            self._loop.call_soon(self.flush)
        self._waiting.append(data)

    def close(self) -> None:
        self.flush()
        self._transport.close()

    def flush(self) -> None:
        if self._waiting and not self._transport.is_closing():
            self._transport.write(b"".join(self._waiting))
        self._waiting.clear()


class Protocol(HttpToolsProtocol):
    """What uvicorn's leaves open: a limit on the head, refusals in turn, half-closed connections.

    A head that is too large is answered with 431, what is no HTTP with 400, both after the
    answers to the calls before; then the connection ends.
    """

    _in_head = True
    _head = 0  # bytes of the head, once it is whole
    _unparsed = 0  # bytes received of a head that goes on
    _refusal: bytes | None = None
    _half_closed = False
    delayed = False  # the answer under way is held back on purpose
    _wake: Callable[[], None] | None = None  # whoever waits for the answer to be there
    abandonable = False  # the answer under way ends with the connection: so the server may end it
    hurried = False  # the server ends: no pause is waited for any more
    silent = False  # nothing more is sent until then: the client may end it, too

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.gone = self.loop.create_future()
        """Done once the connection is no more."""
        self.leaving = self.loop.create_future()
        """Done once the server ends."""
        super().connection_made(OneWrite(transport, self.loop))  # type: ignore[arg-type]

    def connection_lost(self, exc: Exception | None) -> None:
        self.gone.set_result(None)
        self._wake_up()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refusal is not None or self.silent:
            return
        if self._in_head:
            self._unparsed += len(data)
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._stay(data[upgrade.args[0] :])
        except httptools.HttpParserError:
            self.send_400_response(NO_HTTP)
        if self._in_head and self._unparsed > HEAD_LIMIT:
            self._refuse(431, TOO_LARGE)

    def eof_received(self) -> bool | None:  # type: ignore[override]
        """A client that has only ended its own side still gets the answer that it waits for, unless
        that is not there yet: one whose patience is over cannot be told from it.
        """
        if self.silent or self._wake is not None or not self._answering():
            self.transport.flush()  # type: ignore[attr-defined]
            return None
        self._half_closed = True
        if self._refusal is None:  # otherwise that ends the connection
            self.cycle.keep_alive = False
        return True

    def on_message_begin(self) -> None:
        self._in_head = True
        self._head = self._unparsed = 0
        super().on_message_begin()
        self.scope[CONNECTION] = self  # type: ignore[literal-required]

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._head = len(self.url) + sum([len(name) + len(value) for name, value in self.headers])
        if self._head > HEAD_LIMIT:
            raise HeadTooLarge
        if not self._asks_for_another_protocol():
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        if not self._asks_for_another_protocol():
            super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._refusal is not None and not self._answering():
            self._end()

    def send_400_response(self, msg: str) -> None:
        """The parser gave up."""
        if self._head > HEAD_LIMIT:
            self._refuse(431, TOO_LARGE)
        else:
            self._refuse(400, msg)

    def _asks_for_another_protocol(self) -> bool:
        return self.parser.should_upgrade() and self.parser.get_method() != b"CONNECT"

    def _stay(self, rest: bytes) -> None:
        """Read the call again without its wish for another protocol, as HTTP wants it ignored.

        Java's own client wishes for HTTP/2 in every first call, and the parser stops there.
        """
        if not self._asks_for_another_protocol():
            return
        version = self.parser.get_http_version().encode()
        head = b"%s %s HTTP/%s\r\n" % (self.parser.get_method(), self.url, version)
        lines = [b"%s: %s\r\n" % header for header in filter(None, map(_kept, self.headers))]
        self.parser = httptools.HttpRequestParser(self)
        self.data_received(head + b"".join(lines) + b"\r\n" + rest)

    def shutdown(self) -> None:
        """A client that has ended its side of a delayed call has most likely given up."""
        if not self.leaving.done():
            self.leaving.set_result(None)
            self._wake_up()
        if self.abandonable or (self.delayed and self._half_closed):
            self.transport.abort()
        else:
            super().shutdown()

    def begin_waiting(self, wake: Callable[[], None]) -> None:
        """Have ``wake`` called when connection or server end, and end the connection with the
        client's own side of it: at the loop's next turn where that has ended already.
        """
        self._wake = wake
        if self._half_closed:
            self.loop.call_soon(self.transport.close)

    def end_waiting(self) -> None:
        self._wake = None

    def _wake_up(self) -> None:
        if self._wake is not None:
            self._wake()

    def head_of(self, start: Any) -> bytes:
        """The head of an answer as bytes, from the ASGI event that starts it."""
        headers = [*self.server_state.default_headers, *start["headers"]]
        lines = [b"%s: %s\r\n" % header for header in headers]
        return STATUS_LINE[start["status"]] + b"".join(lines) + b"\r\n"

    def send(self, data: bytes) -> None:
        """Send bytes past everything that knows HTTP."""
        if data:
            self.transport.write(data)

    def fall_silent(self) -> bool:
        """Take no notice of what comes any more. Whether the client has ended its side already."""
        self.silent = True
        self.flow.resume_reading()  # otherwise the end of the client would not be seen
        return self._half_closed

    def end(self, *, reset: bool) -> None:
        """End the connection, with a TCP reset or a clean close.

        A close is a reset to a client that is still sending: that one is heard out for a while.
        """
        if self.transport.is_closing():
            return
        if reset:
            linger = struct.pack("ii", 1, 0)
            self.transport.flush()  # type: ignore[attr-defined]
            self.transport.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, linger
            )
            self.transport.abort()
        elif self.cycle.more_body and not self._half_closed:
            self.transport.flush()  # type: ignore[attr-defined]
            self.transport.write_eof()
            self.loop.call_later(PATIENCE_SECONDS, self.transport.close)
        else:
            self.transport.close()

    def _answering(self) -> bool:
        """Whether a call that was received whole waits for its answer."""
        cycle = self.cycle
        return cycle is not None and not cycle.response_complete and not cycle.more_body

    def _refuse(self, status: int, text: str) -> None:
        head = b"content-type: text/plain; charset=utf-8\r\nconnection: close\r\n"
        length = b"content-length: %d\r\n\r\n" % len(text)
        self._refusal = STATUS_LINE[status] + head + length + text.encode()
        if not self._answering():
            self._end()

    def _end(self) -> None:
        self.transport.write(self._refusal or b"")
        self.transport.close()


def _kept(header: tuple[bytes, bytes]) -> tuple[bytes, bytes] | None:
    """The header without its wish for another protocol, None where nothing else is in it."""
    name, value = header
    if name != b"connection":
        return None if name in UPGRADING else header
    wishes = [wish.strip() for wish in value.split(b",")]
    others = [wish for wish in wishes if wish.lower() not in UPGRADING]
    return (name, b", ".join(others)) if others else None
