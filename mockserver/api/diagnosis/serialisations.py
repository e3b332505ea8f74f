"""The bytes that other programs would have made of the same JSON."""

import json
import re
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import permutations
from typing import Any, NamedTuple
from urllib.parse import urlencode

HUGE = 131_072  # bytes of a body, from which on it is written in fewest ways
DEEPEST = 16  # levels of what is written in lines
MANY = 2_000  # commas in what is written in lines, which takes long for each
FEW_KEYS = 5  # of an object that is written in every order
INDENTS = (2, 4)
ESCAPE = re.compile(r"\\u[0-9a-f]{4}")
COMPACT, SPACED = (",", ":"), (", ", ": ")


class Written(NamedTuple):
    """Some bytes, and how they were written."""

    how: str
    data: bytes


def list_serialisations(value: Any, size: int, documented: Sequence[str] = ()) -> Iterator[Written]:
    """A JSON value written anew as libraries do: key order, blanks, escapes, lines.

    ``size`` are the bytes that it came in, ``documented`` is an order of its keys. Of a huge one
    what is seldom is left out, and the escapes of what is in another order.
    """
    for keys, ordered, sort in _list_orders(value, () if size > HUGE else documented):
        for blanks, separators in (("no blanks", COMPACT), ("blanks", SPACED)):
            write = partial(json.dumps, ordered, separators=separators, sort_keys=sort)
            text = write(ensure_ascii=False)
            yield Written(f"{keys}, {blanks} after separators", _encode(text))
            if size <= HUGE or not sort:
                escaped = text if _is_plain(text) else write()
                for how, told in _escape(escaped, text):
                    yield Written(f"{keys}, {blanks} and {how}", _encode(told))
                if separators == COMPACT:
                    yield from _write_as_others(keys, text, escaped)
        if size <= HUGE:
            yield from _write_in_lines(keys, ordered, sort, text.count(","))


def _escape(escaped: str, plain: str) -> Iterator[tuple[str, str]]:
    """What is no ASCII in escapes, as Python writes them or in capitals, as others do."""
    yield "\\u escapes", escaped
    if escaped != plain:
        yield "\\u escapes in capitals", ESCAPE.sub(_capitalise, escaped)


def _capitalise(escape: re.Match[str]) -> str:
    return "\\u" + escape[0][2:].upper()


def _write_as_others(keys: str, text: str, escaped: str) -> Iterator[Written]:
    """Compact JSON with what PHP and Go escape besides."""
    yield Written(f"{keys}, with \\/ for /, as PHP does", _encode(escaped.replace("/", "\\/")))
    slashed = text.replace("/", "\\/")
    yield Written(f"{keys}, with \\/ for / and no other escapes, as PHP does", _encode(slashed))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    yield Written(f"{keys}, with <, > and & escaped, as Go does", _encode(text))


def _write_in_lines(keys: str, ordered: Any, sort: bool, commas: int) -> Iterator[Written]:
    for indent in () if commas > MANY or _is_deep(ordered, DEEPEST) else INDENTS:
        write = partial(json.dumps, ordered, indent=indent, sort_keys=sort)
        text = write(ensure_ascii=False)
        told = f"{keys}, in lines, indented by {indent}"
        yield Written(told, _encode(text))
        if not _is_plain(text):
            yield Written(f"{told}, and \\u escapes", _encode(write()))


def _is_plain(text: str) -> bool:
    """Whether escapes make no difference, so that to write it once more would waste time."""
    return text.isascii() and "\x7f" not in text


def list_key_orders(value: Any, every: bool) -> Iterator[Written]:
    """An object with its keys in reverse or, where ``every`` and they are few, in every order."""
    if not isinstance(value, dict) or len(value) > MANY:
        return
    names = list(value)
    orders = permutations(names) if every and len(names) <= FEW_KEYS else [tuple(reversed(names))]
    members = [(separators, _write_members(value, separators)) for separators in (COMPACT, SPACED)]
    for order in orders:
        for (comma, _), written in members:
            told = f"keys as {', '.join(order[:FEW_KEYS])}"
            text = comma.join([written[name] for name in order])
            yield Written(told, _encode(f"{{{text}}}"))


def _write_members(value: dict[str, Any], separators: tuple[str, str]) -> dict[str, str]:
    """Each once, as writing all of them in every order would take long."""
    write = partial(json.dumps, separators=separators, ensure_ascii=False)
    return {name: f"{write(name)}{separators[1]}{write(each)}" for name, each in value.items()}


def list_other_writings(value: Any, body: bytes) -> Iterator[Written]:
    """What is no JSON of the value, and that clients sign by mistake."""
    yield Written("an empty object, {}", b"{}")
    yield Written("null", b"null")
    yield Written("the text of Python's object, with single quotes", _encode(str(value)))
    if isinstance(value, dict):
        flat = {name: each for name, each in value.items() if not isinstance(each, dict | list)}
        yield Written("the members as a form", urlencode(flat, errors="replace").encode())
    text = body.decode("utf-8", "replace")
    yield Written("the JSON as a JSON string once more", _encode(json.dumps(text)))


def _list_orders(value: Any, documented: Sequence[str]) -> Iterator[tuple[str, Any, bool]]:
    """The value with its keys in an order, and whether they are still to be sorted."""
    yield "keys as sent", value, False
    yield "keys sorted", value, True
    if isinstance(value, dict) and documented:
        first = [name for name in documented if name in value]
        rest = [name for name in value if name not in documented]
        yield "keys as documented", {name: value[name] for name in (*first, *rest)}, False


def _is_deep(value: Any, levels: int) -> bool:
    """Whether it is nested so deep that indenting it makes much of little."""
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deep(each, levels - 1) for each in inner)


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
