"""Finding the providers: folders first, then installed packages."""

import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from importlib.metadata import entry_points

from mockserver.core.errors import REQUIRED
from mockserver.core.provider import Provider

GROUP = "mockserver.providers"


def find_providers() -> dict[str, Provider]:
    """Every provider by id. Raises ValueError where one is badly made or two share an id.

    A provider is a module with a ``provider``: a folder of the package, or an entry point of the
    group ``mockserver.providers`` in any installed distribution.
    """
    package = importlib.import_module(GROUP)
    folders = sorted(found.name for found in pkgutil.iter_modules(package.__path__))
    modules = [importlib.import_module(f"{GROUP}.{name}") for name in folders]
    plugins = [point.load() for point in entry_points(group=GROUP)]
    return _by_id(module.provider for module in (*modules, *plugins))


def _by_id(providers: Iterable[Provider]) -> dict[str, Provider]:
    found: dict[str, Provider] = {}
    for provider in providers:
        if provider.id in found:
            raise ValueError(f"two providers have the id {provider.id!r}")
        _examine(provider)
        found[provider.id] = provider
    return found


def _examine(provider: Provider) -> None:
    lacking = [name for name in REQUIRED if name not in provider.errors.__members__]
    if lacking:
        raise ValueError(f"{provider.id}: its catalogue lacks {', '.join(lacking)}")
    names = [operation.name for operation in provider.operations]
    if len(set(names)) < len(names):
        raise ValueError(f"{provider.id}: two operations have one name")


def default_switches(providers: Mapping[str, Provider]) -> dict[str, dict[str, object]]:
    """What every provider's switches say when nobody sets them."""
    return {
        provider.id: {switch.name: switch.choices[0] for switch in provider.switches}
        for provider in providers.values()
    }
