"""The fault ``hang``."""

from dataclasses import dataclass
from typing import Any, ClassVar

from marshmallow import Schema, fields, validate

from mockserver.core.delivery import Ending
from mockserver.core.provider import Exchange
from mockserver.core.sandbox import Blow
from mockserver.faults.unit import Turn, Unit


class Settings(Schema):
    for_ms = fields.Float(
        load_default=None, allow_none=True, validate=validate.Range(min=1, max=86_400_000)
    )


@dataclass(frozen=True)
class Fault(Unit):
    """The connection is accepted and nothing comes, until the client gives up.

    With ``for_ms`` the server closes it after so many milliseconds.
    """

    schema: ClassVar[Schema] = Settings()
    short: ClassVar[str | None] = "for_ms"

    for_ms: float | None

    def strike(self, blow: Blow, exchange: Exchange, turn: Turn) -> dict[str, Any]:
        blow.delivery.ending = Ending(lambda head, body: b"", hold_ms=self.for_ms)
        return self.settings()
