"""The shape of a fault."""

import inspect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, NamedTuple, Protocol

from marshmallow import Schema

from mockserver.api.exchange import Documented, Exchange, Owner
from mockserver.late import load_modules_of
from mockserver.pipeline.plan import Plan
from mockserver.pipeline.tunnels import Strike

TYPES = "mockserver.faults.types"


class RuleMemory(Protocol):
    """What a rule remembers from one call to the next."""

    def recall(self, key: str) -> Any:
        """None where there is nothing."""

    def keep(self, key: str, value: Any) -> None:
        """A JSON value, which lasts two days."""


class Turn(NamedTuple):
    """One call that a rule strikes: which rule, the how many-th, and by which seed and draw.

    ``size`` is a random number from 0 to below 1, for whatever of the fault is left to chance.
    """

    rule: str
    call: int | None
    seed: int | None
    draw: float | None
    size: float
    memory: RuleMemory


class Struck(NamedTuple):
    """The settings as they came out and, where it is another one, the fault that does the same to
    any call."""

    settings: Mapping[str, Any]
    again: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Unit:
    """One way for a call to go wrong. It knows its own settings and nothing of rules.

    A module of the package ``types`` with a class ``Fault`` of this shape is a fault type of the
    module's name; its doc string tells units and what the client sees. ``schema`` validates the
    settings, which become the class's arguments; ``short`` is the setting that the request
    header's short form gives, as in ``latency=250``. A ``terminal`` fault takes the provider's
    answer away, and one that ``may_follow`` can do so after the work was done.
    """

    schema: ClassVar[Schema] = Schema()
    short: ClassVar[str | None] = None
    terminal: ClassVar[bool] = True
    may_follow: ClassVar[bool] = True

    def strike(self, plan: Plan, exchange: Exchange, turn: Turn) -> Struck | None:
        """Do it, and tell how it came out; None where it does not strike now."""
        raise NotImplementedError

    def settings(self) -> dict[str, Any]:
        return asdict(self)


class Aim(NamedTuple):
    """Whose calls, and those of which operation; None for any of them and for none."""

    provider: Owner
    operation: Documented | None = None


class Selective:
    """What a fault has that can strike some calls only."""

    def fits(self, aim: Aim) -> bool:
        """Whether such a call can be struck."""
        raise NotImplementedError

    def require_one(self, aims: Sequence[Aim], providers: Iterable[Owner]) -> None:
        """Raise Refused if the fault can strike none of these; ``providers`` are all there are."""
        raise NotImplementedError


class OfHandshakes:
    """What a fault has that strikes TLS handshakes, and never a call: of these no more is known yet
    than whose host it is.
    """

    def strike_handshake(self, rule: str) -> Strike:
        """What it does, in the name of the rule with that id."""
        raise NotImplementedError


def kind_of(unit: type[Unit]) -> str:
    """The name of a fault type, which is its module's."""
    return unit.__module__.rpartition(".")[2]


def manual_of(unit: type[Unit]) -> str:
    """What the type does and its settings mean, in one line."""
    return f"{kind_of(unit)}: {' '.join((inspect.getdoc(unit) or '').replace('``', '').split())}"


def find_faults() -> dict[str, type[Unit]]:
    """The fault types by name."""
    return {name: module.Fault for name, module in load_modules_of(TYPES)}
