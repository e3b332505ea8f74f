"""Keeping credentials out of whatever is shown, wherever a client put them.

A secret is found by its value, by the form of a provider's credentials, and by the name that it
stands behind; as it is, or encoded for a URL or for JSON, also more than once.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

HIDDEN = "****"
SHORTEST = 6  # characters of a value that is looked for everywhere: shorter ones are words as well
ROUNDS = 4  # of decoding: JSON in JSON in a query
REMEMBERED = 1_024  # short texts whose masked form is known
SHORT = 256
BESIDE = 200  # characters beside a cut that may be the rest of a secret
CUTS = 16  # of a text that are looked at

_SECRET_HEADER = re.compile(
    r"authorization|api-?key|access-?key|token|secret|cookie|passw|pwd|jwt|auth|sign|credential"
)
_NAMES = (
    "key",
    "token",
    "secret",
    "password",
    "authorization",
    "passwd",
    "jwt",
    "sign",
    "signature",
)
_NAMED = re.compile(
    rf"(?:{'|'.join(_NAMES)})"
    r"(?:=[\"']?(?P<plain>[^&\s\"']+)|[\"']\s*:\s*(?:\[\s*)?[\"'](?P<quoted>[^\"']+))",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\s,]+")
_SCHEMES = ("bearer", "basic", "digest")
_ENCODED = re.compile(r"%([0-9A-Fa-f]{2})|\\u([0-9A-Fa-f]{4})|\\(.)", re.DOTALL)
_CUT = re.compile(r"\.\.\.|…")
_LETTERS = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


class Span(NamedTuple):
    """Where a secret stands in a text, and what is to be seen there."""

    start: int
    end: int
    shown: str


class Masking:
    """The secrets that must not be seen, and every text without them.

    ``values`` are known secrets, ``forms`` regular expressions of those that nobody knows.
    """

    def __init__(self, values: Iterable[str], forms: tuple[str, ...] = ()) -> None:
        known = {each for each in values if len(each) >= SHORTEST}
        self._values = tuple(sorted(known, key=lambda each: (-len(each), each)))
        self._lowered = tuple(each.lower() for each in self._values)
        self._form = re.compile("|".join(f"(?:{each})" for each in forms)) if forms else None
        self._base: Masking | None = None
        self._seen: dict[str, str] = {}
        self._seen_names: dict[str, str] = {}

    def extend(self, values: Iterable[str]) -> "Masking":
        """The same with a few further values."""
        extended = Masking(each for each in values if each not in self._values)
        extended._base = self
        return extended if extended._values else self

    def mask(self, text: str) -> str:
        """The text without secrets."""
        known = self._seen.get(text)
        if known is not None:
            return known
        masked = text if self._base is None else self._base.mask(text)
        spans = self._find(masked)
        if "%" in masked or "\\" in masked:
            spans += self._find_encoded(masked)
        if spans:
            masked = _replace(masked, spans)
        _remember(self._seen, text, masked)
        return masked

    def mask_headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Headers by lower-case name; the whole value of one whose name promises a secret."""
        return {
            self._mask_name(name): _mask_words(value) if _is_secret(name) else self.mask(value)
            for name, value in headers.items()
        }

    def mask_tree(self, value: Any) -> Any:
        """A JSON value, all of whose texts are masked, names included."""
        if isinstance(value, str):
            return self.mask(value)
        if isinstance(value, list | tuple):
            return [self.mask_tree(each) for each in value]
        if isinstance(value, Mapping):
            return {self.mask(name): self._mask_named(name, each) for name, each in value.items()}
        return value

    def _mask_named(self, name: str, value: Any) -> Any:
        if isinstance(value, str) and _is_secret(name.lower()):
            return _mask_words(value)
        return self.mask_tree(value)

    def _mask_name(self, name: str) -> str:
        """A secret that a client made a header's name came in lower case."""
        known = self._seen_names.get(name)
        if known is None:
            found = [
                Span(start, start + len(each), mask_secret(each))
                for each in self._lowered
                for start in _find_places(name, each)
            ]
            known = self.mask(_replace(name, found))
            _remember(self._seen_names, name, known)
        return known

    def _find(self, text: str) -> list[Span]:
        spans = [
            Span(start, start + len(each), mask_secret(each))
            for each in [each for each in self._values if each in text]
            for start in _find_places(text, each)
        ]
        if "..." in text or "…" in text:
            spans += self._find_cut(text)
        if self._base is not None:
            return spans
        if self._form is not None:
            found = self._form.finditer(text)
            spans += [Span(*each.span(), mask_secret(each[0])) for each in found]
        if "=" in text or ":" in text:
            lowered = text.lower()  # a look before the search, which takes far longer
            if any(map(lowered.__contains__, _NAMES)):
                found = _NAMED.finditer(text)
                spans += [Span(*each.span(each.lastgroup or 0), HIDDEN) for each in found]
        return spans

    def _find_encoded(self, text: str) -> list[Span]:
        """Secrets that can be read once the text is decoded, at their places in the text."""
        spans: list[Span] = []
        levels = [text]
        while len(levels) <= ROUNDS and ("%" in levels[-1] or "\\" in levels[-1]):
            decoded = _ENCODED.sub(_decode, levels[-1])
            if decoded == levels[-1]:
                break
            found = self._find(decoded)
            for level in reversed(levels if found else []):
                places = _map_places(level)
                found = [Span(places[each.start], places[each.end], each.shown) for each in found]
            spans += found
            levels.append(decoded)
        return spans

    def _find_cut(self, text: str) -> Iterator[Span]:
        """What is left of a secret before and after a place where something was cut out."""
        for number, cut in enumerate(_CUT.finditer(text)):
            if number == CUTS:
                return
            before = text[max(0, cut.start() - BESIDE) : cut.start()]
            after = text[cut.end() : cut.end() + BESIDE]
            for each in self._values:
                sizes = range(len(each) - 1, SHORTEST - 1, -1)
                size = next((size for size in sizes if before.endswith(each[:size])), 0)
                if size:
                    yield Span(cut.start() - size, cut.start(), HIDDEN)
                size = next((size for size in sizes if after.startswith(each[-size:])), 0)
                if size:
                    yield Span(cut.end(), cut.end() + size, HIDDEN)


