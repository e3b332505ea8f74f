"""The fault ``reset``."""

from dataclasses import dataclass
from typing import Any, ClassVar

from marshmallow import Schema, fields, validate

from mockserver.core.delivery import Ending
from mockserver.core.provider import Exchange
from mockserver.core.sandbox import Blow
from mockserver.faults.unit import Turn, Unit


class Settings(Schema):
    after_bytes = fields.Integer(load_default=0, validate=validate.Range(min=0))


@dataclass(frozen=True)
class Fault(Unit):
    """A TCP reset, not a clean close, after ``after_bytes`` bytes of the answer, head included."""

    schema: ClassVar[Schema] = Settings()
    short: ClassVar[str | None] = "after_bytes"

    after_bytes: int

    def strike(self, blow: Blow, exchange: Exchange, turn: Turn) -> dict[str, Any]:
        count = self.after_bytes
        blow.delivery.ending = Ending(lambda head, body: (head + body)[:count], reset=True)
        return self.settings()
