"""Where the documents live: in memory, or in memory and in a file that survives ``kill -9``."""

import contextlib
import os
import sys
from pathlib import Path
from typing import Any

import orjson
from tinydb.storages import Storage

from mockserver.core.errors import Mistake, Mistakes
from mockserver.state.table import Change

if sys.platform == "win32":

    def _take(file: Any) -> None:
        """Nothing guards the file against a second server there."""

else:
    import fcntl

    def _take(file: Any) -> None:
        """Raises BlockingIOError where another server has it."""
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


Tables = dict[str, dict[str, dict[str, Any]]]
HEADER = {"mockserver-data": 1}


class Memory(Storage):
    """Keeps the tables, and nothing after the process."""

    path = Path()

    def __init__(self) -> None:
        self._tables: Tables = {}

    def read(self) -> Tables:
        return self._tables

    def write(self, data: Tables) -> None:
        self._tables = data

    def begin(self) -> None:
        """Called once what was read is found to be good."""

    def append(self, changes: list[Change]) -> None:
        """Called before changes are made in memory."""

    def refusal(self, reason: str) -> Mistakes:
        """What to raise where what was read is not good."""
        return _refusal(self.path, reason)


class LogFile(Memory):
    """Also writes every change to a file before it is made in memory.

    The first line is the header, each further line one list of changes, which are made together;
    ``null`` forgets everything before it. A line is one ``write``, so that a killed process
    leaves whole lines and at most an unfinished last one, whose call was never answered: that one
    is dropped. Anything else that cannot be read is damage: the file is refused with Mistakes and
    left as it is.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self._real = path.resolve()
        try:
            self._file = _locked(self._real, path)
            self._file.seek(0)
            content = self._file.read()
        except OSError as error:
            reason = f"cannot be used: {error.strerror or error}"
            if not path.parent.is_dir():
                reason = f"cannot be used: there is no folder {path.parent}"
            raise Mistakes([Mistake(str(path), "", reason)]) from None
        self._whole = content.rfind(b"\n") + 1
        self._tables = _parse(content, path)

    def begin(self) -> None:
        self._file.truncate(self._whole)
        if not self._whole:
            self._append(HEADER)
        elif self._tables:
            self._compact()

    def append(self, changes: list[Change]) -> None:
        self._append(changes)

    def write(self, data: Tables) -> None:
        """Replace everything by these tables."""
        self._append(None)
        if data:
            self._append(_changes(data))
        super().write(data)

    def close(self) -> None:
        self._file.close()

    def _append(self, value: Any) -> None:
        line = _line(value)
        end = self._file.seek(0, os.SEEK_END)
        try:
            if self._file.write(line) != len(line):
                raise OSError(f"{self.path}: the disk took only a part of a change")
        except OSError:
            self._file.truncate(end)
            raise

    def _compact(self) -> None:
        """Where the file cannot be replaced, as when it alone is mounted, it stays as long."""
        beside = self._real.with_name(f".{self._real.name}.new")
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
            file = _locked(beside, beside)
            try:
                file.write(_line(HEADER) + _line(_changes(self._tables)))
                os.replace(beside, self._real)
            except OSError:
                file.close()
                beside.unlink(missing_ok=True)
            else:
                self._file.close()
                self._file = file


def _changes(tables: Tables) -> list[Change]:
    return [(table, *document) for table, rows in tables.items() for document in rows.items()]


def _line(value: Any) -> bytes:
    return orjson.dumps(value) + b"\n"


def _locked(path: Path, name: Path) -> Any:
    """The file, open for appending, and no other server's until it is closed."""
    file = path.open("a+b", buffering=0)
    try:
        _take(file)
        if os.path.samestat(os.fstat(file.fileno()), path.stat()):
            return file
    except BlockingIOError:
        pass
    file.close()
    reason = "is in use by another server; give each its own file"
    raise Mistakes([Mistake(str(name), "", reason)])


def _parse(content: bytes, path: Path) -> Tables:
    tables: Tables = {}
    *lines, _unfinished = content.split(b"\n")
    if content and not lines:
        raise _refusal(path, "is no data file of this server: its first line is not the header")
    for number, line in enumerate(lines, start=1):
        try:
            _apply(tables, orjson.loads(line), first=number == 1)
        except (ValueError, TypeError, AttributeError) as error:
            raise _refusal(path, f"line {number} cannot be read: {error}") from None
    return tables


def _apply(tables: Tables, line: Any, *, first: bool) -> None:
    if first:
        if line != HEADER:
            raise ValueError("it is not the header of a data file of this server")
        return
    if line is None:
        tables.clear()
        return
    for table, document_id, fields in line:
        tables.setdefault(table, {}).setdefault(document_id, {}).update(fields)


def _refusal(path: Path, reason: str) -> Mistakes:
    hint = "it was left as it is; move it away to start anew"
    return Mistakes([Mistake(str(path), "", f"{reason} ({hint})")])
