"""The fault ``drip``."""

from dataclasses import dataclass
from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from mockserver.core.delivery import Drip
from mockserver.core.provider import Exchange
from mockserver.core.sandbox import Blow
from mockserver.faults.unit import Turn, Unit


class Settings(Schema):
    bytes_per_second = fields.Float(validate=validate.Range(min=0.1, max=1e9))
    over_ms = fields.Float(validate=validate.Range(min=0, max=3_600_000))

    @validates_schema
    def one(self, data: dict[str, Any], **kwargs: Any) -> None:
        if len(data) != 1:
            raise ValidationError("give either bytes_per_second or over_ms", "bytes_per_second")


@dataclass(frozen=True)
class Fault(Unit):
    """The whole answer, slowly: the head at once, then the body piece by piece.

    ``bytes_per_second``, or ``over_ms`` milliseconds for all of the body in 20 pieces.
    """

    schema: ClassVar[Schema] = Settings()
    short: ClassVar[str | None] = "bytes_per_second"
    terminal: ClassVar[bool] = False

    bytes_per_second: float | None = None
    over_ms: float | None = None

    def strike(self, blow: Blow, exchange: Exchange, turn: Turn) -> dict[str, Any]:
        blow.delivery.drip = Drip(self.bytes_per_second, self.over_ms)
        return {key: value for key, value in self.settings().items() if value is not None}
