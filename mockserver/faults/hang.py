"""The fault ``hang``."""

from dataclasses import dataclass
from typing import Any, ClassVar

from marshmallow import Schema

from mockserver.core.delivery import Ending
from mockserver.core.injection import Injection
from mockserver.core.provider import Exchange
from mockserver.core.validation import number
from mockserver.faults.unit import Turn, Unit


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

    def strike(self, injection: Injection, exchange: Exchange, turn: Turn) -> dict[str, Any]:
        injection.delivery.ending = Ending(hold_ms=self.for_ms)
        return self.settings()
