"""Bounded lists of what happened, and the memory that all of them together may take."""

from collections import deque
from itertools import islice
from threading import RLock
from typing import Any, Protocol

OVERHEAD = 68  # bytes that an entry takes beside its text
SPARE = 1 / 64  # of the budget: freed at once, so that looking for the fullest is seldom

Entry = tuple[bytes, bytes]
"""The text of an entry, and what it shares with others, which may be nothing."""


class Column(Protocol):
    """What is kept beside the entries of a log."""

    def trim(self) -> None:
        """Let go of what is beside entries that are no more."""


class Budget:
    """The memory of all logs of the server, in bytes. The oldest entries of the fullest go."""

    def __init__(self, limit: int) -> None:
        self.lock = RLock()
        """Held by every log while it changes: on a server with threads they change each other."""
        self._limit = limit
        self._used = 0
        self._logs: set[Log] = set()

    def charge(self, log: "Log", size: int) -> None:
        self._logs.add(log)
        self._used += size
        if self._used > self._limit:
            self._free(int(self._limit * (1 - SPARE)))

    def release(self, log: "Log", size: int) -> None:
        self._used -= size
        if not log.size:
            self._logs.discard(log)

    def _free(self, target: int) -> None:
        while self._used > target and self._logs:
            fullest = max(self._logs, key=lambda log: log.size)
            others = max((log.size for log in self._logs if log is not fullest), default=0)
            before = self._used
            while self._used > target and fullest.size and fullest.size >= others:
                fullest.drop_oldest()
            if fullest.column is not None:
                fullest.column.trim()
            if self._used == before:
                return


class Log:
    """Texts in bytes, oldest first.

    What several of them share is kept once, as long as one of them is there. Beside each stands a
    note, which is looked at first. An entry takes ``overhead`` bytes beside its text.
    """

    def __init__(self, length: int, budget: Budget, overhead: int = OVERHEAD) -> None:
        self._entries: deque[bytes | Entry] = deque()  # without a tuple where nothing is shared
        self._notes: deque[Any] = deque()
        self._shared: dict[bytes, tuple[bytes, int]] = {}
        self._length = length
        self._budget = budget
        self._overhead = overhead
        self.column: Column | None = None
        """Told when many entries have gone at once."""
        self.size = 0
        """Bytes."""
        self.dropped = 0
        """How many were here before the oldest, since it was cleared."""

    @property
    def total(self) -> int:
        """How many came since it was cleared, whether they are still here or not."""
        return self.dropped + len(self._entries)

    def append(self, text: bytes, shared: bytes = b"", note: Any = None) -> int:
        """The place that it has: how many came before, since it was cleared."""
        with self._budget.lock:
            if self._length == 0:
                self.dropped += 1
                return self.dropped - 1
            if len(self._entries) >= self._length:
                self.drop_oldest()
            size = len(text) + self._overhead
            if shared:
                shared, users = self._shared.get(shared, (shared, 0))
                self._shared[shared] = shared, users + 1
                size += 0 if users else len(shared)
            self._entries.append((text, shared) if shared else text)
            self._notes.append(note)
            self.size += size
            place = self.dropped + len(self._entries) - 1
            self._budget.charge(self, size)
            return place

    def entries(self) -> list[Entry]:
        with self._budget.lock:
            return [each if isinstance(each, tuple) else (each, b"") for each in self._entries]

    def noted(self, place: int = 0) -> list[tuple[Any, bytes]]:
        """The notes and texts that are here of those after the first ``place`` of all that came,
        where nothing is shared.

        It costs as much as there are of these, however many others are here.
        """
        with self._budget.lock:
            count = min(self.total - place, len(self._entries))
            newest = zip(reversed(self._notes), reversed(self._entries), strict=True)
            found: list[Any] = [*islice(newest, max(0, count))]
        found.reverse()
        return found

    def drop_oldest(self) -> None:
        """For whoever holds the budget's lock."""
        oldest = self._entries.popleft()
        self._notes.popleft()
        text, shared = oldest if isinstance(oldest, tuple) else (oldest, b"")
        size = len(text) + self._overhead
        if shared:
            _, users = self._shared.pop(shared)
            if users > 1:
                self._shared[shared] = shared, users - 1
            else:
                size += len(shared)
        self.size -= size
        self.dropped += 1
        self._budget.release(self, size)

    def clear(self) -> None:
        with self._budget.lock:
            size, self.size = self.size, 0
            self._entries.clear()
            self._notes.clear()
            self._shared.clear()
            self.dropped = 0
            self._budget.release(self, size)
