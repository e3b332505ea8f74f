"""The shape of a fault, and the finding of all of them."""

import importlib
import inspect
import pkgutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from marshmallow import Schema

import mockserver.faults
from mockserver.core.injection import Hit, Injection
from mockserver.core.provider import Exchange, Provider


@dataclass(frozen=True, slots=True)
class Turn:
    """One call that a rule strikes: which rule, the how many-th, and by which seed and draw.

    ``size`` is a random number from 0 to below 1, for whatever of the fault is left to chance.
    """

    rule: str
    call: int | None
    seed: int | None
    draw: float | None
    size: float


@dataclass(frozen=True)
class Unit:
    """One way for a call to go wrong. It knows its own settings and nothing of rules.

    A module of this package with a class ``Fault`` of this shape is a fault type of the module's
    name; its doc string tells units and what the client sees. ``schema`` validates the settings,
    which become the class's arguments; ``short`` is the setting that the request header's short
    form gives, as in ``latency=250``. A ``terminal`` fault takes the provider's answer away,
    and one that ``may_follow`` can do so after the work was done.
    """

    schema: ClassVar[Schema] = Schema()
    short: ClassVar[str | None] = None
    terminal: ClassVar[bool] = True
    may_follow: ClassVar[bool] = True

    def check(self, providers: Sequence[Provider]) -> None:
        """Raise Refused if the fault can strike none of these providers."""

    def fits(self, provider: Provider) -> bool:
        """Whether a call of this provider can be struck."""
        return True

    def strike(
        self, injection: Injection, exchange: Exchange, turn: Turn
    ) -> Mapping[str, Any] | None:
        """Do it, and tell the settings as they came out; None where it does not strike now."""
        raise NotImplementedError

    def again(self, fault: Mapping[str, Any]) -> Mapping[str, Any]:
        """A fault that does to any call what ``fault``, as it came out, did to one."""
        return fault

    def settings(self) -> dict[str, Any]:
        return asdict(self)

    def inject(self, injection: Injection, exchange: Exchange, turn: Turn, *, after: bool) -> bool:
        """Strike and note the hit. Whether it struck: the first terminal fault of a call wins."""
        if self.terminal and injection.terminal:
            return False
        came = self.strike(injection, exchange, turn)
        if came is None:
            return False
        fault = {"type": kind_of(type(self)), **came}
        injection.hits.append(
            Hit(turn.rule, turn.call, turn.seed, turn.draw, fault, self.again(fault))
        )
        if self.terminal:
            injection.terminal, injection.kind, injection.after = turn.rule, fault["type"], after
        return True


def kind_of(unit: type[Unit]) -> str:
    """The name of a fault type, which is its module's."""
    return unit.__module__.rpartition(".")[2]


def manual_of(unit: type[Unit]) -> str:
    """What the type does and its settings mean, in one line."""
    return f"{kind_of(unit)}: {' '.join((inspect.getdoc(unit) or '').replace('``', '').split())}"


def find_faults() -> dict[str, type[Unit]]:
    """The fault types by name."""
    package = mockserver.faults
    names = [found.name for found in pkgutil.iter_modules(package.__path__)]
    modules = {name: importlib.import_module(f"{package.__name__}.{name}") for name in names}
    return {name: module.Fault for name, module in modules.items() if hasattr(module, "Fault")}
