"""Texts that are encoded for a URL or for JSON, once or several times, and their places."""

import re
from collections.abc import Iterator

ROUNDS = 8  # of decoding: JSON in JSON in a query, and more

_ENCODED = re.compile(r"%([0-9A-Fa-f]{2})|\\u([0-9A-Fa-f]{4})|\\(.)", re.DOTALL)
_LETTERS = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


class Decoded:
    """A text decoded so and so many times, and the texts that it was before."""

    def __init__(self, text: str, before: tuple[str, ...]) -> None:
        self.text = text
        self._before = before

    def locate(self, places: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """Where in the first text that stands which begins and ends at these places of this one."""
        for text in reversed(self._before):
            origins = _map_places(text)
            places = [(origins[start], origins[end]) for start, end in places]
        return places


def decode(text: str) -> Iterator[Decoded]:
    """What can be read in a text, decoded once more each time, until nothing is left to decode."""
    before: tuple[str, ...] = ()
    while len(before) < ROUNDS and ("%" in text or "\\" in text):
        before = (*before, text)
        text = _ENCODED.sub(_decode_one, text)
        if text == before[-1]:
            return
        yield Decoded(text, before)


def _decode_one(match: re.Match[str]) -> str:
    percent, unicode, letter = match.groups()
    if percent or unicode:
        return chr(int(percent or unicode, 16))
    return _LETTERS.get(letter, letter)


def _map_places(text: str) -> list[int]:
    """For each character of the decoded text where it begins here, and where all ends."""
    places: list[int] = []
    done = 0
    for match in _ENCODED.finditer(text):
        places += range(done, match.start())
        places.append(match.start())
        done = match.end()
    return [*places, *range(done, len(text) + 1)]
