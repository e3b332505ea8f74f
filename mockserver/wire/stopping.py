"""What tells the server to end."""

import signal
from asyncio import Event
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType

from mockserver.wire.hub import Hub

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def obeying_signals(hub: Hub, stopping: Event) -> Iterator[None]:
    """The first one sets ``stopping``, a second one ends all connections at once."""

    def stop() -> None:
        if stopping.is_set():
            hub.abort()
        stopping.set()

    def obey(number: int, frame: FrameType | None) -> None:
        hub.loop.call_soon_threadsafe(stop)

    if current_thread() is not main_thread():  # where no handler can be set
        yield
        return
    before = {number: signal.signal(number, obey) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
