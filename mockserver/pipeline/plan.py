"""What the fault rules do to one call."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from mockserver.api.catalogue import Fail
from mockserver.pipeline.answer import Answer
from mockserver.pipeline.delivery import Delivery

MOST_RULES = 2_000  # of a sandbox: each is looked at by calls, and in every list of them


class Hit(NamedTuple):
    """A rule that struck a call: why, and the fault exactly as it came out.

    It was the ``call``-th of those that the rule matches, for which the seed gives this ``draw``;
    the draw was below the rule's probability. ``rule`` is ``header``, and these are None, where
    the request asked for the fault itself. ``again`` is a fault that does the same to any call.
    """

    rule: str
    call: int | None
    seed: int | None
    draw: float | None
    fault: Mapping[str, Any]
    again: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        return {
            "rule": self.rule,
            "call": self.call,
            "seed": self.seed,
            "draw": self.draw,
            "fault": dict(self.fault),
        }


@dataclass(slots=True, eq=False, repr=False)
class Plan:
    """All that strikes one call.

    ``fail`` is a documented error instead of the natural answer, ``rewrite`` makes another answer
    of it; without both it stays, and ``delivery`` says how it goes over the wire. ``terminal`` is
    the rule that takes the natural answer away, the first one wins; ``after`` says that the work
    is done before that. ``kind`` is that fault's type. The call was the ``ordinal``-th of its
    operation and account.
    """

    hits: list[Hit] = field(default_factory=list)
    delivery: Delivery = field(default_factory=Delivery)
    fail: Fail | None = None
    rewrite: Callable[[Answer], Answer] | None = None
    terminal: str | None = None
    kind: str | None = None
    after: bool = False
    ordinal: int = 0

    @property
    def rule(self) -> str | None:
        """The id to report."""
        return self.terminal or (self.hits[0].rule if self.hits else None)

    @property
    def prevents_work(self) -> bool:
        """Whether the answer is taken away before the work would be done."""
        return self.terminal is not None and not self.after
