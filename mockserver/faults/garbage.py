"""The fault ``garbage``."""

import random
from dataclasses import dataclass
from typing import Any, ClassVar

from marshmallow import Schema, fields, validate

from mockserver.core.delivery import Ending
from mockserver.core.provider import Exchange
from mockserver.core.sandbox import Blow
from mockserver.faults.unit import Turn, Unit


class Settings(Schema):
    bytes = fields.Integer(load_default=64, validate=validate.Range(min=1, max=1_048_576))


@dataclass(frozen=True)
class Fault(Unit):
    """So many ``bytes`` that are no HTTP, and a clean close. Of one length always the same."""

    schema: ClassVar[Schema] = Settings()
    short: ClassVar[str | None] = "bytes"

    bytes: int

    def strike(self, blow: Blow, exchange: Exchange, turn: Turn) -> dict[str, Any]:
        noise = b"\xff" + random.Random(self.bytes).randbytes(self.bytes - 1)
        blow.delivery.ending = Ending(lambda head, body: noise)
        return self.settings()
