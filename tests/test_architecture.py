"""Who may import whom: data flows one way."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeGuard

import pytest

PACKAGE = Path(__file__).parent.parent / "mockserver"
MODULES = sorted(PACKAGE.rglob("*.py"))
ARROWS = {
    "core": set(),
    "providers": {"core"},
    "faults": {"core"},
    "state": {"core"},
    "admin": {"core"},
    "server": {"core"},
    "web": {"core"},
    "config": {"core"},
    "banner": {"core"},
    "log": set(),
    "remote": set(),
    "version": set(),
    "app": {"core", "faults", "state", "admin", "web", "config", "version"},
    "demo": {"core", "app", "banner", "remote"},
    "cli": {
        "core", "faults", "state", "admin", "web", "config", "version",
        "app", "banner", "demo", "log", "remote", "server",
    },
    "__main__": {"cli"},
    "__init__": {"app", "version"},
}  # fmt: skip
FOREIGN = {
    "core": {"marshmallow"},
    "providers": {"marshmallow"},
    "faults": {"marshmallow"},
    "admin": {"marshmallow"},
    "state": {"marshmallow", "tinydb", "orjson"},
    "web": {"flask", "werkzeug", "orjson"},
    "server": {"uvicorn", "httptools"},
    "config": set(),
    "banner": set(),
    "app": set(),
    "cli": {"click"},
    "demo": {"rich"},
}


def module_name(path: Path) -> str:
    parts = ("mockserver", *path.relative_to(PACKAGE).with_suffix("").parts)
    return ".".join(parts).removesuffix(".__init__")


def room(name: str) -> str:
    """The second part of a module's name, ``__init__`` for the package itself."""
    return [*name.split("."), "__init__"][1]


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """Names of imported modules, and whether the import is at the top of the module."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        if _loads_by_name(node):
            yield node.args[0].value, True
        elif isinstance(node, ast.Import):
            yield from ((alias.name, id(node) not in inside) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module is not None, "relative imports hide where a name comes from"
            assert node.level == 0, "relative imports hide where a name comes from"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                known = full in {module_name(each) for each in MODULES}
                yield (full if known else node.module), id(node) not in inside


def _loads_by_name(node: ast.AST) -> TypeGuard[Any]:
    """``importlib.import_module`` of a name that stands there."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "import_module"
        and isinstance(node.args[0], ast.Constant)
    )


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_imports_stand_at_the_top(path: Path) -> None:
    assert [name for name, at_top in imports(path) if not at_top] == []


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_imports_go_along_the_arrows(path: Path) -> None:
    name = module_name(path)
    here = room(name)
    home = ".".join(name.split(".")[:3]) if here == "providers" else f"mockserver.{here}"
    for imported, _ in imports(path):
        if imported.startswith("mockserver.") and not f"{imported}.".startswith(f"{home}."):
            assert room(imported) in ARROWS[here], f"{name} imports {imported}"


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_third_parties_stay_in_their_rooms(path: Path) -> None:
    name = module_name(path)
    used = {imported.split(".")[0] for imported, _ in imports(path)}
    foreign = used - set(sys.stdlib_module_names) - {"mockserver"}
    assert foreign <= FOREIGN.get(room(name), set()), f"{name} imports {foreign}"


def test_no_imports_go_round_in_a_circle() -> None:
    graph = {module_name(path): {name for name, _ in imports(path)} for path in MODULES}

    def reaches(start: str, wanted: str, seen: set[str]) -> bool:
        nexts = {name for name in graph.get(start, ()) if name in graph} - seen
        return wanted in nexts or any(reaches(name, wanted, seen | nexts) for name in nexts)

    assert [name for name in graph if reaches(name, name, set())] == []


def provider_ids() -> list[str]:
    return [
        each.name for each in (PACKAGE / "providers").iterdir() if (each / "__init__.py").exists()
    ]


@pytest.mark.parametrize("provider", provider_ids())
def test_a_providers_name_is_written_in_its_folder_only(provider: str) -> None:
    folder = PACKAGE / "providers" / provider
    for path in MODULES:
        if folder in path.parents:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert node.value != provider, f"{module_name(path)} line {node.lineno}"


def test_every_provider_folder_has_the_same_files() -> None:
    files = {
        provider: sorted(each.name for each in (PACKAGE / "providers" / provider).glob("*.py"))
        for provider in provider_ids()
    }
    assert len(set(map(tuple, files.values()))) == 1, files
