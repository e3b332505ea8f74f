"""What is due in a sandbox, by its own clock."""

import logging
import math
from bisect import bisect_left, insort
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

from mockserver.api.changes import Change, add, remove
from mockserver.pipeline.jobs import JOBS, Handler, Happening, Job
from mockserver.sandbox.clock import SandboxClock
from mockserver.sandbox.database import Database, Refusal
from mockserver.sandbox.storage.memory import Document
from mockserver.text.mistakes import Refused

MOST_JOBS = 10_000  # of a sandbox
MOST_AT_ONCE = 20_000  # in one go, so that jobs that make others come to an end

Place = tuple[int, int, str]
"""Instant, place in the order of making, id."""

log = logging.getLogger("mockserver")


class Timers:
    """The jobs of one sandbox, which are documents, in the order of their instants.

    The order is derived. ``due`` is the earliest of the instants, infinite where there is none:
    asking whether something is due costs a comparison.
    """

    def __init__(self, database: Database, clock: SandboxClock) -> None:
        self.due: float = math.inf
        self._database = database
        self._clock = clock
        self._handlers: dict[str, Handler] = {}
        self._tell = _tell_nobody
        database.follow(JOBS, self._follow)
        self.index()

    @property
    def next(self) -> int | None:
        """The earliest of the instants, None where there is none."""
        return self._order[0][0] if self._order else None

    def handle(self, handlers: Mapping[str, Handler]) -> None:
        """Have these see to the jobs of their kinds."""
        self._handlers.update(handlers)

    def tell(self, listener: Callable[[], None]) -> None:
        """Have a listener told whenever ``due`` has changed."""
        self._tell = listener

    def index(self) -> None:
        """Derive the order anew."""
        self._made = count()
        self._placed: dict[str, Place] = {}
        for job_id, job in self._database.rows(JOBS).items():
            self._placed[job_id] = job["due"], next(self._made), job_id
        self._order = sorted(self._placed.values())
        self._look()

    def draft(self, job_id: str, kind: str, due: int, **about: Any) -> Change:
        """The change that makes a job, for which ``require_room`` was asked."""
        return add(JOBS, job_id, {"id": job_id, "kind": kind, "due": due, **about})

    def require_room(self, more: int, less: int = 0) -> None:
        """Raises Refused where there would be too many jobs, with so many more and less."""
        there = len(self._placed) - less
        if there + more > MOST_JOBS:
            message = f"{there} jobs wait for their time and {more} more would; {MOST_JOBS} is the "
            hint = "move the clock on, or remove some of the rules that are to begin or to end"
            raise Refused("too_many_jobs", f"{message}most", hint, status=429)

    def run_due(self, now: int) -> None:
        """Run what is due in order of its instants, those of one instant as they were made.

        Raises Refused where that cannot be kept: then the rest is still due.
        """
        for _ in range(MOST_AT_ONCE):
            if self.due > now:
                return
            self._run(self._database.rows(JOBS)[self._order[0][2]])
        log.warning("more than %d jobs were due at once: the rest waits", MOST_AT_ONCE)

    def _run(self, job: Job) -> None:
        """A job that fails is told in the log, and over."""
        gone = remove(JOBS, job["id"])
        with self._clock.standing_at(job["due"]):
            changes, then = self._see_to(job)
            try:
                self._database.change([gone, *changes])
            except Refusal:
                log.exception("what comes of the job %s cannot be", job["id"])
                self._database.change([gone])
                return
            try:
                then()
            except Exception:
                log.exception("what follows from the job %s failed", job["id"])

    def _see_to(self, job: Job) -> Happening:
        handler = self._handlers.get(job["kind"])
        if handler is None:
            log.warning("nobody sees to jobs of the kind %.100r: %.100r", job["kind"], job["id"])
            return Happening()
        try:
            return handler(job)
        except Exception:
            log.exception("the job %s failed, and is not tried again", job["id"])
            return Happening()

    def _follow(self, before: Document | None, after: Document | None) -> None:
        if before is not None:
            place = self._placed.pop(before["id"])
            del self._order[bisect_left(self._order, place)]
        if after is not None:
            place = after["due"], next(self._made), after["id"]
            self._placed[after["id"]] = place
            insort(self._order, place)
        self._look()

    def _look(self) -> None:
        due = self._order[0][0] if self._order else math.inf
        if due != self.due:
            self.due = due
            self._tell()


def _tell_nobody() -> None:
    pass
