"""The fault ``malformed_json``."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from marshmallow import Schema, fields

from mockserver.core.call import JSON, Reply
from mockserver.core.injection import Injection
from mockserver.core.provider import Exchange
from mockserver.core.validation import one_of
from mockserver.faults.unit import Turn, Unit


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

    def strike(self, injection: Injection, exchange: Exchange, turn: Turn) -> dict[str, Any]:
        injection.rewrite = self._rewrite
        return self.settings()

    def _rewrite(self, natural: Reply) -> Reply:
        text = natural.body
        if natural.media_type == JSON:
            text = json.dumps(natural.body, ensure_ascii=False, separators=(",", ":"))
        natural.raw = HOW[self.how](text).encode()
        return natural
