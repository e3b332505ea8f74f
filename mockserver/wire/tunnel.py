"""Octets both ways between a client and another server, none of which is looked at."""

import asyncio
from collections.abc import Callable
from ipaddress import ip_address
from typing import cast

from mockserver.wire.channel import Channel
from mockserver.wire.hub import Hub

CONNECT_SECONDS = 10.0
SILENT_SECONDS = 3_600.0
"""After which both sides of a tunnel are taken for gone."""


class Tunnel(asyncio.Protocol):
    """Listens to the client as a receiver, and to the other server as asyncio's protocol.

    It goes on as long as one side does: each may end before the other.
    """

    idle = False
    waits_for_answer = True

    def __init__(self, near: Channel, hub: Hub) -> None:
        self._near = near
        self._hub = hub
        self._far: asyncio.Transport | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._near_ended = self._far_ended = False
        self._heard = hub.loop.time()
        hub.add(self)
        hub.tunnels += 1

    def connect(
        self, host: str, port: int, begin: Callable[[], None], fail: Callable[[str], None]
    ) -> None:
        """Then ``begin``, or ``fail`` for a reason."""
        work = self._connect(host, port, begin, fail)
        self._connecting = self._hub.loop.create_task(work)

    async def _connect(
        self, host: str, port: int, begin: Callable[[], None], fail: Callable[[str], None]
    ) -> None:
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                far, _ = await self._hub.loop.create_connection(lambda: self, host, port)
        except TimeoutError:
            fail(f"nothing came back within {CONNECT_SECONDS:g} seconds")
        except (OSError, UnicodeError) as error:
            fail(getattr(error, "strerror", None) or str(error))
        else:
            if self._is_itself(far):
                far.abort()
                fail("that is this server itself")
            else:
                self._far = far
                begin()
        self._connecting = None

    def _is_itself(self, far: asyncio.Transport) -> bool:
        """Through whom a client of another machine would be one of this machine."""
        (peer, port), own = far.get_extra_info("peername")[:2], far.get_extra_info("sockname")[0]
        return port == self._near.own[1] and (peer == own or ip_address(peer).is_loopback)

    def begin(self, greeting: bytes, first: bytes) -> None:
        """Have the client and the other server told these, and all that is said after."""
        self._near.send(greeting)
        self._write(first)
        self._near.resume()

    # What the client's channel tells

    def receive(self, data: bytes) -> None:
        self._heard = self._hub.loop.time()
        self._write(data)

    def receive_end(self) -> bool:
        self._near_ended = True
        if self._far_ended or self._far is None:
            return False
        self._far.write_eof()
        return True

    def drain(self) -> None:
        if self._far is not None:
            self._far.resume_reading()

    def lose(self) -> None:
        self._hub.remove(self)
        self._hub.tunnels -= 1
        if self._connecting is not None:
            self._connecting.cancel()
        if self._far is not None:
            self._far.close()

    # What the other server's connection tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._heard = self._hub.loop.time()

    def data_received(self, data: bytes) -> None:
        self._heard = self._hub.loop.time()
        self._near.send(data)
        if self._near.full:
            cast(asyncio.Transport, self._far).pause_reading()

    def eof_received(self) -> bool:
        self._far_ended = True
        if self._near_ended:
            self._near.close()
        else:
            self._near.send_end()
        return not self._near_ended

    def pause_writing(self) -> None:
        self._near.pause()

    def resume_writing(self) -> None:
        self._near.resume()

    def connection_lost(self, exc: Exception | None) -> None:
        self._blame()
        if exc is None:
            self._near.close()
        else:
            self._near.reset()

    # What the hub tells

    @property
    def deadline(self) -> float:
        return self._heard + SILENT_SECONDS

    def expire(self) -> None:
        self._blame()
        self._near.abort()

    leave = hurry = abort = expire

    def _write(self, data: bytes) -> None:
        if self._far is not None and data:
            self._far.write(data)

    def _blame(self) -> None:
        if self._near.line.closed_by is None:
            self._near.line.closed_by = "server"
