"""The lines of a data file.

The first is the header. Each further line is an object whose one key is a sandbox's id: of a list
of changes, which are made together; of all its documents, which take the place of those before; or
of null, which forgets it. Lines of the oldest files are lists of changes to messages of
``default``: table, document id, the fields to set; and null, which forgets all.

A line is JSON, a tab and the CRC-32 of the JSON in eight hexadecimal digits. Older files have no
sums; where the header has one, every line must.
"""

from typing import Any
from zlib import crc32

import orjson

from mockserver.api.changes import MESSAGES, REMOVE, SET
from mockserver.sandbox.database import REPLACE, make_change
from mockserver.sandbox.storage.memory import Tables

FIRST_LINE = {"mockserver-data": 1}
DEFAULT = "default"
SUM = b"\t%08x\n"
SUM_LENGTH = 9  # without the end of the line


class Damage(ValueError):
    """A line that cannot be read: its number, and why."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line} cannot be read: {reason}")
        self.line = line


def encode_line(value: Any) -> bytes:
    text = orjson.dumps(value)
    return text + SUM % crc32(text)


def encode_blank(size: int) -> bytes:
    """A line of at least so many bytes that changes nothing."""
    text = b'{"%b":[%b]}' % (DEFAULT.encode(), b" " * size)
    return text + SUM % crc32(text)


def read_sandboxes(content: bytes) -> dict[str, Tables]:
    """The documents of every sandbox as the whole lines leave them. Raises Damage."""
    sandboxes: dict[str, Tables] = {}
    lines = content.split(b"\n")[:-1]
    summed = bool(lines) and _has_sum(lines[0])
    for number, line in enumerate(lines, start=1):
        try:
            _make_line(sandboxes, _decode_line(line, summed=summed), first=number == 1)
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            raise Damage(number, str(error)) from None
    return sandboxes


def find_line(content: bytes, sandbox: str, table: str, document_id: str, field: str = "") -> int:
    """The number of the last line that says something of a document, or with no id of a table; of
    its field, where one is named.

    All lines are known to be readable.
    """
    found = 1
    for number, line in enumerate(content.split(b"\n")[:-1], start=1):
        if number > 1 and _tells_of(
            _decode_line(line, summed=False), sandbox, table, document_id, field
        ):
            found = number
    return found


def _has_sum(line: bytes) -> bool:
    return line[-SUM_LENGTH:-8] == b"\t"


def _decode_line(line: bytes, *, summed: bool) -> Any:
    """Raises ValueError."""
    if _has_sum(line):
        text = line[:-SUM_LENGTH]
        if text + SUM % crc32(text) != line + b"\n":
            raise ValueError("its checksum is wrong, so it is not as it was written")
        return orjson.loads(text)
    if summed:
        raise ValueError("it has no checksum, so it is not as it was written")
    return orjson.loads(line)


def _make_line(sandboxes: dict[str, Tables], line: Any, *, first: bool) -> None:
    if first:
        if line != FIRST_LINE:
            raise ValueError("it is not the header of a data file of this server")
    elif isinstance(line, dict):
        [(name, value)] = line.items()
        _make_of_sandbox(sandboxes, name, value)
    elif line is None:
        sandboxes.clear()
    else:
        _make_old_line(sandboxes.setdefault(DEFAULT, {}), line)


def _make_of_sandbox(sandboxes: dict[str, Tables], name: str, value: Any) -> None:
    if value is None:
        del sandboxes[name]
    elif isinstance(value, dict):
        sandboxes[name] = value
    elif isinstance(value, list):
        for change in value:
            make_change(sandboxes[name], change)
    else:
        raise ValueError("expected changes, documents or null")


def _make_old_line(tables: Tables, line: Any) -> None:
    for provider, message_id, fields in line:
        rows = tables.setdefault(MESSAGES + provider, {})
        rows[message_id] = {**rows.get(message_id, {}), **fields}


def _tells_of(line: Any, sandbox: str, table: str, document_id: str, field: str) -> bool:
    if isinstance(line, dict):
        value = line.get(sandbox)
        if isinstance(value, dict):
            return table in value and (not document_id or document_id in value[table])
        return any(_changes(change, table, document_id, field) for change in value or ())
    told = [] if line is None or sandbox != DEFAULT else line
    return any(
        (MESSAGES + each[0], each[1]) == (table, document_id) and (not field or field in each[2])
        for each in told
    )


def _changes(change: Any, table: str, document_id: str, field: str) -> bool:
    kind, changed, changed_id, value = change
    if kind == REPLACE:
        return table in value and (not document_id or document_id in value[table])
    if kind == REMOVE or (kind == SET and field and field not in value):
        return False
    return bool(changed == table and document_id in ("", changed_id))
