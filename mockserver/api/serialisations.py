"""The bytes that other programs would have made of the same JSON."""

import json
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import permutations
from typing import Any, NamedTuple
from urllib.parse import urlencode

LARGE = 16_384  # bytes of a body, from which on what is seldom is left out: writing takes long
HUGE = 131_072  # bytes, from which on it is written in fewest ways
DEEPEST = 16  # levels of what is written in lines
FEW_KEYS = 4  # of an object that is written in every order
INDENTS = (2, 4)
COMPACT, SPACED = (",", ":"), (", ", ": ")


class Written(NamedTuple):
    """Some bytes, and how they were written."""

    how: str
    data: bytes


def list_serialisations(value: Any, size: int, documented: Sequence[str] = ()) -> Iterator[Written]:
    """A JSON value written anew as libraries do: key order, blanks, escapes, lines.

    ``size`` are the bytes that it came in, ``documented`` is an order of its keys. Of a large one
    what is seldom is left out, of a huge one also the escapes of
    what is in another order.
    """
    for keys, ordered, sort in _list_orders(value, () if size > LARGE else documented):
        for blanks, separators in (("no blanks", COMPACT), ("blanks", SPACED)):
            write = partial(json.dumps, ordered, separators=separators, sort_keys=sort)
            text = write(ensure_ascii=False)
            yield Written(f"{keys}, {blanks} after separators", _encode(text))
            if size <= HUGE or not sort:
                escaped = write()
                yield Written(f"{keys}, {blanks} and \\u escapes", _encode(escaped))
                if separators == COMPACT:
                    slashed = escaped.replace("/", "\\/")
                    yield Written(f"{keys}, with \\/ for /, as PHP does", _encode(slashed))
        if size <= LARGE:
            yield from _write_seldom(keys, ordered, sort)


def _write_seldom(keys: str, ordered: Any, sort: bool) -> Iterator[Written]:
    """In lines, which takes long; and what PHP and Go make of what is no ASCII."""
    write = partial(json.dumps, ordered, ensure_ascii=False, sort_keys=sort)
    for indent in () if _is_deep(ordered, DEEPEST) else INDENTS:
        text = write(indent=indent)
        yield Written(f"{keys}, in lines, indented by {indent}", _encode(text))
    text = write(separators=COMPACT)
    slashed = text.replace("/", "\\/")
    yield Written(f"{keys}, with \\/ for / and no other escapes, as PHP does", _encode(slashed))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    yield Written(f"{keys}, with <, > and & escaped, as Go does", _encode(text))


def list_key_orders(value: Any) -> Iterator[Written]:
    """A small object with its keys in every order."""
    if not isinstance(value, dict) or len(value) > FEW_KEYS:
        return
    for order in permutations(value):
        ordered = {name: value[name] for name in order}
        for separators in (COMPACT, SPACED):
            text = json.dumps(ordered, separators=separators, ensure_ascii=False)
            yield Written(f"keys as {', '.join(order)}", _encode(text))


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


def _write_as_others(text: str) -> Iterator[tuple[str, str]]:
    """Compact JSON with what PHP and Go escape besides."""
    yield "with \\/ for /, as PHP does", text.replace("/", "\\/")
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    yield "with <, > and & escaped, as Go does", text


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
