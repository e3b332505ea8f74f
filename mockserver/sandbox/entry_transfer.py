"""What becomes of one answer, on its way into the journal."""

from time import perf_counter
from typing import Protocol

from mockserver.pipeline.transfer import Line
from mockserver.sandbox.clock import Clock
from mockserver.sandbox.events import CALL_SENT, Events
from mockserver.sandbox.transfers import NEVER, ROW, Transfers


class World(Protocol):
    """The sandbox that a call fell into, as far as its answer goes."""

    @property
    def machine(self) -> Clock: ...
    @property
    def events(self) -> Events: ...


class EntryTransfer:
    """What becomes of the answer to the call at a ``place`` of the journal that ``transfers`` are
    of. It ``arrived`` at that instant of ``perf_counter``.

    Told without the sandbox's lock, which others may hold for long.
    """

    __slots__ = ("_arrived", "_begun", "_entry_id", "_place", "_transfers", "_world")

    def __init__(
        self, world: World, transfers: Transfers, place: int, entry_id: str, arrived: float
    ) -> None:
        self._world = world
        self._transfers = transfers
        self._place = place
        self._entry_id = entry_id
        self._arrived = arrived
        self._begun = NEVER

    def begin(self) -> None:
        self._begun = self._world.machine.now()

    def finish(self, sent: int | None, line: Line | None) -> None:
        milliseconds = (perf_counter() - self._arrived) * 1000
        first = last = NEVER
        if sent:
            last = self._world.machine.now()
            first = last if self._begun == NEVER else self._begun
        left = line is not None and line.closed_by == "client"
        row = ROW.pack(NEVER if sent is None else sent, first, last, milliseconds, left)
        self._transfers.write(self._place, row, line)
        self._world.events.tell(CALL_SENT, self._entry_id)
