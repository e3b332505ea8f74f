"""The fault ``truncate``."""

from dataclasses import dataclass
from typing import ClassVar

from marshmallow import Schema

from mockserver.api.exchange import Exchange
from mockserver.faults.unit import Struck, Turn, Unit
from mockserver.pipeline.delivery import Ending, Part
from mockserver.pipeline.plan import Plan
from mockserver.text.validation import LARGEST, number


class Settings(Schema):
    keep = number(0, LARGEST, load_default=0.5)


@dataclass(frozen=True)
class Fault(Unit):
    """The true ``Content-Length``, fewer bytes of the body, and a clean close.

    ``keep`` is a number of bytes, or below 1 a share of the body (default 0.5). The last byte
    never comes.
    """

    schema: ClassVar[Schema] = Settings()
    short: ClassVar[str | None] = "keep"

    keep: float

    def strike(self, plan: Plan, exchange: Exchange, turn: Turn) -> Struck:
        plan.delivery.ending = Ending(self._part, "part")
        return Struck(self.settings())

    def _part(self, head: bytes, body: bytes) -> tuple[Part, Part]:
        count = len(body) * self.keep if self.keep < 1 else self.keep
        return head, memoryview(body)[:-1][: int(count)]
