"""The fault ``malformed_json``."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from marshmallow import Schema, fields, validate

from mockserver.core.call import Reply
from mockserver.core.provider import Exchange
from mockserver.core.sandbox import Blow
from mockserver.faults.unit import Turn, Unit


def _cut(text: str) -> str:
    return text[: len(text) // 2]


def _trailing_comma(text: str) -> str:
    return f"{text[:-1]},{text[-1]}" if text[-1:] in "}]" else f"{text},"


def _single_quotes(text: str) -> str:
    return text.replace('"', "'")


def _bom(text: str) -> str:
    return f"\ufeff{text}"


def _nan(text: str) -> str:
    return f'{text[:-1]},"score":NaN}}' if text[-1:] == "}" and text != "{}" else "NaN"


HOW: dict[str, Callable[[str], str]] = {
    "cut": _cut,
    "trailing_comma": _trailing_comma,
    "single_quotes": _single_quotes,
    "bom": _bom,
    "nan": _nan,
}


class Settings(Schema):
    how = fields.String(load_default="cut", validate=validate.OneOf(list(HOW)))


@dataclass(frozen=True)
class Fault(Unit):
    """Status and headers as usual, the body no valid JSON.

    ``how``: cut, trailing_comma, single_quotes, bom (a byte order mark in front) or nan.
    """

    schema: ClassVar[Schema] = Settings()
    short: ClassVar[str | None] = "how"

    how: str

    def strike(self, blow: Blow, exchange: Exchange, turn: Turn) -> dict[str, Any]:
        blow.answer = self._answer
        return self.settings()

    def _answer(self, natural: Reply) -> Reply:
        text = json.dumps(natural.body, ensure_ascii=False, separators=(",", ":"))
        natural.raw = HOW[self.how](text).encode()
        return natural
