"""The shape of a fault, and the finding of all of them."""

import importlib
import pkgutil
from collections.abc import Sequence
from typing import ClassVar, Protocol

from marshmallow import Schema

import mockserver.faults
from mockserver.core.provider import Exchange, Provider
from mockserver.core.sandbox import Blow


class Fault(Protocol):
    """One way for a call to go wrong. It knows its own settings and nothing of rules.

    A module of this package with a class ``Fault`` of this shape is a fault type of the module's
    name. ``schema`` validates the settings, which become the class's arguments; ``short`` is the
    setting that the request header's short form gives, as in ``latency=250``. A ``terminal``
    fault takes the provider's answer away, and only the first of those strikes.
    """

    schema: ClassVar[Schema]
    short: ClassVar[str]
    terminal: ClassVar[bool]

    def check(self, providers: Sequence[Provider]) -> None:
        """Raise Refused if the fault can strike none of these providers."""

    def fits(self, provider: Provider) -> bool:
        """Whether a call of this provider can be struck."""

    def strike(self, blow: Blow, exchange: Exchange, draw: float) -> None:
        """Do it. ``draw`` is a random number from 0 to below 1."""


def find_faults() -> dict[str, type[Fault]]:
    """The fault types by name."""
    package = mockserver.faults
    names = [found.name for found in pkgutil.iter_modules(package.__path__)]
    modules = {name: importlib.import_module(f"{package.__name__}.{name}") for name in names}
    return {
        name: module.Fault
        for name, module in modules.items()
        if getattr(module, "Fault", Fault) is not Fault
    }
