"""Loading a module by its name: the one place that does it."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any


def load_module(name: str) -> ModuleType:
    """The module of that full name, such as ``mockserver.cli.demo``. Raises ImportError.

    For what is only found while the program runs, and for what takes a while to load and few
    need. All else is imported at the top of a module, where readers and tools see it.
    """
    return importlib.import_module(name)


def load_modules_of(package: str) -> Iterator[tuple[str, ModuleType]]:
    """The modules in a package, in order of their names, which are given without the package's."""
    found = pkgutil.iter_modules(load_module(package).__path__)
    for name in sorted(each.name for each in found):
        yield name, load_module(f"{package}.{name}")


class LateModule:
    """The functions of a module that is loaded when one of them is first called."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, function: str) -> Callable[..., Any]:
        def call(*args: Any, **named: Any) -> Any:
            return getattr(load_module(self._name), function)(*args, **named)

        return call
