"""Finding the providers: folders first, then installed distributions."""

import re
from collections.abc import Iterator, Mapping
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Any, NamedTuple

from mockserver.api.catalogue import REQUIRED
from mockserver.api.provider import Provider
from mockserver.late import load_modules_of

GROUP = "mockserver.providers"
ID = re.compile(r"[a-z][a-z0-9_-]{0,31}")
OURS = ("registry",)  # modules of the package that are no provider


class Found(NamedTuple):
    """The providers by id, and a line for each installed one that cannot be used."""

    providers: dict[str, Provider]
    problems: list[str]


class Unusable(Exception):
    """What is wrong with a provider, in a line."""


def find_providers() -> Found:
    """Every provider: the folders of the package, and the entry points of its name in installed
    distributions, which are a module with a ``provider`` or the provider itself.

    Raises Unusable where one of the folders is badly made.
    """
    providers: dict[str, Provider] = {}
    for name, module in load_modules_of(GROUP):
        if name not in OURS:
            _add_provider(providers, module)
    problems = []
    for point in entry_points(group=GROUP):
        try:
            _add_provider(providers, _load_point(point))
        except Unusable as reason:
            problems.append(f"{_name_distribution(point)}: {point.value}: {reason}")
    return Found(providers, problems)


def _load_point(point: EntryPoint) -> Any:
    try:
        return point.load()
    except Exception as error:  # whatever the distribution's code does
        reason = " ".join(str(error).split()) or "no reason given"
        raise Unusable(f"cannot be imported: {type(error).__name__}: {reason[:300]}") from None


def _name_distribution(point: EntryPoint) -> str:
    return f"{point.dist.name} {point.dist.version}" if point.dist else point.name


def _add_provider(providers: dict[str, Provider], found: Any) -> None:
    """Raises Unusable."""
    provider = getattr(found, "provider", None) if isinstance(found, ModuleType) else found
    if not isinstance(provider, Provider):
        came = "no provider" if provider is None else f"a {type(provider).__name__}"
        raise Unusable(f"expected a mockserver.api.Provider called provider, came {came}")
    for problem in _find_problems(provider, providers):
        raise Unusable(problem)
    providers[provider.id] = provider


def _find_problems(provider: Provider, others: Mapping[str, Provider]) -> Iterator[str]:
    if not isinstance(provider.id, str) or not ID.fullmatch(provider.id):
        expected = "a lower-case letter, then letters, digits, - and _, 32 at most"
        yield f"expected an id of {expected}, came {provider.id!r}"
    if provider.id in others:
        yield f"two providers have the id {provider.id!r}"
    lacking = [name for name in REQUIRED if name not in provider.errors.__members__]
    if lacking:
        yield f"its catalogue lacks {', '.join(lacking)}"
    names = [operation.name for operation in provider.operations]
    if len(set(names)) < len(names):
        yield "two operations have one name"
    declared = {row for each in provider.operations for row in provider.rows_of(each)}
    uncaused = [row.name for row in provider.errors if row not in declared]
    if provider.operations and uncaused:
        yield f"no operation declares {', '.join(uncaused)}"