def mask_secret(secret: str) -> str:
    """The first 4 and last 2 characters, nothing of a short one."""
    return f"{secret[:4]}{HIDDEN}{secret[-2:]}" if len(secret) > 8 else HIDDEN


def _remember(seen: dict[str, str], text: str, masked: str) -> None:
    """Most of what clients send they send again and again: that is looked through once."""
    if len(text) <= SHORT:
        if len(seen) >= REMEMBERED:
            seen.clear()
        seen[text] = masked


def _find_places(text: str, value: str) -> Iterator[int]:
    start = text.find(value)
    while start >= 0:
        yield start
        start = text.find(value, start + len(value))


def _replace(text: str, spans: list[Span]) -> str:
    """What overlaps is one secret, of which nothing is told that any of them hides."""
    if not spans:
        return text
    pieces, done = [], 0
    merged: list[Span] = []
    for span in sorted(spans):
        last = merged[-1] if merged else None
        if last is None or span.start >= last.end:
            merged.append(span)
        elif (span.start, span.end) != (last.start, last.end) or span.shown != last.shown:
            hides = HIDDEN in (span.shown, last.shown) or span.end > last.end
            shown = HIDDEN if hides else last.shown
            merged[-1] = Span(last.start, max(last.end, span.end), shown)
    for span in merged:
        pieces += [text[done : span.start], span.shown]
        done = span.end
    return "".join((*pieces, text[done:]))


def _decode(match: re.Match[str]) -> str:
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


@lru_cache(maxsize=256)
def _is_secret(name: str) -> bool:
    return _SECRET_HEADER.search(name) is not None


@lru_cache(maxsize=256)
def _mask_words(value: str) -> str:
    """Cached: a client sends the same credentials again and again."""
    return _WORD.sub(_mask_word, value)


def _mask_word(match: re.Match[str]) -> str:
    word = match[0]
    return word if word.lower() in _SCHEMES else mask_secret(word)
