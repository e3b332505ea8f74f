"""What time it is: on the machine, and in a sandbox that has a clock of its own."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple, Protocol

from mockserver.api.changes import Change, put, remove
from mockserver.sandbox.database import Database
from mockserver.text.times import FIRST, LAST

CLOCK, OWN = "clock", "own"
"""The table, and the only document that there may be in it."""
SLOWEST, FASTEST = 0.001, 100_000
"""Times as fast as the machine's clock."""


class Clock(Protocol):
    def now(self) -> int:
        """Milliseconds since 1970, UTC."""


class SystemClock:
    """The machine's. Instants are milliseconds since 1970, UTC."""

    def now(self) -> int:
        return time.time_ns() // 1_000_000


class Reading(NamedTuple):
    """How a sandbox's time follows from the machine's: it was ``at`` when that was ``since``, and
    goes on ``rate`` times as fast if it is ``running``. It stops where the year 9000 ends.

    ``skew`` is what is added to the machine's time for stamps that the other side makes or judges.
    The document that keeps it has the same members. All arithmetic is exact.
    """

    at: int
    since: int
    rate: float = 1.0
    running: bool = True
    skew: int = 0

    def now(self, machine_at: int) -> int:
        if not self.running:
            return self.at
        passed = machine_at - self.since
        if self.rate != 1:
            numerator, denominator = self.rate.as_integer_ratio()
            passed = passed * numerator // denominator
        return min(max(self.at + passed, FIRST), LAST)

    def find_machine(self, instant: int) -> int | None:
        """The first instant of the machine's clock at which it is that late; None for never, as
        long as nobody moves the clock.
        """
        if not self.running or instant > LAST:
            return None
        numerator, denominator = self.rate.as_integer_ratio()
        return self.since - (self.at - instant) * denominator // numerator

    def moved(self, machine_at: int, by: int = 0, *, rate: float | None = None) -> "Reading":
        """The same time, ``by`` so many milliseconds later, running on as it does or at a
        ``rate``.
        """
        at, rate = self.now(machine_at) + by, self.rate if rate is None else rate
        return self._replace(at=at, since=machine_at, rate=rate)

    @property
    def is_the_machines(self) -> bool:
        """Whether it tells the machine's time, and always will."""
        return self == MACHINES._replace(at=self.at, since=self.at)


MACHINES = Reading(0, 0)
"""That of a sandbox without a clock of its own."""


class SandboxClock:
    """The clock of one sandbox: the machine's, until a document in its database says otherwise."""

    def __init__(self, machine: Clock, database: Database) -> None:
        self.machine = machine
        self.reading: Reading | None = None
        """None for the machine's."""
        self._database = database
        self._standing: int | None = None
        self._tell: Callable[[], None] | None = None
        database.watch(CLOCK, self.index)
        self.index()

    def index(self) -> None:
        """Read the document anew."""
        document = self._database.rows(CLOCK).get(OWN)
        self.reading = Reading(**document) if document else None
        if self._tell is not None:
            self._tell()

    def tell(self, listener: Callable[[], None]) -> None:
        """Have a listener told whenever the document has changed."""
        self._tell = listener

    def now(self) -> int:
        if self._standing is not None:
            return self._standing
        machine_at = self.machine.now()
        return machine_at if self.reading is None else self.reading.now(machine_at)

    @contextmanager
    def standing_at(self, instant: int) -> Iterator[None]:
        """For whoever holds the sandbox's lock: it is that instant as long."""
        before, self._standing = self._standing, instant
        try:
            yield
        finally:
            self._standing = before

    def find_machine(self, instant: int) -> int | None:
        """When it is that instant on the machine's clock; None for never."""
        return instant if self.reading is None else self.reading.find_machine(instant)

    def draft(self, reading: Reading) -> list[Change]:
        """The changes that make it go like that."""
        if not reading.is_the_machines:
            return [put(CLOCK, OWN, reading._asdict())]
        return [remove(CLOCK, OWN)] if self._database.rows(CLOCK) else []
