"""The fault ``malformed_json``."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from marshmallow import Schema, fields

from mockserver.api.exchange import Exchange
from mockserver.faults.unit import Struck, Turn, Unit
from mockserver.pipeline.answer import Answer
from mockserver.pipeline.plan import Plan
from mockserver.text.validation import one_of


def _nan(text: str) -> str:
    return f'{text[:-1]},"score":NaN}}' if text[-1:] == "}" and text != "{}" else "NaN"


HOW: dict[str, Callable[[str], str]] = {
    "cut": lambda text: text[: len(text) // 2],
    "trailing_comma": lambda text: re.sub(r"([}\]]?)\Z", r",\1", text, count=1),
    "single_quotes": lambda text: text.replace('"', "'"),
    "bom": lambda text: f"\ufeff{text}",
    "nan": _nan,
}


class Settings(Schema):
    how = fields.String(load_default="cut", validate=one_of(tuple(HOW)))


@dataclass(frozen=True)
class Fault(Unit):
    """Status and headers as usual, the body no valid JSON.

    ``how``: cut (default), trailing_comma, single_quotes, bom (a byte order mark in front) or nan.
    """

    schema: ClassVar[Schema] = Settings()
    short: ClassVar[str | None] = "how"

    how: str

    def strike(self, plan: Plan, exchange: Exchange, turn: Turn) -> Struck:
        plan.rewrite = self._rewrite
        return Struck(self.settings())

    def _rewrite(self, natural: Answer) -> Answer:
        natural.body = HOW[self.how](natural.text).encode()
        return natural
