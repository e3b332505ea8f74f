"""Which known id one is meant that nobody knows: encoded, quoted, cut, or with a slip in it."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import NamedTuple
from urllib.parse import unquote

ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.=+/"
LONGEST = 200  # characters of an id that is looked for
SHORTEST_PART = 6  # characters of a part that tells which id it is of
SCANNED = 100_000  # ids, the newest, that are compared by their parts
COMPARED = 1_000  # ids, the newest, that are compared letter by letter
FARTHEST = 3  # letters that may be others, too many or too few there
QUOTES = "\"'`<>[](){} \t\r\n"


class Near(NamedTuple):
    """A known id, and how the one that came differs from it."""

    id: str
    how: str


def find_near(
    came: str, is_known: Callable[[str], bool], list_newest: Callable[[], Iterable[str]]
) -> Near | None:
    """The known id that is nearest. ``list_newest`` gives the known ones, the newest first.

    One slip of the pen is found among any number of them, all else among the newest.
    """
    if not came or len(came) > LONGEST:
        return None
    for how, form in _undo(came):
        if form != came and is_known(form):
            return Near(form, how)
    for slip in _make_slips(came):
        if is_known(slip):
            return Near(slip, "with a letter that is another, missing, too much or misplaced")
    return _find_part(came, islice(list_newest(), SCANNED)) or _find_slips(
        came, islice(list_newest(), COMPARED)
    )


def _undo(came: str) -> Iterator[tuple[str, str]]:
    """What it may have been before it was encoded or wrapped."""
    once = unquote(came)
    yield "URL-encoded", once
    yield "URL-encoded twice", unquote(once)
    yield "with + read as a blank", once.replace(" ", "+")
    yield "in quotes or with blanks around it", came.strip(QUOTES)
    yield "in quotes or with blanks around it", once.strip(QUOTES)
    yield "escaped as in JSON", came.replace("\\/", "/").replace('\\"', "").strip(QUOTES)
    yield "without the = at its end", f"{came}="
    yield "without the = at its end", f"{came}=="
    yield "with one = too many", came.rstrip("=")


def _make_slips(came: str) -> Iterator[str]:
    """All that one letter more, less, or other, or two that changed places make of it."""
    for place in range(len(came)):
        head, tail = came[:place], came[place + 1 :]
        yield head + tail
        if tail:
            yield f"{head}{tail[0]}{came[place]}{tail[1:]}"
        for letter in ALPHABET:
            yield f"{head}{letter}{tail}"
            yield f"{head}{letter}{came[place]}{tail}"
    for letter in ALPHABET:
        yield f"{came}{letter}"


def _find_part(came: str, known: Iterable[str]) -> Near | None:
    """One that the id is a part of, that is a part of it, or that differs in capitals alone."""
    if len(came) < SHORTEST_PART:
        return None
    lowered, length = came.lower(), len(came)
    for each in known:
        more = len(each) - length
        if more > 0:
            if came in each:
                return Near(each, f"cut: {more} characters are missing")
        elif more == 0:
            if each.lower() == lowered:
                return Near(each, "in other capitals")
        elif length + more >= SHORTEST_PART and each in came:
            return Near(each, f"with {-more} characters around it")
    return None


def _find_slips(came: str, known: Iterable[str]) -> Near | None:
    found = ((count_slips(came, each, FARTHEST), each) for each in known)
    near = min((each for each in found if each[0] <= min(FARTHEST, len(came) // 4)), default=None)
    return near and Near(near[1], f"with {near[0]} letters that are others, missing or too much")


def count_slips(one: str, other: str, most: int) -> int:
    """Letters to change, add or remove to make one of the other (Levenshtein); ``most`` + 1 for
    any number beyond ``most``.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    start = _count_equal(one, other)
    one, other = one[start:], other[start:]
    end = _count_equal(one[::-1], other[::-1])
    one, other = one[: len(one) - end], other[: len(other) - end]
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, 1):
        before, row[0] = row[0], place
        for column, another in enumerate(other, 1):
            before, row[column] = (
                row[column],
                min(row[column] + 1, row[column - 1] + 1, before + (letter != another)),
            )
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)


def _count_equal(one: str, other: str) -> int:
    """Letters that both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))
