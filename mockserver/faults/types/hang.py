"""The fault ``hang``."""

from dataclasses import dataclass
from typing import ClassVar

from marshmallow import Schema

from mockserver.api.exchange import Exchange
from mockserver.faults.unit import Struck, Turn, Unit
from mockserver.pipeline.delivery import Ending
from mockserver.pipeline.plan import Plan
from mockserver.text.validation import number


class Settings(Schema):
    for_ms = number(1, 86_400_000, load_default=None, allow_none=True)


@dataclass(frozen=True)
class Fault(Unit):
    """The connection is accepted and nothing comes, until the client gives up.

    With ``for_ms`` the server closes it after so many milliseconds.
    """

    schema: ClassVar[Schema] = Settings()
    short: ClassVar[str | None] = "for_ms"

    for_ms: float | None

    def strike(self, plan: Plan, exchange: Exchange, turn: Turn) -> Struck:
        plan.delivery.ending = Ending(hold_ms=self.for_ms)
        return Struck(self.settings())
