"""The fault ``drip``."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, validates_schema

from mockserver.api.exchange import Exchange
from mockserver.faults.unit import Struck, Turn, Unit
from mockserver.pipeline.delivery import Drip
from mockserver.pipeline.plan import Plan
from mockserver.text.validation import number


class Settings(Schema):
    bytes_per_second = number(0.1, 1_000_000_000)
    over_ms = number(0, 3_600_000)

    @validates_schema(skip_on_field_errors=False, pass_original=True)
    def one(self, data: dict[str, Any], given: Mapping[str, Any], **kwargs: Any) -> None:
        if len(given.keys() & self.fields.keys()) != 1:
            raise ValidationError("give either bytes_per_second or over_ms", "bytes_per_second")


@dataclass(frozen=True)
class Fault(Unit):
    """The whole answer, slowly: the head at once, then the body piece by piece.

    ``bytes_per_second``, or ``over_ms`` milliseconds for all of the body in 20 pieces: one of the
    two. The first one to strike a call wins.
    """

    schema: ClassVar[Schema] = Settings()
    short: ClassVar[str | None] = "bytes_per_second"
    terminal: ClassVar[bool] = False

    bytes_per_second: float | None = None
    over_ms: float | None = None

    def strike(self, plan: Plan, exchange: Exchange, turn: Turn) -> Struck | None:
        if plan.delivery.drip is not None:
            return None
        plan.delivery.drip = Drip(self.bytes_per_second, self.over_ms)
        given = {name: value for name, value in self.settings().items() if value is not None}
        return Struck(given)
