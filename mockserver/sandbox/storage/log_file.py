"""Keeping every change in a file before it is made in memory."""

import contextlib
import logging
import math
from pathlib import Path
from threading import RLock

import orjson

from mockserver.api.changes import Change
from mockserver.sandbox.storage.append_file import AppendFile
from mockserver.sandbox.storage.lines import (
    FIRST_LINE,
    Damage,
    encode_line,
    find_line,
    read_sandboxes,
)
from mockserver.sandbox.storage.memory import Make, Tables
from mockserver.sandbox.storage.opening import open_beside
from mockserver.sandbox.storage.rewriting import Rewriting
from mockserver.sandbox.storage.weights import Weights
from mockserver.text.mistakes import Mistake, Mistakes, Refused

SMALL = 4 * 1_048_576  # bytes up to which a file is never written anew while it is in use
SLICE = 65_536  # bytes of the new file that are written with each change: 0.3 ms

log = logging.getLogger("mockserver.data")


class LogFile:
    """A killed process leaves whole lines and at most an unfinished last one, whose call was never
    answered: that one is dropped. Anything else that cannot be read is damage: the file is refused
    with Mistakes and left as it is.

    A file of which more than half is dead is written anew, a slice with each change.
    """

    def __init__(self, path: Path) -> None:
        self._lock = RLock()  # what is in memory is always what is kept
        self._file = AppendFile(path)
        self._beside = self._file.real.with_name(f".{self._file.real.name}.new")
        self._whole = 0  # bytes of whole lines, as they were found
        try:
            self._sandboxes = self._read()  # the very ones in memory: always those of now
        except Mistakes:
            self._file.close()
            raise
        self._weights = Weights()
        self._rewriting: Rewriting | None = None
        self._again = SMALL  # bytes up to which it is not written anew

    def read(self) -> dict[str, Tables]:
        return self._sandboxes

    def open(self) -> None:
        self._file.cut(self._whole)
        if not self._whole:
            self._file.append(encode_line(FIRST_LINE))
            return
        if self._sandboxes:
            self._rewrite(math.inf)
        for name, tables in self._sandboxes.items():
            if name not in self._weights:  # as the file could not be written anew
                self._weights.begin(name, tables, len(orjson.dumps(tables)))

    def begin(self, sandbox: str, tables: Tables) -> None:
        line = encode_line({sandbox: tables})
        with self._lock:
            self._append(line)
            self._sandboxes[sandbox] = tables
            self._weights.begin(sandbox, tables, len(line))
            if self._rewriting is not None:
                self._rewriting.begin(sandbox, line)
            self._tidy(len(line))

    def keep(self, sandbox: str, changes: list[Change], make: Make) -> None:
        line = encode_line({sandbox: changes})
        with self._lock:
            self._append(line)
            self._weights.follow(sandbox, self._sandboxes[sandbox], changes, len(line))
            make(changes)
            if self._rewriting is not None:
                self._rewriting.change(sandbox, line)
            if self._file.size > SMALL:
                self._tidy(len(line))

    def forget(self, sandbox: str) -> None:
        line = encode_line({sandbox: None})
        with self._lock:
            self._append(line)
            self._sandboxes.pop(sandbox, None)
            self._weights.forget(sandbox)
            if self._rewriting is not None:
                self._rewriting.forget(sandbox, line)
            self._tidy(len(line))

    def try_again(self) -> None:
        with self._lock:
            self._file.try_again()

    def close(self) -> None:
        with self._lock:
            self._give_up()
            self._file.close()

    def refuse(self, reason: str) -> Mistakes:
        """What to raise where what was read is not good after all."""
        hint = "it was left as it is; move it away to start anew"
        return Mistakes([Mistake(str(self._file.path), "", f"{reason} ({hint})")])

    def refuse_document(
        self, sandbox: str, table: str, document_id: str, reason: str, field: str = ""
    ) -> Mistakes:
        """The same of a document, with the line that tells of it, or of its field."""
        line = find_line(self._file.read(), sandbox, table, document_id, field)
        return self._refuse_line(line, f"line {line}: {sandbox}: {table}: {reason}")

    def _read(self) -> dict[str, Tables]:
        """Raises Mistakes."""
        content = self._file.read()
        self._whole = content.rfind(b"\n") + 1
        if content and not self._whole:
            raise self.refuse("is no data file of this server: its first line is not the header")
        try:
            return read_sandboxes(content)
        except Damage as damage:
            raise self._refuse_line(damage.line, str(damage)) from None

    def _refuse_line(self, line: int, reason: str) -> Mistakes:
        if line == 1:
            return self.refuse(reason)
        kept = f"head -n {line - 1} keeps what was before that line"
        return self.refuse(f"{reason}; {kept}")

    def _append(self, line: bytes) -> None:
        """Raises Refused."""
        try:
            self._file.append(line)
        except Refused:
            if self._rewriting is None:
                raise
            self._give_up()  # it may have taken the room on the disk
            self._file.append(line)

    def _tidy(self, size: int) -> None:
        """Write a slice of the new file, if there is one or ought to be: more of it than of the
        line that was added, which is of so many bytes.
        """
        limit = max(self._again, 2 * self._weights.total)
        if self._rewriting is not None or self._file.size > limit:
            self._rewrite(max(SLICE, 2 * size))

    def _rewrite(self, room: float) -> None:
        """Write about so many bytes of the new file. Where that cannot be, or cannot take the place
        of the old one, as when that alone is mounted, the old one stays as long.
        """
        try:
            if self._rewriting is None:
                file = open_beside(self._beside, self._file.status())
                self._rewriting = Rewriting(file, self._sandboxes, self._weights)
            if self._rewriting.write(room):
                self._file.take_over(self._rewriting.file, self._beside, self._rewriting.size)
                self._rewriting, self._again = None, SMALL
        except (OSError, Mistakes) as error:
            log.info("%s: could not be written anew, and stays as long: %s", self._file.path, error)
            self._give_up()

    def _give_up(self) -> None:
        """Leave the old file as the only one, until it has grown further."""
        self._again = self._file.size + SMALL
        if self._rewriting is not None:
            self._rewriting.file.close()
            self._rewriting = None
            with contextlib.suppress(OSError):
                self._beside.unlink(missing_ok=True)
