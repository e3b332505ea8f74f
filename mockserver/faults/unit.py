"""The shape of a fault, and the finding of all of them."""

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from marshmallow import Schema

import mockserver.faults
from mockserver.core.provider import Exchange, Provider
from mockserver.core.sandbox import Blow


@dataclass(frozen=True, slots=True)
class Turn:
    """One call that a rule strikes: which rule, and a random number from 0 to below 1."""

    rule: str
    draw: float


@dataclass(frozen=True)
class Unit:
    """One way for a call to go wrong. It knows its own settings and nothing of rules.

    A module of this package with a class ``Fault`` of this shape is a fault type of the module's
    name; its doc string tells units and what the client sees. ``schema`` validates the settings,
    which become the class's arguments; ``short`` is the setting that the request header's short
    form gives, as in ``latency=250``. A ``terminal`` fault takes the provider's answer away.
    """

    schema: ClassVar[Schema] = Schema()
    short: ClassVar[str | None] = None
    terminal: ClassVar[bool] = True

    def check(self, providers: Sequence[Provider]) -> None:
        """Raise Refused if the fault can strike none of these providers."""

    def fits(self, provider: Provider) -> bool:
        """Whether a call of this provider can be struck."""
        return True

    def strike(self, blow: Blow, exchange: Exchange, turn: Turn) -> Mapping[str, Any] | None:
        """Do it, and tell the settings as they came out; None where it does not strike now."""
        raise NotImplementedError

    def again(self, fault: Mapping[str, Any]) -> Mapping[str, Any]:
        """A fault that does to any call what ``fault``, as it came out, did to one."""
        return fault

    def settings(self) -> dict[str, Any]:
        return asdict(self)


def find_faults() -> dict[str, type[Unit]]:
    """The fault types by name."""
    package = mockserver.faults
    names = [found.name for found in pkgutil.iter_modules(package.__path__)]
    modules = {name: importlib.import_module(f"{package.__name__}.{name}") for name in names}
    return {name: module.Fault for name, module in modules.items() if hasattr(module, "Fault")}
