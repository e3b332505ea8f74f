"""One rule: whom a fault strikes, when and how often."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from mockserver.api.exchange import Exchange
from mockserver.faults.rules.reader import Draft
from mockserver.faults.unit import Aim, OfHandshakes, RuleMemory, Selective, Turn, Unit, kind_of
from mockserver.match.compile import Test, compile_match
from mockserver.pipeline.plan import Hit, Plan
from mockserver.pipeline.tunnels import Strike


@dataclass(slots=True)
class Rule:
    """A fault in force, as it is made from its document.

    ``number`` is its place in the order of creation, ``twin`` tells it from equal rules that are
    in force. How many calls it matched and struck is not its own to know.
    """

    id: str
    draft: Draft
    seed: int
    number: int
    twin: int
    _tests: tuple[Test, ...] = field(init=False, repr=False)
    _dice: "hashlib.blake2b" = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._tests = tuple(compile_match(self.draft.match))
        text = f"{self.seed}\0{self.draft.key}\0{self.twin}\0"
        self._dice = hashlib.blake2b(text.encode(), digest_size=8)

    def to_json(self, calls: int, hits: int, now: int) -> dict[str, Any]:
        """As the administration shows it, after so many matching calls and hits."""
        phase, left = self.draft.schedule.describe(calls, hits, now)
        return {
            "id": self.id,
            **self.draft.definition,
            "seed": self.seed,
            "hits": hits,
            "phase": phase,
            "left": left,
        }

    def is_about(self, exchange: Exchange) -> bool:
        """Whether this is one of the calls that the rule counts."""
        fault = self.draft.fault
        return (
            self.draft.schedule.is_open(exchange.at)
            and all(test(exchange) for test in self._tests)
            and (
                not isinstance(fault, Selective)
                or fault.fits(Aim(exchange.provider, exchange.operation))
            )
        )

    @property
    def is_of_handshakes(self) -> bool:
        """Whether it is about TLS handshakes, and never about a call."""
        return isinstance(self.draft.fault, OfHandshakes)

    def strike_handshake(self, count: int, hits: int) -> Strike | None:
        """What it does to the latest of so many matching handshakes, of which so many were hit."""
        fault, schedule = self.draft.fault, self.draft.schedule
        if not isinstance(fault, OfHandshakes) or not schedule.is_due(count, hits):
            return None
        struck = self._draw(count) < schedule.probability
        return fault.strike_handshake(self.id) if struck else None

    def strike(
        self, plan: Plan, exchange: Exchange, calls: int, hits: int, memory: RuleMemory
    ) -> bool:
        """Whether the latest of so many matching calls, of which so many were hit, is struck."""
        draft = self.draft
        if not draft.schedule.is_due(calls, hits):
            return False
        draw, probability = self._draw(calls), draft.schedule.probability
        if draw >= probability:
            return False
        # Of those below the probability, the place among them is as random as the draw itself.
        turn = Turn(self.id, calls, self.seed, draw, draw / probability, memory)
        return inject(draft.fault, plan, exchange, turn, after=draft.after)

    def _draw(self, calls: int) -> float:
        """A number from 0 to below 1 that depends on seed, rule and ordinal of the call alone."""
        dice = self._dice.copy()
        dice.update(b"%d" % calls)
        return (int.from_bytes(dice.digest()) >> 11) / (1 << 53)


def inject(fault: Unit, plan: Plan, exchange: Exchange, turn: Turn, *, after: bool) -> bool:
    """Strike and note the hit. Whether it struck: the first terminal fault of a call wins."""
    if fault.terminal and plan.terminal:
        return False
    struck = fault.strike(plan, exchange, turn)
    if struck is None:
        return False
    kind = kind_of(type(fault))
    came = {"type": kind, **struck.settings}
    again = came if struck.again is None else struck.again
    plan.hits.append(Hit(turn.rule, turn.call, turn.seed, turn.draw, came, again))
    if fault.terminal:
        plan.terminal, plan.kind, plan.after = turn.rule, kind, after
    return True
