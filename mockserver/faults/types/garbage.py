"""The fault ``garbage``."""

import random
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from marshmallow import Schema

from mockserver.api.exchange import Exchange
from mockserver.faults.unit import Struck, Turn, Unit
from mockserver.pipeline.delivery import Ending, Part
from mockserver.pipeline.plan import Plan
from mockserver.text.validation import whole


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

    def strike(self, plan: Plan, exchange: Exchange, turn: Turn) -> Struck:
        plan.delivery.ending = Ending(self._make_noise, "garbage")
        return Struck(self.settings())

    def _make_noise(self, head: Part, body: Part) -> tuple[Part, Part]:
        return self._noise[: len(head)], memoryview(self._noise)[len(head) :]

    @cached_property
    def _noise(self) -> Part:
        return b"\xff" + random.Random(self.bytes).randbytes(self.bytes - 1)
