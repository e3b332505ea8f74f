"""The fault ``garbage``."""

import random
from dataclasses import dataclass
from typing import Any, ClassVar

from marshmallow import Schema

from mockserver.core.delivery import Ending
from mockserver.core.injection import Injection
from mockserver.core.provider import Exchange
from mockserver.core.validation import whole
from mockserver.faults.unit import Turn, Unit


class Settings(Schema):
    bytes = whole(1, 1_048_576, load_default=64)


@dataclass(frozen=True)
class Fault(Unit):
    """Bytes that are no HTTP, and a clean close.

    ``bytes`` is how many (default 64); of one number they are always the same.
    """

    schema: ClassVar[Schema] = Settings()
    short: ClassVar[str | None] = "bytes"

    bytes: int

    def strike(self, injection: Injection, exchange: Exchange, turn: Turn) -> dict[str, Any]:
        noise = b"\xff" + random.Random(self.bytes).randbytes(self.bytes - 1)
        injection.delivery.ending = Ending(lambda head, body: noise, "garbage")
        return self.settings()
