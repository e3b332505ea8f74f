"""What all connections share: the application, the limits, the time, and the end."""

import logging
from asyncio import AbstractEventLoop, Event, TimerHandle
from collections.abc import Callable
from email.utils import formatdate
from wsgiref.types import WSGIApplication

from mockserver.pipeline.refusal import Refusal
from mockserver.pipeline.transfer import Transfer
from mockserver.wire.crowd import Timed, choose_evicted
from mockserver.wire.limits import Limits
from mockserver.wire.ports import Proxying

LimitBody = Callable[[str], int]
"""How many bytes a body to a path may have."""
Refuse = Callable[[Refusal], Transfer | None]
"""Told what came and was no call; gives what wants to be told what becomes of the answer."""

OVERDUE = "the server ends: after %g s the answers under way that are not out are due at once"
HURRY_SECONDS = 1.0
"""After the grace, for what is then due at once to go out."""


log = logging.getLogger("mockserver")


class Hub:
    """Of one server."""

    def __init__(
        self,
        app: WSGIApplication,
        loop: AbstractEventLoop,
        *,
        limit_body: LimitBody,
        refuse: Refuse,
        limits: Limits,
        most: int,
    ) -> None:
        """``most`` is how many connections there may be."""
        self.app = app
        self.loop = loop
        self.limit_body = limit_body
        self.refuse = refuse
        self.limits = limits
        self.withheld = 0
        """Bytes of bodies that are not whole yet."""
        self.streams = 0
        """Threads that read answers of a user's own views."""
        self.tunnels = 0
        """To other servers."""
        self.proxy: Proxying | None = None
        """What to do for clients that take this server for their proxy, or speak TLS."""
        self.leaving = False
        self.timed: set[Timed] = set()
        self.empty = Event()
        """Set while there is no connection."""
        self.empty.set()
        self.most = most
        self._pace = min(1.0, self._shortest() / 4)
        self._sweeper: TimerHandle | None = None
        self._date_of = 0.0
        self._date = ""

    @property
    def date(self) -> str:
        """For the head of an answer, of this second."""
        now = self.loop.time()
        if now - self._date_of >= 1 or not self._date:
            self._date_of, self._date = now, formatdate(usegmt=True)
        return self._date

    def add(self, each: Timed) -> bool:
        """Watch over one more, in place of those idle for longest if there are too many. Whether
        there is room for it.
        """
        if not self._has_room():
            for evicted in choose_evicted(self.timed):
                self.remove(evicted)
                evicted.abort()
        there_is_room = self._has_room()
        self.timed.add(each)
        self.empty.clear()
        if self._sweeper is None:
            self._sweeper = self.loop.call_later(self._pace, self._sweep)
        return there_is_room

    def remove(self, each: Timed) -> None:
        self.timed.discard(each)
        if not self.timed:
            self.empty.set()

    def end_stream(self) -> None:
        """A thread is over that read an answer."""
        self.streams -= 1

    def leave(self) -> None:
        """End what waits for nothing but a client; whatever is under way may go on for a while."""
        self.leaving = True
        for each in [*self.timed]:
            each.leave()
        self.loop.call_later(self.limits.grace_seconds, self._hurry)

    def abort(self) -> None:
        """End all connections at once."""
        for each in [*self.timed]:
            each.abort()

    def _hurry(self) -> None:
        log.warning(OVERDUE, self.limits.grace_seconds)
        for each in [*self.timed]:
            each.hurry()
        self.loop.call_later(HURRY_SECONDS, self.abort)

    def _sweep(self) -> None:
        now = self.loop.time()
        for each in [each for each in self.timed if each.deadline <= now]:
            each.expire()
        self._sweeper = self.loop.call_later(self._pace, self._sweep) if self.timed else None

    def _has_room(self) -> bool:
        """A tunnel takes two descriptors."""
        return len(self.timed) + self.tunnels < self.most

    def _shortest(self) -> float:
        limits = self.limits
        return min(
            limits.head_seconds, limits.body_seconds, limits.keep_alive_seconds,
            limits.write_seconds, limits.drain_seconds,
        )  # fmt: skip
