"""The fault ``error``."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from marshmallow import Schema, fields

from mockserver.core.errors import Fail, Refused
from mockserver.core.injection import Injection
from mockserver.core.provider import Exchange, Provider
from mockserver.core.shown import shown, there_are
from mockserver.core.validation import whole
from mockserver.faults.unit import Turn, Unit


class Settings(Schema):
    error = fields.String(required=True)
    retry_after = whole(0, 86_400, load_default=None)


@dataclass(frozen=True)
class Fault(Unit):
    """A documented error of the provider, exactly as it would answer it.

    ``error`` is the name in the provider's catalogue; a provider without it is left alone.
    ``retry_after`` adds a ``Retry-After`` of so many seconds.
    """

    schema: ClassVar[Schema] = Settings()
    short: ClassVar[str | None] = "error"

    error: str
    retry_after: int | None

    def check(self, providers: Sequence[Provider]) -> None:
        if not any(map(self.fits, providers)):
            known = sorted({row.name for provider in providers for row in provider.errors})
            whose = " or ".join(provider.id for provider in providers)
            message = f"no such error of {whose}: {shown(self.error)}"
            raise Refused("unknown_error", message, there_are(known, self.error))

    def fits(self, provider: Provider) -> bool:
        return self.error in provider.errors.__members__

    def strike(self, injection: Injection, exchange: Exchange, turn: Turn) -> dict[str, Any]:
        details = {} if self.retry_after is None else {"retry_after": self.retry_after}
        row = exchange.provider.errors[self.error]
        injection.fail = Fail(row, f"injected by {turn.rule}: {self.error}", **details)
        return {name: value for name, value in self.settings().items() if value is not None}
