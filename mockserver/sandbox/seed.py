"""Reading the fixtures in a folder, a file a provider."""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson

from mockserver.api.provider import Provider
from mockserver.late import LateModule
from mockserver.sandbox.fixtures import FixtureMistakes, Seed, take_fixture
from mockserver.text.mistakes import Mistake, Mistakes

judging = LateModule("mockserver.sandbox.fixture_format")


def load_seeds(providers: Mapping[str, Provider], folder: Path) -> dict[str, Seed]:
    """The seeds by provider. Raises Mistakes with everything wrong in any of the files."""
    seeds, mistakes = read_seeds(providers, folder)
    if mistakes:
        raise Mistakes(mistakes)
    return seeds


def read_seeds(
    providers: Mapping[str, Provider], folder: Path, *, judged: bool = False
) -> tuple[dict[str, Seed], list[Mistake]]:
    """The good seeds by provider, and every mistake in the others.

    Those that were ``judged`` before, as the packaged ones by the tests and a plug-in's when it was
    found, are not judged again.
    """
    seeds: dict[str, Seed] = {}
    if not os.path.isdir(folder):  # unlike the path's own method it takes any path
        return seeds, [Mistake(str(folder), "", "there is no such folder of fixtures")]
    mistakes = _find_strangers(providers, folder)
    for provider in providers.values():
        file = folder / f"{provider.id}.json"
        if provider.fixture and not file.exists():
            file = provider.fixture
        try:
            seeds[provider.id] = read_seed(provider, file, judged=judged)
        except Mistakes as found:
            mistakes += found.mistakes
    return seeds, mistakes


def read_seed(provider: Provider, file: Path, *, judged: bool = False) -> Seed:
    """What a provider's fixture holds. Raises Mistakes."""
    content = _read_json(provider, file)
    if judged:
        with suppress(LookupError, TypeError, AttributeError, ValueError):  # told below
            return take_fixture(provider, content)
    try:
        seed: Seed = judging.read_fixture(provider, content)
        return seed
    except FixtureMistakes as wrong:
        found = [Mistake(str(file), path, reason) for path, reason in wrong.found]
        raise Mistakes(found) from None


def _find_strangers(providers: Mapping[str, Provider], folder: Path) -> list[Mistake]:
    known = ", ".join(providers)
    return [
        Mistake(str(file), "", f"no provider is called {file.stem!r}; there are {known}")
        for file in sorted(folder.glob("*.json"))
        if file.stem not in providers
    ]


def _read_json(provider: Provider, file: Path) -> Any:
    try:
        return orjson.loads(file.read_bytes())
    except FileNotFoundError:
        raise Mistakes([Mistake(str(file), "", f"missing: {provider.title}'s fixture")]) from None
    except (OSError, ValueError, RecursionError) as error:
        raise Mistakes([Mistake(str(file), "", f"cannot be read as JSON: {error}")]) from None
