"""Loading a module by its name: the one place that does it."""

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType


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
