"""Where the documents live: in memory, or in memory and in a file that survives ``kill -9``."""

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

    def __init__(self) -> None:
        self._tables: Tables = {}

    def read(self) -> Tables:
        return self._tables

    def write(self, data: Tables) -> None:
        self._tables = data

    def append(self, changes: list[Change]) -> None:
        """Called before changes are made in memory."""


class LogFile(Memory):
    """Also writes every change to a file before it is made in memory.

    The first line is the header, each further line one list of changes, which are made together.
    A line is one ``write``, so that a killed process leaves whole lines and at most an unfinished
    last one, whose call was never answered: that one is dropped. Anything else that cannot be
    read is damage: the file is refused with Mistakes and left as it is. Opening compacts the file.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        try:
            self._file = _locked(path)
            self._file.seek(0)
            self.write(_parse(self._file.read(), path))
        except OSError as error:
            raise _refusal(path, f"cannot be used: {error.strerror or error}") from None

    def append(self, changes: list[Change]) -> None:
        line = _line(changes)
        if self._file.write(line) != len(line):
            raise OSError(f"{self._path}: the disk took only a part of a change")

    def write(self, data: Tables) -> None:
        """Replace the file by these tables, in one step."""
        beside = self._path.with_name(f".{self._path.name}.new")
        beside.unlink(missing_ok=True)
        file = _locked(beside)
        file.write(_line(HEADER))
        for table, documents in data.items():
            file.write(_line([(table, *document) for document in documents.items()]))
        os.replace(beside, self._path)
        self._file.close()
        self._file = file
        super().write(data)

    def close(self) -> None:
        self._file.close()


def _line(value: Any) -> bytes:
    return orjson.dumps(value) + b"\n"


def _locked(path: Path) -> Any:
    """The file, open for appending, and no other server's until it is closed."""
    file = path.open("a+b", buffering=0)
    try:
        _take(file)
        if os.path.samestat(os.fstat(file.fileno()), path.stat()):
            return file
    except BlockingIOError:
        pass
    file.close()
    raise _refusal(path, "is in use by another server; give each its own file")


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
    for table, document_id, fields in line:
        tables.setdefault(table, {}).setdefault(document_id, {}).update(fields)


def _refusal(path: Path, reason: str) -> Mistakes:
    hint = "it was left as it is; move it away to start anew"
    return Mistakes([Mistake(str(path), "", f"{reason} ({hint})")])
