"""Starting and announcing the server, and waiting for its end."""

import asyncio
import gc
import logging
import socket
from collections.abc import Callable
from wsgiref.types import WSGIApplication

from mockserver.pipeline.refusal import Refusal
from mockserver.wire.alarm import Agenda, Alarm
from mockserver.wire.connection import Connection
from mockserver.wire.descriptors import raise_limit
from mockserver.wire.hub import Hub, LimitBody, Refuse
from mockserver.wire.limits import Limits
from mockserver.wire.opening import Opening
from mockserver.wire.ports import Interception
from mockserver.wire.proxying import Proxy
from mockserver.wire.stopping import obeying_signals

try:
    from uvloop import new_event_loop
except ImportError:  # it is not made for every machine
    from asyncio import new_event_loop  # type: ignore[assignment]

BACKLOG = 2_048
ACCEPTED_AT_ONCE = 4
"""Connections that asyncio takes in one turn of its loop: below the descriptors held in reserve, as
those that make room are closed some turns later.
"""
USUAL = Limits()

log = logging.getLogger("mockserver")


def log_refusal(refusal: Refusal) -> None:
    log.info("%s: %s", refusal.reason, refusal.hint)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises OSError where the address is taken or not the machine's."""
    name = host.encode() if host.isascii() else host  # a text would be encoded, which takes 1 ms
    family, _, _, _, address = socket.getaddrinfo(
        name, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    return socket.create_server(address[:2], family=family, backlog=BACKLOG)


def address_of(listener: socket.socket) -> tuple[str, int]:
    host, port = listener.getsockname()[:2]
    return host, port


def run(
    app: WSGIApplication,
    listener: socket.socket,
    on_ready: Callable[[], None],
    *,
    limit_body: LimitBody,
    refuse: Refuse = log_refusal,
    interception: Interception | None = None,
    agenda: Agenda | None = None,
    limits: Limits = USUAL,
) -> None:
    """Serve until SIGINT or SIGTERM; answers under way are finished, for at most 10 s.

    What is due by the clocks of ``agenda`` is run by the server's own loop; ``refuse`` is told what
    came and was no call; ``interception`` is asked about TLS, and about other hosts than this one.
    """
    loop = new_event_loop()
    hub = Hub(app, loop, limit_body=limit_body, refuse=refuse, limits=limits, most=raise_limit())
    if interception is not None:
        hub.proxy = Proxy(interception, hub, Opening)
    try:
        loop.run_until_complete(_serve(hub, listener, on_ready, agenda))
    finally:
        loop.close()


async def _serve(
    hub: Hub, listener: socket.socket, on_ready: Callable[[], None], agenda: Agenda | None
) -> None:
    stopping = asyncio.Event()
    server = await hub.loop.create_server(
        lambda: Connection(hub), sock=listener, backlog=ACCEPTED_AT_ONCE
    )
    listener.listen(BACKLOG)  # which the line before has made shorter for the system, too
    if agenda is not None:
        agenda.drive_by(Alarm(hub.loop, agenda.run_due).arm)
    gc.freeze()  # what is there now stays: spares the collector from looking at it
    gc.enable()
    gc.set_threshold(3_000, 20, 20)  # calls leave few circles: look for them less often
    with obeying_signals(hub, stopping):
        on_ready()
        await stopping.wait()
        server.close()
        hub.leave()
        while hub.timed:
            await hub.empty.wait()
    if agenda is not None:
        agenda.stop()
