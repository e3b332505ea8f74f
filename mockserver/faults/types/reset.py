"""The fault ``reset``."""

from dataclasses import dataclass
from typing import ClassVar

from marshmallow import Schema

from mockserver.api.exchange import Exchange
from mockserver.faults.unit import Struck, Turn, Unit
from mockserver.pipeline.delivery import Ending, Part
from mockserver.pipeline.plan import Plan
from mockserver.text.validation import LARGEST, whole


class Settings(Schema):
    after_bytes = whole(0, LARGEST, load_default=0)


@dataclass(frozen=True)
class Fault(Unit):
    """A TCP reset, not a clean close, before or within the answer.

    It comes after ``after_bytes`` bytes of the answer, head included (default 0). The last byte
    of the answer never comes.
    """

    schema: ClassVar[Schema] = Settings()
    short: ClassVar[str | None] = "after_bytes"

    after_bytes: int

    def strike(self, plan: Plan, exchange: Exchange, turn: Turn) -> Struck:
        plan.delivery.ending = Ending(
            self._part, "part" if self.after_bytes else "nothing", reset=True
        )
        return Struck(self.settings())

    def _part(self, head: bytes, body: bytes) -> tuple[Part, Part]:
        count = min(self.after_bytes, len(head) + len(body) - 1)
        return head[:count], memoryview(body)[: max(0, count - len(head))]
