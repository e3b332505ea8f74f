"""The fault ``error``."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from marshmallow import Schema, fields

from mockserver.core.errors import Fail, Refused
from mockserver.core.provider import Exchange, Provider
from mockserver.core.sandbox import Blow
from mockserver.core.shown import shown


class Settings(Schema):
    error = fields.String(required=True)


@dataclass(frozen=True, slots=True)
class Fault:
    """A documented error of the provider, exactly as it would answer it, instead of the work.

    ``error`` is the name in the provider's catalogue. A provider without it is left alone.
    """

    schema: ClassVar[Schema] = Settings()
    short: ClassVar[str] = "error"
    terminal: ClassVar[bool] = True

    error: str

    def check(self, providers: Sequence[Provider]) -> None:
        if not any(map(self.fits, providers)):
            known = sorted({row.name for provider in providers for row in provider.errors})
            raise Refused(
                "unknown_error",
                f"no such error: {shown(self.error)}",
                f"there are {', '.join(known)}",
            )

    def fits(self, provider: Provider) -> bool:
        return self.error in provider.errors.__members__

    def strike(self, blow: Blow, exchange: Exchange, draw: float) -> None:
        blow.fail = Fail(exchange.provider.errors[self.error], f"injected by {blow.rule}")
