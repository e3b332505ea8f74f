"""Waking up in the loop for what is due by the sandboxes' clocks."""

from asyncio import AbstractEventLoop, TimerHandle
from collections.abc import Callable
from threading import get_ident
from typing import Protocol


class Agenda(Protocol):
    """What has something due at instants of the sandboxes' clocks."""

    def run_due(self) -> None:
        """Run what is due, and arm for what is next."""

    def drive_by(self, arm: Callable[[float | None], None]) -> None:
        """Have whatever is due be waited for by ``arm``, which may be called from any thread: it
        has ``run_due`` called once in so many seconds, in place of what it was told before; None:
        not at all.
        """

    def stop(self) -> None:
        """Wait for nothing any more: the loop ends, and what goes on is done by the calls."""


class Alarm:
    """One timer of the loop for the earliest of all that is due."""

    def __init__(self, loop: AbstractEventLoop, work: Callable[[], None]) -> None:
        self._loop = loop
        self._thread = get_ident()
        self._work = work
        self._timer: TimerHandle | None = None

    def arm(self, wait: float | None) -> None:
        if get_ident() == self._thread:
            self._set(wait)
        else:
            self._loop.call_soon_threadsafe(self._set, wait)

    def _set(self, wait: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if wait is None else self._loop.call_later(wait, self._work)
