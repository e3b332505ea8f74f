"""The fault ``outage``."""

from dataclasses import dataclass
from typing import Any, ClassVar

from mockserver.core.delivery import Ending
from mockserver.core.injection import Injection
from mockserver.core.provider import Exchange
from mockserver.faults.unit import Turn, Unit


@dataclass(frozen=True)
class Fault(Unit):
    """Every call is reset on arrival, also one to an unknown path of the provider.

    ``from`` and ``until`` of the rule's schedule make it a window; ``when`` is always before.
    """

    may_follow: ClassVar[bool] = False

    def strike(self, injection: Injection, exchange: Exchange, turn: Turn) -> dict[str, Any]:
        injection.delivery.ending = Ending(reset=True)
        return self.settings()
