"""The fault ``empty``."""

from dataclasses import dataclass
from typing import Any

from mockserver.core.delivery import Ending
from mockserver.core.injection import Injection
from mockserver.core.provider import Exchange
from mockserver.faults.unit import Turn, Unit


@dataclass(frozen=True)
class Fault(Unit):
    """A clean close without a byte."""

    def strike(self, injection: Injection, exchange: Exchange, turn: Turn) -> dict[str, Any]:
        injection.delivery.ending = Ending()
        return self.settings()
