"""Finding known secrets in a text, also what is left of one where something was cut out."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

HIDDEN = "****"
SHORTEST = 6  # characters of a value that is looked for everywhere: shorter ones are words as well
MANY = 100  # values, above which a text is looked through once rather than for each
CUTS = 64  # of a text that are looked at, from its end: there stands the server's own

_CUT = re.compile(r"\.\.\.|…")
_UNFINISHED = re.compile(r"(?:%[0-9A-Fa-f]?|\\(?:u[0-9A-Fa-f]{0,3})?)\Z")
REMNANT = 5  # characters of an escape that may stand after a cut


class Span(NamedTuple):
    """Where a secret stands in a text, and what is to be seen there."""

    start: int
    end: int
    shown: str


class KnownSecrets:
    """Values, by their first and last characters."""

    def __init__(self, values: Iterable[str]) -> None:
        known = {form for each in values if len(each) >= SHORTEST for form in _write_forms(each)}
        self.values = tuple(sorted(known, key=lambda each: (-len(each), each)))
        self._longest = max(map(len, self.values), default=0)
        self._by_start = _group(self.values, lambda each: each[:SHORTEST])
        self._by_end = _group(self.values, lambda each: each[-SHORTEST:])

    def find(self, text: str) -> list[Span]:
        """Where they stand, whole or cut."""
        spans = [
            Span(start, start + len(each), mask_secret(each))
            for each in self._find_values(text)
            for start in _find_places(text, each)
        ]
        if self.values and ("..." in text or "…" in text):
            for cut in list(_CUT.finditer(text))[-CUTS:]:
                spans += self._find_before(text, cut.start())
                spans += self._find_after(text, cut.end())
        return spans

    def _find_values(self, text: str) -> Iterable[str]:
        if len(self.values) <= MANY:
            return [each for each in self.values if each in text]
        starts = range(len(text) - SHORTEST + 1)
        found = {text[each : each + SHORTEST] for each in starts} & self._by_start.keys()
        return [each for start in found for each in self._by_start[start] if each in text]

    def _find_before(self, text: str, end: int) -> Iterator[Span]:
        """The beginning of a secret, the longest there is; of an escape a part may follow it."""
        begin = max(0, end - self._longest)
        before = text[begin:end]
        unfinished = _UNFINISHED.search(before)
        whole = before[: unfinished.start()] if unfinished else before
        for place in range(len(whole) - SHORTEST + 1):
            candidates = self._by_start.get(whole[place : place + SHORTEST], ())
            if any(each.startswith(whole[place:]) for each in candidates):
                yield Span(begin + place, end, HIDDEN)
                return

    def _find_after(self, text: str, start: int) -> Iterator[Span]:
        """The end of a secret, the longest there is; of an escape a part may stand before it."""
        after = text[start : start + self._longest + REMNANT]
        for end in range(len(after), SHORTEST - 1, -1):
            for each in self._by_end.get(after[end - SHORTEST : end], ()):
                if any(each.endswith(after[skipped:end]) for skipped in range(REMNANT + 1)):
                    yield Span(start, start + end, HIDDEN)
                    return


def mask_secret(secret: str) -> str:
    """The first 4 and last 2 characters, nothing of a short one."""
    return f"{secret[:4]}{HIDDEN}{secret[-2:]}" if len(secret) > 8 else HIDDEN


def _write_forms(value: str) -> set[str]:
    """As it is; with + for blanks, as forms have it; and as its bytes, and the halves of characters
    of two, are read one by one.
    """
    if value.isascii():
        return {value, value.replace(" ", "+")}
    halves = value.encode("utf-16-be", "surrogatepass")
    pairs = (halves[each : each + 2] for each in range(0, len(halves), 2))
    return {
        value,
        value.replace(" ", "+"),
        value.encode("utf-8", "surrogatepass").decode("latin-1"),
        "".join(chr(int.from_bytes(each)) for each in pairs),
    }


def _group(values: Iterable[str], name: Callable[[str], str]) -> Mapping[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for each in values:
        grouped.setdefault(name(each), []).append(each)
    return grouped


def _find_places(text: str, value: str) -> Iterator[int]:
    start = text.find(value)
    while start >= 0:
        yield start
        start = text.find(value, start + len(value))
