"""The front door of providers: everything there is described, and comes from there alone."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockserver import api
from tests.conftest import ROOT

PROVIDERS = ROOT / "mockserver" / "providers"
FILES = sorted(PROVIDERS.glob("*/*.py"))


def described(name: str) -> Iterator[tuple[str, str | None]]:
    """The docstrings of a thing and of its public members, those of its own."""
    thing = getattr(api, name)
    if not callable(thing) or not hasattr(thing, "__module__"):
        return
    if not thing.__module__.startswith("mockserver."):
        return
    yield name, thing.__doc__
    if inspect.isclass(thing):
        for member, value in vars(thing).items():
            function = value.fget if isinstance(value, property) else value
            if inspect.isfunction(function) and not member.startswith("_"):
                yield f"{name}.{member}", function.__doc__


@pytest.mark.parametrize("name", api.__all__)
def test_everything_in_the_api_says_what_it_is(name: str) -> None:
    generated = f"{name}("  # what a dataclass or a named tuple says of itself
    found = [
        each
        for each, told in described(name)
        if not told or told.startswith(generated) or not told.strip().endswith((".", "``."))
    ]
    assert found == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PROVIDERS)))
def test_provider_imports_the_front_door_of_the_api_only(file: Path) -> None:
    own = f"mockserver.providers.{file.parent.name}"
    tree = ast.parse(file.read_text(encoding="utf-8"))
    modules = {each.module or "" for each in ast.walk(tree) if isinstance(each, ast.ImportFrom)}
    ours = {each for each in modules if each.startswith("mockserver")}
    assert {each for each in ours if not f"{each}.".startswith(f"{own}.")} <= {"mockserver.api"}
