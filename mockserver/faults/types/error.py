"""The fault ``error``."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from marshmallow import Schema, fields

from mockserver.api.catalogue import Fail
from mockserver.api.exchange import Exchange, Owner
from mockserver.faults.codes import explain_code
from mockserver.faults.unit import Selective, Struck, Turn, Unit
from mockserver.pipeline.plan import Plan
from mockserver.text.mistakes import Refused
from mockserver.text.shown import shown, there_are
from mockserver.text.validation import whole


class ErrorName(fields.String):
    """A name; a number is taken for a provider's own code, which is then told the name."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        code = isinstance(value, int) and not isinstance(value, bool)
        return str(super()._deserialize(str(value) if code else value, attr, data, **kwargs))


class Settings(Schema):
    error = ErrorName(required=True)
    retry_after = whole(0, 86_400, load_default=None)


@dataclass(frozen=True)
class Fault(Unit, Selective):
    """A documented error of the provider, exactly as it would answer it.

    ``error`` is the name in the provider's catalogue; a provider without it is left alone.
    ``retry_after`` adds a ``Retry-After`` of so many seconds.
    """

    schema: ClassVar[Schema] = Settings()
    short: ClassVar[str | None] = "error"

    error: str
    retry_after: int | None

    def require_one(self, providers: Sequence[Owner]) -> None:
        if not any(map(self.fits, providers)):
            known = sorted({row.name for provider in providers for row in provider.errors})
            whose = " or ".join(provider.id for provider in providers)
            message = f"no such error of {whose}: {shown(self.error)}"
            names = explain_code(self.error, providers)
            raise Refused(
                "unknown_error", message, names + there_are(known, None if names else self.error)
            )

    def fits(self, provider: Owner) -> bool:
        return self.error in provider.errors.__members__

    def strike(self, plan: Plan, exchange: Exchange, turn: Turn) -> Struck:
        details = {} if self.retry_after is None else {"retry_after": self.retry_after}
        row = exchange.provider.errors[self.error]
        plan.fail = Fail(row, f"injected by {turn.rule}: {self.error}", **details)
        given = {name: value for name, value in self.settings().items() if value is not None}
        return Struck(given)
