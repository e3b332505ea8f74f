"""Finding the providers: folders first, then installed distributions."""

import os
from collections.abc import Iterator, Mapping
from importlib.metadata import EntryPoint, distributions
from types import ModuleType
from typing import Any, NamedTuple

from mockserver.api.provider import Provider
from mockserver.api.soundness import find_unsound
from mockserver.late import load_modules_of
from mockserver.sandbox.seed import read_seed
from mockserver.text.mistakes import Mistakes

GROUP = "mockserver.providers"


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
    for _, module in load_modules_of(GROUP):
        _add_provider(providers, module)
    problems = []
    for point in _find_points():
        try:
            _add_provider(providers, _load_point(point), installed=True)
        except Unusable as reason:
            problems.append(f"{_name_distribution(point)}: {point.value}: {reason}")
    return Found(providers, problems)


def _find_points() -> Iterator[EntryPoint]:
    """The entry points of that name. To have the library read all there are takes twice as long."""
    seen = set()
    for each in distributions():
        if GROUP in (each.read_text("entry_points.txt") or "") and each.name not in seen:
            seen.add(
                each.name
            )  # another one further on in the path is not the one that is imported
            yield from each.entry_points.select(group=GROUP)


def _load_point(point: EntryPoint) -> Any:
    try:
        return point.load()
    except (Exception, SystemExit) as error:  # whatever the distribution's code does
        raise Unusable(f"cannot be imported: {_write_error(error)}") from None


def _write_error(error: BaseException) -> str:
    reason = " ".join(str(error).split()) or "no reason given"
    return f"{type(error).__name__}: {reason[:300]}"


def _name_distribution(point: EntryPoint) -> str:
    return f"{point.dist.name} {point.dist.version}" if point.dist else point.name


def _add_provider(providers: dict[str, Provider], found: Any, *, installed: bool = False) -> None:
    """Raises Unusable. An installed one brings its fixture."""
    provider = getattr(found, "provider", None) if isinstance(found, ModuleType) else found
    if not isinstance(provider, Provider):
        came = "no provider" if provider is None else f"a {type(provider).__name__}"
        raise Unusable(f"expected a mockserver.api.Provider called provider, came {came}")
    try:
        problem = next(_find_problems(provider, providers), None)
    except Exception as error:  # whatever the parts are that it was made of
        problem = f"is made of wrong parts: {_write_error(error)}"
    if problem is None and installed:
        problem = _judge_fixture(provider)
    if problem is not None:
        raise Unusable(problem)
    providers[provider.id] = provider


def _find_problems(provider: Provider, others: Mapping[str, Provider]) -> Iterator[str]:
    yield from find_unsound(provider)
    if provider.id in others:
        yield f"two providers have the id {provider.id!r}"
    for other in others.values():
        for host in set(provider.hosts) & set(other.hosts):
            yield f"{host} is a host of {other.id} already"
        for path in (path for each in provider.operations for path in each.paths):
            if f"{path}/".startswith(f"/{other.id}/"):
                yield f"{path} begins as the paths of {other.id} do"
        for path in (path for each in other.operations for path in each.paths):
            if f"{path}/".startswith(f"/{provider.id}/"):
                yield f"the id {provider.id!r} begins a path of {other.id}: {path}"


def _judge_fixture(provider: Provider) -> str | None:
    if provider.fixture is None:
        return "fixture: expected the path of a file, came none"
    if not os.path.isfile(provider.fixture):
        return f"fixture: {provider.fixture} is no file"
    try:
        read_seed(provider, provider.fixture)
    except Mistakes as wrong:
        return f"fixture: {wrong.mistakes[0]}"
    except Exception as error:  # whatever its own schemas do
        return f"fixture: {_write_error(error)}"
    return None
