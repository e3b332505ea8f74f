"""The fault ``truncate``."""

from dataclasses import dataclass
from typing import Any, ClassVar

from marshmallow import Schema, fields, validate

from mockserver.core.delivery import Ending
from mockserver.core.provider import Exchange
from mockserver.core.sandbox import Blow
from mockserver.faults.unit import Turn, Unit


class Settings(Schema):
    keep = fields.Float(load_default=0.5, validate=validate.Range(min=0))


@dataclass(frozen=True)
class Fault(Unit):
    """The true ``Content-Length``, fewer bytes of the body, and a clean close.

    ``keep`` is a number of bytes, or below 1 a share of the body. The last byte never comes.
    """

    schema: ClassVar[Schema] = Settings()
    short: ClassVar[str | None] = "keep"

    keep: float

    def strike(self, blow: Blow, exchange: Exchange, turn: Turn) -> dict[str, Any]:
        blow.delivery.ending = Ending(lambda head, body: head + body[: self._kept(len(body))])
        return self.settings()

    def _kept(self, length: int) -> int:
        count = length * self.keep if self.keep < 1 else self.keep
        return max(0, min(int(count), length - 1))
