"""The fault ``empty``."""

from dataclasses import dataclass

from mockserver.api.exchange import Exchange
from mockserver.faults.unit import Struck, Turn, Unit
from mockserver.pipeline.delivery import Ending
from mockserver.pipeline.plan import Plan


@dataclass(frozen=True)
class Fault(Unit):
    """A clean close without a byte."""

    def strike(self, plan: Plan, exchange: Exchange, turn: Turn) -> Struck:
        plan.delivery.ending = Ending()
        return Struck(self.settings())
