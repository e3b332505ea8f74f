"""The fault ``latency``."""

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from mockserver.core.provider import Exchange
from mockserver.core.sandbox import Blow
from mockserver.faults.unit import Turn, Unit

HOUR_MS = 3_600_000
SOME = validate.Range(min=0, max=HOUR_MS)
PARAMETERS = {
    None: ("ms",),
    "uniform": ("min_ms", "max_ms"),
    "normal": ("mean_ms", "sd_ms"),
    "lognormal": ("median_ms", "sigma"),
}


class Settings(Schema):
    ms = fields.Float(validate=SOME)
    jitter_ms = fields.Float(load_default=0.0, validate=SOME)
    distribution = fields.String(
        load_default=None, validate=validate.OneOf(["uniform", "normal", "lognormal"])
    )
    min_ms = fields.Float(validate=SOME)
    max_ms = fields.Float(validate=SOME)
    mean_ms = fields.Float(validate=SOME)
    sd_ms = fields.Float(validate=SOME)
    median_ms = fields.Float(validate=validate.Range(min=0.001, max=HOUR_MS))
    sigma = fields.Float(validate=validate.Range(min=0, max=10))
    before = fields.String(validate=validate.Equal("headers"))
    between = fields.String(validate=validate.Equal("headers and body"))

    @validates_schema
    def complete(self, data: dict[str, Any], **kwargs: Any) -> None:
        wanted = PARAMETERS[data.get("distribution")]
        for name in sorted({each for group in PARAMETERS.values() for each in group}):
            if name in wanted and name not in data:
                raise ValidationError("missing for this distribution", name)
            if name in data and name not in wanted:
                raise ValidationError("does not belong to this distribution", name)
        if data.get("min_ms", 0) > data.get("max_ms", HOUR_MS):
            raise ValidationError("larger than max_ms", "min_ms")
        if "before" in data and "between" in data:
            raise ValidationError("give before or between, not both", "between")


@dataclass(frozen=True)
class Fault(Unit):
    """The answer comes late; nothing else about it changes, and the work is done at once.

    ``ms`` milliseconds plus or minus up to ``jitter_ms``; or a ``distribution``: uniform
    (``min_ms``, ``max_ms``), normal (``mean_ms``, ``sd_ms``) or lognormal (``median_ms``,
    ``sigma``). ``before: headers`` is time to the first byte, which is the default, and
    ``between: headers and body`` time after the head. An hour is the most.
    """

    schema: ClassVar[Schema] = Settings()
    short: ClassVar[str | None] = "ms"
    terminal: ClassVar[bool] = False

    ms: float = 0.0
    jitter_ms: float = 0.0
    distribution: str | None = None
    min_ms: float = 0.0
    max_ms: float = 0.0
    mean_ms: float = 0.0
    sd_ms: float = 0.0
    median_ms: float = 1.0
    sigma: float = 0.0
    before: str = "headers"
    between: str | None = None

    def strike(self, blow: Blow, exchange: Exchange, turn: Turn) -> dict[str, Any]:
        delay = min(max(0.0, self._drawn(turn.draw)), float(HOUR_MS))
        if self.between:
            blow.delivery.between_ms += delay
            return {"ms": round(delay, 3), "between": self.between}
        blow.delivery.before_ms += delay
        return {"ms": round(delay, 3)}

    def _drawn(self, draw: float) -> float:
        inside = min(max(draw, 1e-9), 1 - 1e-9)
        match self.distribution:
            case "uniform":
                return self.min_ms + draw * (self.max_ms - self.min_ms)
            case "normal":
                return self.mean_ms + self.sd_ms * NormalDist().inv_cdf(inside)
            case "lognormal":
                return self.median_ms * math.exp(self.sigma * NormalDist().inv_cdf(inside))
            case _:
                return self.ms + self.jitter_ms * (2 * draw - 1)
