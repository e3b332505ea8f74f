"""The fault ``latency``."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from marshmallow import Schema, fields, validate

from mockserver.core.provider import Exchange, Provider
from mockserver.core.sandbox import Blow

HOUR_MS = 3_600_000


class Settings(Schema):
    ms = fields.Float(required=True, validate=validate.Range(min=0, max=HOUR_MS))
    jitter_ms = fields.Float(load_default=0.0, validate=validate.Range(min=0, max=HOUR_MS))


@dataclass(frozen=True, slots=True)
class Fault:
    """The answer comes ``ms`` milliseconds late, plus or minus up to ``jitter_ms``.

    The client sees a longer time to the first byte; the answer itself is as ever.
    """

    schema: ClassVar[Schema] = Settings()
    short: ClassVar[str] = "ms"
    terminal: ClassVar[bool] = False

    ms: float
    jitter_ms: float

    def check(self, providers: Sequence[Provider]) -> None:
        """Every provider can be late."""

    def fits(self, provider: Provider) -> bool:
        return True

    def strike(self, blow: Blow, exchange: Exchange, draw: float) -> None:
        blow.delay_ms += max(0.0, self.ms + self.jitter_ms * (2 * draw - 1))
