"""The fault ``outage``."""

from dataclasses import dataclass
from typing import ClassVar

from mockserver.api.exchange import Exchange
from mockserver.faults.unit import Struck, Turn, Unit
from mockserver.pipeline.delivery import Ending
from mockserver.pipeline.plan import Plan


@dataclass(frozen=True)
class Fault(Unit):
    """Every call is reset on arrival, also one to an unknown path of the provider.

    ``from`` and ``until`` of the rule's schedule make it a window; ``when`` is always before.
    """

    may_follow: ClassVar[bool] = False

    def strike(self, plan: Plan, exchange: Exchange, turn: Turn) -> Struck:
        plan.delivery.ending = Ending(reset=True)
        return Struck(self.settings())
