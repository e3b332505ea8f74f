"""The fault ``error``."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from marshmallow import Schema, fields

from mockserver.api.catalogue import Catalogue, Fail
from mockserver.api.exchange import Exchange, Owner
from mockserver.faults.codes import explain_code
from mockserver.faults.unit import Aim, Selective, Struck, Turn, Unit
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


def _fits(row: Catalogue, aim: Aim) -> bool:
    """A call that is no operation's may be struck by any row."""
    return aim.operation is None or aim.provider.may_answer(aim.operation, row)


def _name(aim: Aim) -> str:
    return f"{aim.provider.id}'s {aim.operation.name}" if aim.operation else aim.provider.id


@dataclass(frozen=True)
class Fault(Unit, Selective):
    """A documented error of the provider, exactly as it would answer it.

    ``error`` is the name in the provider's catalogue; calls that never answer it are left alone.
    ``retry_after`` adds a ``Retry-After`` of so many seconds.
    """

    schema: ClassVar[Schema] = Settings()
    short: ClassVar[str | None] = "error"

    error: str
    retry_after: int | None

    def require_one(self, aims: Sequence[Aim], providers: Iterable[Owner]) -> None:
        if any(map(self.fits, aims)):
            return
        known = sorted({row.name for aim in aims for row in aim.provider.errors if _fits(row, aim)})
        whose = " or ".join(map(_name, aims))
        message = f"no such error of {whose}: {shown(self.error)}"
        code = explain_code(self.error, [aim.provider for aim in aims], providers)
        raise Refused(
            "unknown_error", message, code + there_are(known, None if code else self.error)
        )

    def fits(self, aim: Aim) -> bool:
        row = aim.provider.errors.__members__.get(self.error)
        return row is not None and _fits(row, aim)

    def strike(self, plan: Plan, exchange: Exchange, turn: Turn) -> Struck:
        details: dict[str, Any] = (
            {} if self.retry_after is None else {"retry_after": self.retry_after}
        )
        row = exchange.provider.errors[self.error]
        plan.fail = Fail(row, f"injected by {turn.rule}: {self.error}", **details)
        given = {name: value for name, value in self.settings().items() if value is not None}
        return Struck(given)
