"""One rule: whom a fault strikes, when and how often."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from mockserver.core.injection import Injection
from mockserver.core.provider import Exchange
from mockserver.faults.match import matches
from mockserver.faults.reading import Draft
from mockserver.faults.unit import Turn


@dataclass(slots=True)
class Rule:
    """A fault in force.

    ``number`` is its place in the order of creation, ``twin`` tells it from equal rules that are
    in force; ``calls`` it matched, and of them struck ``hits``.
    """

    id: str
    draft: Draft
    seed: int
    number: int
    twin: int
    calls: int = 0
    hits: int = 0
    _dice: "hashlib.blake2b" = field(init=False, repr=False)

    def __post_init__(self) -> None:
        text = f"{self.seed}\0{self.draft.key}\0{self.twin}\0"
        self._dice = hashlib.blake2b(text.encode(), digest_size=8)

    def to_json(self) -> dict[str, Any]:
        return {"id": self.id, **self.draft.definition, "seed": self.seed, "hits": self.hits}

    def strike(self, injection: Injection, exchange: Exchange) -> None:
        """Strike if this call is one of those the rule is about and its turn has come."""
        fault, schedule = self.draft.fault, self.draft.schedule
        if not schedule.is_open(exchange.call.received_at):
            return
        if not fault.fits(exchange.provider) or not matches(self.draft.match, exchange):
            return
        self.calls += 1
        if not schedule.is_due(self.calls, self.hits):
            return
        draw = self._draw()
        if draw < schedule.probability:
            # Of those below the probability, the place among them is as random as the draw itself.
            turn = Turn(self.id, self.calls, self.seed, draw, size=draw / schedule.probability)
            self.hits += fault.inject(injection, exchange, turn, after=self.draft.after)

    def _draw(self) -> float:
        """A number from 0 to below 1 that depends on seed, rule and ordinal of the call alone."""
        dice = self._dice.copy()
        dice.update(b"%d" % self.calls)
        return (int.from_bytes(dice.digest()) >> 11) / (1 << 53)
