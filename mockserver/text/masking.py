"""Keeping credentials out of the journal and the log, wherever a client put them."""

import re
from collections.abc import Mapping
from functools import lru_cache

_SECRET_HEADER = re.compile(r"authorization|api-?key|access-?key|token|secret|cookie|password")
_NAMES = ("key", "token", "secret", "password", "authorization")
_IN_TEXT = re.compile(rf"((?:{'|'.join(_NAMES)})(?:=|\"\s*:\s*\"))[^&\s\"]+", re.IGNORECASE)
_WORD = re.compile(r"[^\s,]+")
_SCHEMES = ("bearer", "basic", "digest")


def masked(text: str) -> str:
    """A path or body without what stands after names such as ``key=`` or ``"token":``."""
    if "=" not in text and '"' not in text:
        return text
    lowered = text.lower()  # a look before the search, which takes far longer
    return _IN_TEXT.sub(r"\1****", text) if any(map(lowered.__contains__, _NAMES)) else text


def masked_headers(headers: Mapping[str, str], longest: int) -> dict[str, str]:
    """Headers by lower-case name, each cut. Of a secret the first 4 and last 2 characters stay."""
    return {
        name: _mask_words(value[:longest]) if _is_secret(name) else value[:longest]
        for name, value in headers.items()
    }


@lru_cache(maxsize=256)
def _is_secret(name: str) -> bool:
    return _SECRET_HEADER.search(name) is not None


@lru_cache(maxsize=256)
def _mask_words(value: str) -> str:
    """Cached: a client sends the same credentials again and again."""
    return _WORD.sub(_mask, value)


def _mask(match: re.Match[str]) -> str:
    word = match[0]
    return word if word.lower() in _SCHEMES else masked_secret(word)


def masked_secret(secret: str) -> str:
    """The first 4 and last 2 characters, nothing of a short one."""
    return f"{secret[:4]}****{secret[-2:]}" if len(secret) > 8 else "****"
