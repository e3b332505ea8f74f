"""What became of the answers in a journal on the wire."""

import sys
from contextlib import AbstractContextManager
from struct import Struct
from typing import Any, NamedTuple

from mockserver.pipeline.transfer import Line
from mockserver.sandbox.bounded import Log
from mockserver.text.times import iso_or_none

ROW = Struct("<qqqf?")
"""Bytes that were sent, instants of the first and the last, milliseconds from arrival to the end,
and whether the client left before. Below 0 is what is not known, or not so far."""
NEVER = -1
NOT_YET = ROW.pack(NEVER, NEVER, NEVER, NEVER, False)
WIDTH = ROW.size + 8
"""Bytes that are kept of each, beside the connection, which many share."""
BATCH = 1_024


class Told(NamedTuple):
    """All of it is None until the answer is out.

    ``sent`` counts the bytes of head and body that went out, from ``first_at`` to ``last_at`` by
    the machine's clock, which are None where none did. ``duration_ms`` is from the arrival of the
    call to the last byte or, where none went out, to the end of waiting for it. On a server that is
    not ours it is until the answer was handed over, and nothing else is known. The ``line`` is
    shared by all answers of a connection; ``broken_off`` tells that the client closed it before the
    end.
    """

    sent: int | None = None
    first_at: int | None = None
    last_at: int | None = None
    duration_ms: float | None = None
    line: Line | None = None
    broken_off: bool = False

    def to_json(self) -> dict[str, Any]:
        return {
            "duration_ms": self.duration_ms,
            "sent_bytes": self.sent,
            "first_byte_at": iso_or_none(self.first_at),
            "last_byte_at": iso_or_none(self.last_at),
            "closed_by": None if self.line is None else self.line.closed_by,
        }


UNKNOWN = Told()


class Transfers:
    """A column beside the entries of a journal, in as few bytes as there can be.

    A row is written when it is known, at the place of its entry: mostly in order, and what is
    between is not known yet. The rows of entries that are no more go many at a time, so that a call
    pays next to nothing for it.
    """

    def __init__(self, log: Log, lock: AbstractContextManager[Any]) -> None:
        self._log = log
        self._lock = lock
        self._rows = bytearray()
        self._lines: list[Line | None] = []
        self._first = 0  # place of the first row
        self._most = BATCH  # rows, from which on it is worth looking for some to let go

    def __len__(self) -> int:
        """Rows that are kept."""
        return len(self._lines)

    def write(self, place: int, row: bytes, line: Line | None) -> None:
        """Nothing is done where the entry is no more."""
        with self._lock:
            index, count = place - self._first, len(self._lines)
            if index == count and count < self._most:
                self._rows += row
                self._lines.append(line)
            elif index >= 0:
                self._write_anywhere(place, row, line)

    def read(self, place: int) -> Told:
        """Of the entry at a place; nothing is known of one that is not there."""
        with self._lock:
            index = place - self._first
            if not 0 <= index < len(self._lines):
                return UNKNOWN
            sent, first, last, milliseconds, left = ROW.unpack_from(self._rows, index * ROW.size)
            line = self._lines[index]
        if milliseconds < 0:
            return UNKNOWN
        return Told(
            _find_known(sent),
            _find_known(first),
            _find_known(last),
            round(milliseconds, 3),
            line,
            left,
        )

    def trim(self) -> None:
        """Let go of the rows whose entries are no more."""
        with self._lock:
            gone = max(0, self._log.dropped - self._first)
            del self._rows[: gone * ROW.size]
            del self._lines[:gone]
            self._first += gone
            self._most = len(self._lines) + BATCH

    def end(self) -> None:
        """Let go of all, and take no more: all the entries are gone."""
        with self._lock:
            self._rows.clear()
            self._lines.clear()
            self._first = sys.maxsize

    def _write_anywhere(self, place: int, row: bytes, line: Line | None) -> None:
        self.trim()
        index = place - self._first
        if index < 0:
            return
        missing = index + 1 - len(self._lines)
        self._rows += NOT_YET * missing
        self._lines += [None] * missing
        self._rows[index * ROW.size : (index + 1) * ROW.size] = row
        self._lines[index] = line


def _find_known(number: int) -> int | None:
    return None if number == NEVER else number
