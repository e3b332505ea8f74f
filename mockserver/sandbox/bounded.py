"""Bounded lists of what happened, and the memory that all of them together may take."""

from collections import deque
from collections.abc import Iterator
from threading import RLock
from typing import Any

import orjson

OVERHEAD = 60  # bytes that an entry takes beside its text
SPARE = 1 / 64  # of the budget: freed at once, so that looking for the fullest is seldom


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
            if self._used == before:
                return


class Log:
    """Entries, oldest first. Each is kept as JSON text, which is compact."""

    def __init__(self, length: int, budget: Budget) -> None:
        self._entries: deque[bytes] = deque()
        self._length = length
        self._budget = budget
        self.size = 0
        """Bytes."""

    def append(self, entry: Any) -> None:
        if self._length == 0:
            return
        # The sum is an exact copy: what orjson returns keeps up to four times the memory it needs.
        text = orjson.dumps(entry) + b"\n"
        size = len(text) + OVERHEAD
        with self._budget.lock:
            if len(self._entries) >= self._length:
                self.drop_oldest()
            self._entries.append(text)
            self.size += size
            self._budget.charge(self, size)

    def entries(self) -> Iterator[Any]:
        with self._budget.lock:
            return map(orjson.loads, list(self._entries))

    def newest_first(self) -> Iterator[Any]:
        with self._budget.lock:
            return map(orjson.loads, list(reversed(self._entries)))

    def drop_oldest(self) -> None:
        with self._budget.lock:
            size = len(self._entries.popleft()) + OVERHEAD
            self.size -= size
            self._budget.release(self, size)

    def clear(self) -> None:
        with self._budget.lock:
            size, self.size = self.size, 0
            self._entries.clear()
            self._budget.release(self, size)
