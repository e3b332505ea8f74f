"""Keeping credentials out of whatever is shown, wherever a client put them.

A secret is found by its value, by the form of a provider's credentials, and by the name that it
stands behind; as it is, or encoded for a URL or for JSON, also more than once.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from mockserver.text.encodings import decode
from mockserver.text.secrets import HIDDEN, KnownSecrets, Span, mask_secret

REMEMBERED = 1_024  # short texts whose masked form is known
SHORT = 256

_SECRET_HEADER = re.compile(
    r"authorization|api-?key|access-?key|token|secret|cookie|password"
    r"|(?<![a-z])(?:auth|jwt|sign|signature|pwd|passwd|credentials?)(?![a-z])"
)
_NAMES = ("key", "token", "secret", "password", "authorization", "passwd", "jwt")
_NAMED = re.compile(
    rf"(?:{'|'.join(_NAMES)})"
    r"(?:=(?P<open>[\"']?)(?P<plain>[^&\s\"]+)|[\"']\s*:\s*"
    r"(?:\"(?P<double>(?:[^\"\\]|\\.)*)|'(?P<single>(?:[^'\\]|\\.)*)"
    r"|\[(?P<list>[^\]]*)|(?P<number>-?[0-9][0-9.eE+-]*)))",
    re.IGNORECASE | re.DOTALL,
)
_WORD = re.compile(r"[^\s,]+")
_SCHEMES = ("bearer", "basic", "digest")


class Masking:
    """The secrets that must not be seen, and every text without them.

    ``values`` are known secrets, ``forms`` regular expressions of those that nobody knows.
    """

    def __init__(self, values: Iterable[str], forms: tuple[str, ...] = ()) -> None:
        self._known = KnownSecrets(values)
        self._lowered: KnownSecrets | None = None
        self._form = re.compile("|".join(f"(?:{each})" for each in forms)) if forms else None
        self._base: Masking | None = None
        self._seen: dict[str, str] = {}
        self._seen_names: dict[str, str] = {}

    def extend(self, values: Iterable[str]) -> "Masking":
        """The same with a few further values."""
        extended = Masking(each for each in values if each not in self._known.values)
        extended._base = self
        return extended if extended._known.values else self

    def mask(self, text: str) -> str:
        """The text without secrets."""
        known = self._seen.get(text)
        if known is None:
            known = text if self._base is None else self._base.mask(text)
            known = _replace(known, self._find(known))
            _remember(self._seen, text, known)
        return known

    def mask_headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Headers by lower-case name; the whole value of one whose name promises a secret."""
        return {
            self._mask_name(name): _mask_words(value) if _is_secret(name) else self.mask(value)
            for name, value in headers.items()
        }

    def mask_tree(self, value: Any) -> Any:
        """A JSON value, all of whose texts are masked, names and numbers included."""
        if isinstance(value, str):
            return self.mask(value)
        if isinstance(value, list | tuple):
            return [self.mask_tree(each) for each in value]
        if isinstance(value, Mapping):
            return {self.mask(name): self._mask_named(name, each) for name, each in value.items()}
        if isinstance(value, int | float) and not isinstance(value, bool):
            text = str(value)
            masked = self.mask(text)
            return value if masked == text else masked
        return value

    def _mask_named(self, name: str, value: Any) -> Any:
        if isinstance(value, str) and _is_secret(name.lower()):
            return _mask_words(value)
        return self.mask_tree(value)

    def _mask_name(self, name: str) -> str:
        """A secret that a client made a header's name came in lower case."""
        known = self._seen_names.get(name)
        if known is None:
            if self._lowered is None:
                self._lowered = KnownSecrets(each.lower() for each in self._known.values)
            base = name if self._base is None else self._base._mask_name(name)
            known = self.mask(_replace(base, _find_at_all_levels(base, self._lowered.find)))
            _remember(self._seen_names, name, known)
        return known

    def _find(self, text: str) -> list[Span]:
        return _find_at_all_levels(text, self._find_here)

    def _find_here(self, text: str) -> list[Span]:
        spans = self._known.find(text)
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


Find = Callable[[str], list[Span]]


def _find_at_all_levels(text: str, find: Find) -> list[Span]:
    """What stands in a text as it is, and in what it is once it was decoded."""
    spans = find(text)
    if "%" in text or "\\" in text:
        for decoded in decode(text):
            found = find(decoded.text)
            if found:
                places = decoded.locate([(each.start, each.end) for each in found])
                spans += [
                    Span(*place, each.shown) for place, each in zip(places, found, strict=True)
                ]
    return spans


def _remember(seen: dict[str, str], text: str, masked: str) -> None:
    """Most of what clients send they send again and again: that is looked through once."""
    if len(text) <= SHORT:
        if len(seen) >= REMEMBERED:
            seen.clear()
        seen[text] = masked


def _replace(text: str, spans: list[Span]) -> str:
    """What overlaps is one secret, of which nothing is told that any of them hides."""
    if not spans:
        return text
    merged: list[Span] = []
    for span in sorted(spans):
        last = merged[-1] if merged else None
        if last is None or span.start >= last.end:
            merged.append(span)
        elif (span.start, span.end) != (last.start, last.end) or span.shown != last.shown:
            hides = HIDDEN in (span.shown, last.shown) or span.end > last.end
            shown = HIDDEN if hides else last.shown
            merged[-1] = Span(last.start, max(last.end, span.end), shown)
    pieces, done = [], 0
    for span in merged:
        pieces += [text[done : span.start], span.shown]
        done = span.end
    return "".join((*pieces, text[done:]))


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
