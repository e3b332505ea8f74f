"""Starting, announcing and stopping the server."""

import gc
import logging
import socket
from asyncio import get_running_loop
from collections.abc import Callable
from types import FrameType
from wsgiref.types import WSGIApplication

import uvicorn

from mockserver.wire.alarm import Agenda, Alarm
from mockserver.wire.bridge import Bridge, LimitBody
from mockserver.wire.protocol import Protocol

GRACE_SECONDS = 10
KEEP_ALIVE_SECONDS = 75  # longer than clients keep idle connections, so that they never race us
BACKLOG = 2_048


class Server(uvicorn.Server):
    """Says when it accepts, and ends quietly once a signal has been obeyed."""

    def __init__(
        self, config: uvicorn.Config, on_ready: Callable[[], None], agenda: Agenda | None
    ) -> None:
        super().__init__(config)
        self._on_ready = on_ready
        self._agenda = agenda

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._agenda is not None:
            self._agenda.drive_by(Alarm(get_running_loop(), self._agenda.run_due).arm)
        gc.freeze()  # what is there now stays: spares the collector from looking at it
        gc.enable()
        gc.set_threshold(3_000, 20, 20)  # calls leave few circles: look for them less often
        self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        if self._agenda is not None:
            self._agenda.stop()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Uvicorn would raise the signal again after the end, which would be the exit code."""
        super().handle_exit(sig, frame)
        self._captured_signals.clear()


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises OSError where the address is taken or not the machine's."""
    family, _, _, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
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
    delivery_key: str,
    waiting_key: str,
    agenda: Agenda | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM; answers under way are finished, for at most 10 s.

    What is due by the clocks of ``agenda`` is run by the server's own loop.
    """
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    config = uvicorn.Config(
        Bridge(app, limit_body, delivery_key=delivery_key, waiting_key=waiting_key),
        http=Protocol,
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    Server(config, on_ready, agenda).run([listener])
