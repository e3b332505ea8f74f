"""Keeping every change in a file before it is made in memory.

The first line is the header. Each further line is an object whose one key is a sandbox's id: of a
list of changes, which are made together; of all its documents, which take the place of those
before; or of null, which forgets it. Lines of older files are lists of changes to messages of
``default``: table, document id, the fields to set; and null, which forgets all.
"""

import contextlib
import os
import sys
from pathlib import Path
from threading import RLock
from typing import Any

import orjson

from mockserver.api.changes import MESSAGES, Change
from mockserver.sandbox.database import make_change
from mockserver.sandbox.storage.memory import Make, Tables
from mockserver.text.mistakes import Mistake, Mistakes

if sys.platform == "win32":

    def _take(file: Any) -> None:
        """Nothing guards the file against a second server there."""

else:
    import fcntl

    def _take(file: Any) -> None:
        """Raises BlockingIOError where another server has it."""
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


FIRST_LINE = {"mockserver-data": 1}
SMALL = 16 * 1_048_576  # bytes below which a file is never written anew
GROWTH = 4  # times what it was when it was written anew
DEFAULT = "default"


class LogFile:
    """A line is one ``write``, so that a killed process leaves whole lines and at most an
    unfinished last one, whose call was never answered: that one is dropped. Anything else that
    cannot be read is damage: the file is refused with Mistakes and left as it is.

    A file that has grown to a multiple is written anew, with what there is now.
    """

    def __init__(self, path: Path) -> None:
        self._lock = RLock()  # what is in memory is always what is kept
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
        self._size = self._compact_size = self._whole
        self._sandboxes = _parse(content, path)
        """The documents themselves, as they are in memory: always those of now."""

    def read(self) -> dict[str, Tables]:
        return self._sandboxes

    def open(self) -> None:
        """Called once what was read is found to be good: the file is changed from here on."""
        self._file.truncate(self._whole)
        if not self._whole:
            self._append(FIRST_LINE)
        elif self._sandboxes:
            self._compact()

    def begin(self, sandbox: str, tables: Tables) -> None:
        with self._lock:
            self._append({sandbox: tables})
            self._sandboxes[sandbox] = tables

    def keep(self, sandbox: str, changes: list[Change], make: Make) -> None:
        with self._lock:
            if self._size > max(SMALL, GROWTH * self._compact_size):
                self._compact()
            self._append({sandbox: changes})
            make(changes)

    def forget(self, sandbox: str) -> None:
        with self._lock:
            self._append({sandbox: None})
            self._sandboxes.pop(sandbox, None)

    def close(self) -> None:
        self._file.close()

    def refusal(self, reason: str) -> Mistakes:
        """What to raise where what was read is not good after all."""
        return _refusal(self.path, reason)

    def _append(self, value: Any) -> None:
        line = _encode(value)
        end = self._file.seek(0, os.SEEK_END)
        try:
            if self._file.write(line) != len(line):
                raise OSError(f"{self.path}: the disk took only a part of a change")
        except OSError:
            self._file.truncate(end)
            raise
        self._size = end + len(line)

    def _compact(self) -> None:
        """Write the file anew. Where it cannot be replaced, as when it alone is mounted, it stays
        as long.
        """
        self._compact_size = self._size
        beside = self._real.with_name(f".{self._real.name}.new")
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
            file = _locked(beside, beside)
            try:
                file.write(_encode(FIRST_LINE))
                for name, tables in self._sandboxes.items():
                    file.write(_encode({name: tables}))
                os.replace(beside, self._real)
            except OSError:
                file.close()
                beside.unlink(missing_ok=True)
            else:
                self._file.close()
                self._file = file
                self._size = self._compact_size = file.seek(0, os.SEEK_END)


def _encode(value: Any) -> bytes:
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


def _parse(content: bytes, path: Path) -> dict[str, Tables]:
    sandboxes: dict[str, Tables] = {}
    *lines, _unfinished = content.split(b"\n")
    if content and not lines:
        raise _refusal(path, "is no data file of this server: its first line is not the header")
    for number, line in enumerate(lines, start=1):
        try:
            _read_line(sandboxes, orjson.loads(line), first=number == 1)
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            raise _refusal(path, f"line {number} cannot be read: {error}") from None
    return sandboxes


def _read_line(sandboxes: dict[str, Tables], line: Any, *, first: bool) -> None:
    if first:
        if line != FIRST_LINE:
            raise ValueError("it is not the header of a data file of this server")
    elif isinstance(line, dict):
        [(name, value)] = line.items()
        _read_sandbox(sandboxes, name, value)
    elif line is None:
        sandboxes.clear()
    else:
        _read_old_line(sandboxes.setdefault(DEFAULT, {}), line)


def _read_sandbox(sandboxes: dict[str, Tables], name: str, value: Any) -> None:
    if value is None:
        del sandboxes[name]
    elif isinstance(value, dict):
        sandboxes[name] = value
    elif isinstance(value, list):
        for change in value:
            make_change(sandboxes[name], change)
    else:
        raise ValueError("expected changes, documents or null")


def _read_old_line(tables: Tables, line: Any) -> None:
    for provider, message_id, fields in line:
        rows = tables.setdefault(MESSAGES + provider, {})
        rows[message_id] = {**rows.get(message_id, {}), **fields}


def _refusal(path: Path, reason: str) -> Mistakes:
    hint = "it was left as it is; move it away to start anew"
    return Mistakes([Mistake(str(path), "", f"{reason} ({hint})")])
