"""The fault ``error``."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from marshmallow import Schema, fields, validate

from mockserver.core.call import Reply
from mockserver.core.errors import Fail, Refused
from mockserver.core.provider import Exchange, Provider
from mockserver.core.sandbox import Blow
from mockserver.core.shown import shown
from mockserver.faults.unit import Turn, Unit


class Settings(Schema):
    error = fields.String(required=True)
    retry_after = fields.Integer(load_default=None, validate=validate.Range(min=0, max=86_400))


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
            message = f"no such error: {shown(self.error)}"
            raise Refused("unknown_error", message, f"there are {', '.join(known)}")

    def fits(self, provider: Provider) -> bool:
        return self.error in provider.errors.__members__

    def strike(self, blow: Blow, exchange: Exchange, turn: Turn) -> dict[str, Any]:
        details = {} if self.retry_after is None else {"retry_after": self.retry_after}
        because = f"injected by {turn.rule}"
        fail = Fail(exchange.provider.errors[self.error], because, **details)

        def answer(natural: Reply) -> Reply:
            raise fail

        blow.answer = answer
        return {name: value for name, value in self.settings().items() if value is not None}
