"""The fault ``latency``."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, fields, post_load, validates_schema

from mockserver.api.exchange import Exchange
from mockserver.faults.distribution import DistributionSchema, draw_length
from mockserver.faults.unit import Struck, Turn, Unit
from mockserver.pipeline.plan import Plan
from mockserver.text.validation import one_of


class Settings(DistributionSchema):
    before = fields.String(validate=one_of(("headers",)))
    between = fields.String(validate=one_of(("headers and body",)))

    @validates_schema(skip_on_field_errors=False, pass_original=True)
    def one_place(self, data: dict[str, Any], given: Mapping[str, Any], **kwargs: Any) -> None:
        if "before" in given and "between" in given:
            raise ValidationError("give before or between, not both", "between")

    @post_load
    def apart(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        between = data.pop("between", None)
        data.pop("before", None)  # which is the default
        return {"length": data, "between": between}


@dataclass(frozen=True)
class Fault(Unit):
    """The answer comes late; nothing else about it changes, and the work is done at once.

    By ``ms`` milliseconds plus or minus up to ``jitter_ms``; or by a ``distribution``: uniform
    (``min_ms``, ``max_ms``), normal (``mean_ms``, ``sd_ms``) or lognormal (``median_ms``,
    ``sigma``). It is time to the first byte, ``before`` the headers, unless ``between`` is
    ``headers and body``. An hour is the most.
    """

    schema: ClassVar[Schema] = Settings()
    short: ClassVar[str | None] = "ms"
    terminal: ClassVar[bool] = False

    length: Mapping[str, Any]
    between: str | None

    def strike(self, plan: Plan, exchange: Exchange, turn: Turn) -> Struck:
        delay = draw_length(self.length, turn.size)
        if self.between:
            plan.delivery.between_ms += delay
            return Struck({"ms": round(delay, 3), "between": self.between})
        plan.delivery.before_ms += delay
        return Struck({"ms": round(delay, 3)})
