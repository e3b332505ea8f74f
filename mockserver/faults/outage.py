"""The fault ``outage``."""

from dataclasses import dataclass
from typing import Any

from mockserver.core.delivery import Ending
from mockserver.core.provider import Exchange
from mockserver.core.sandbox import Blow
from mockserver.faults.unit import Turn, Unit


@dataclass(frozen=True)
class Fault(Unit):
    """Every call is reset on arrival, also one to an unknown path of the provider.

    ``from`` and ``until`` of the rule's schedule make it a window.
    """

    def strike(self, blow: Blow, exchange: Exchange, turn: Turn) -> dict[str, Any]:
        blow.delivery.ending = Ending(lambda head, body: b"", reset=True)
        return self.settings()
