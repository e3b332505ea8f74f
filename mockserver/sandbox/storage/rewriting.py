"""Writing a data file anew while it is in use."""

from collections import deque
from collections.abc import Iterator
from typing import Any
from zlib import crc32

import orjson

from mockserver.sandbox.database import KEPT_APART
from mockserver.sandbox.storage.lines import FIRST_LINE, SUM, encode_line
from mockserver.sandbox.storage.memory import Tables
from mockserver.sandbox.storage.weights import Weights

LEVELS_APART = 5  # down to the documents of a snapshot, of which the document is one


class Rewriting:
    """A file that gets the documents of all sandboxes, a slice at a time.

    A sandbox gets its line with the documents as they are when its turn comes, which documents
    that are never changed themselves make cheap. Lines of later changes follow behind it. So the
    file is whole once nobody is waiting.
    """

    def __init__(self, file: Any, sandboxes: dict[str, Tables], weights: Weights) -> None:
        """``weights`` are told what each sandbox really weighs."""
        self.file = file
        self.size = 0
        self._weights = weights
        self._sandboxes = sandboxes
        self._waiting = deque(sandboxes)
        self._begun: set[str] = set()
        self._pieces: Iterator[bytes] | None = None
        """What is left of the line under way."""
        self._sum = 0
        self._later = [encode_line(FIRST_LINE)]
        """Whole lines, to be written behind the line under way."""

    def write(self, room: float) -> bool:
        """Write about so many bytes. Whether all is written. Raises OSError."""
        while room > 0 and (self._pieces or self._later or self._waiting):
            if self._pieces is not None:
                room -= self._write_pieces(self._pieces, room)
            elif self._later:
                lines, self._later = b"".join(self._later), []
                room -= self._write(lines)
            else:
                name = self._waiting.popleft()
                self._begun.add(name)
                self._sum = 0
                tables = {table: dict(rows) for table, rows in self._sandboxes[name].items()}
                self._pieces = self._encode_sandbox(name, tables)
        return not (self._pieces or self._later or self._waiting)

    def begin(self, sandbox: str, line: bytes) -> None:
        """A sandbox is kept from now on."""
        if sandbox in self._begun:
            self._later.append(line)
        elif sandbox not in self._waiting:
            self._waiting.append(sandbox)

    def change(self, sandbox: str, line: bytes) -> None:
        if sandbox in self._begun:
            self._later.append(line)

    def forget(self, sandbox: str, line: bytes) -> None:
        if sandbox in self._begun:
            self._begun.remove(sandbox)
            self._later.append(line)
        else:
            self._waiting.remove(sandbox)

    def _write_pieces(self, pieces: Iterator[bytes], room: float) -> int:
        taken, size = [], 0
        for piece in pieces:
            taken.append(piece)
            size += len(piece)
            if size >= room:
                break
        else:
            self._pieces = None
        part = b"".join(taken)
        self._sum = crc32(part, self._sum)
        return self._write(part if self._pieces else part + SUM % self._sum)

    def _write(self, part: bytes) -> int:
        rest = memoryview(part)
        while rest:
            rest = rest[self.file.write(rest) :]
        self.size += len(part)
        return len(part)

    def _encode_sandbox(self, name: str, tables: Tables) -> Iterator[bytes]:
        """The JSON of its line, in pieces."""
        apart = rest = 0
        yield b"{%b:{" % orjson.dumps(name)
        before = b""
        for table, rows in tables.items():
            yield b"%b%b:" % (before, orjson.dumps(table))
            before = b","
            for piece in _encode_in_pieces(rows, LEVELS_APART if table in KEPT_APART else 1):
                yield piece
                apart += len(piece) if table in KEPT_APART else 0
                rest += 0 if table in KEPT_APART else len(piece)
        yield b"}}"
        if name in self._begun:
            self._weights.put(name, apart, rest)


def _encode_in_pieces(value: Any, levels: int) -> Iterator[bytes]:
    """JSON, taken apart so many levels deep."""
    if not value or not levels or not isinstance(value, dict | list):
        yield orjson.dumps(value)
    elif isinstance(value, list):
        before = b"["
        for inner in value:
            yield before
            yield from _encode_in_pieces(inner, levels - 1)
            before = b","
        yield b"]"
    else:
        before = b"{"
        for key, inner in value.items():
            name = b"%b%b:" % (before, orjson.dumps(key))
            before = b","
            if levels == 1:  # a yield less for each of most documents
                yield name + orjson.dumps(inner)
            else:
                yield name
                yield from _encode_in_pieces(inner, levels - 1)
        yield b"}"
