"""A TCP connection: the outermost channel."""

import asyncio
import socket
import struct
from typing import cast

from mockserver.pipeline.transfer import Line, Transfer
from mockserver.wire.channel import NOBODY_LISTENS, Receiver
from mockserver.wire.gathered import Gathered
from mockserver.wire.hub import Hub
from mockserver.wire.opening import Opening

QUICK_ACK: int | None = getattr(socket, "TCP_QUICKACK", None)  # of Linux alone
LINGER_NOT = struct.pack("ii", 1, 0)
"""Of a socket that ends with a reset rather than a clean close."""
NOBODY = ("", 0)


class Connection(asyncio.Protocol):
    """The asyncio protocol, as a channel."""

    __slots__ = (
        "_gathered", "_hub", "_transport", "full", "line", "own", "peer", "receiver",
        "unsent",
    )  # fmt: skip

    scheme = "http"
    depth = 0
    receiver: Receiver

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self.line = Line()
        self.full = False
        self.unsent = 0
        self._gathered: Gathered | None = None  # as most of the time: they idle by thousands

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        # So a write goes out at once, and what is left of it is known.
        self._transport.set_write_buffer_limits(0)
        # There is no peer any more where a reset came before the connection was taken.
        self.peer = (transport.get_extra_info("peername") or NOBODY)[:2]
        self.own = transport.get_extra_info("sockname")[:2]
        self.receiver = Opening(self, self._hub)

    def data_received(self, data: bytes) -> None:
        self.receiver.receive(data)

    def eof_received(self) -> bool:
        return self.receiver.receive_end()

    def pause_writing(self) -> None:
        self.full = True
        self.unsent = self._transport.get_write_buffer_size()

    def resume_writing(self) -> None:
        self.full = False
        self.unsent = 0
        self._tell()
        self.receiver.drain()

    def connection_lost(self, exc: Exception | None) -> None:
        if self.line.closed_by is None:
            self.line.closed_by = "client"
        self._tell()
        receiver, self.receiver = self.receiver, NOBODY_LISTENS
        receiver.lose()

    @property
    def closing(self) -> bool:
        return self._transport.is_closing()

    def send(self, data: bytes) -> None:
        if self._gathered is not None:
            self._flush()
        self._transport.write(data)
        if self.full:
            self.unsent = self._transport.get_write_buffer_size()

    def gather(self, data: bytes, size: int, transfer: Transfer | None) -> None:
        if self._gathered is None:
            self._gathered = Gathered()
            self._hub.loop.call_soon(self._flush)
        self._gathered.add(data, size, transfer)

    def _flush(self) -> None:
        """Send what was gathered, in one piece; whether that is out may be known only later."""
        gathered = self._gathered
        if gathered is not None and not gathered.handed_on:
            self.send(gathered.take())
            if not self.full:
                self._tell()

    def _tell(self) -> None:
        """What was gathered is out, as far as it ever will be."""
        gathered, self._gathered = self._gathered, None
        if gathered is not None:
            gathered.tell(self.unsent, self.line)

    def pause(self) -> None:
        self._transport.pause_reading()

    def resume(self) -> None:
        self._transport.resume_reading()

    def acknowledge(self) -> None:
        if QUICK_ACK is not None:
            self._socket.setsockopt(socket.IPPROTO_TCP, QUICK_ACK, 1)

    def send_end(self) -> None:
        self._flush()
        if self.closing:
            return
        try:
            self._transport.write_eof()
        except OSError:  # the client has reset the connection, which is noticed in a moment
            self._transport.abort()

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def abort(self) -> None:
        self._flush()
        self._transport.abort()

    def reset(self) -> None:
        self._flush()
        if self.closing:
            return
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
        self._transport.abort()

    @property
    def _socket(self) -> socket.socket:
        found: socket.socket = self._transport.get_extra_info("socket")
        return found
