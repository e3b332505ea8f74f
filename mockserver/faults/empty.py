"""The fault ``empty``."""

from dataclasses import dataclass
from typing import Any

from mockserver.core.delivery import Ending
from mockserver.core.provider import Exchange
from mockserver.core.sandbox import Blow
from mockserver.faults.unit import Turn, Unit


@dataclass(frozen=True)
class Fault(Unit):
    """A clean close without a byte."""

    def strike(self, blow: Blow, exchange: Exchange, turn: Turn) -> dict[str, Any]:
        blow.delivery.ending = Ending(lambda head, body: b"")
        return self.settings()
