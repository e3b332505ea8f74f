"""Who may import whom: data flows one way."""

import ast
import functools
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "mockserver"
MODULES = sorted(PACKAGE.rglob("*.py"))
ARROWS = {
    "late": set(),
    "core": {"late"},
    "providers": {"core"},
    "faults": {"core", "late"},
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
        "app", "banner", "demo", "late", "log", "remote", "server",
    },
    "__main__": {"cli"},
    "__init__": {"app", "version"},
}  # fmt: skip
# Modules that are loaded when they are wanted, by their names: by this one module only.
LATE = "mockserver.late"
LATE_TARGETS = {"mockserver.demo", "mockserver.faults", "mockserver.providers"}
# Those that still load by name themselves. Whoever mends one strikes it off, and the last the set.
VIOLATORS_TO_MEND = {
    "mockserver.cli.faults",
    "mockserver.core.registry",
    "mockserver.faults.unit",
}
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


NAMES = {module_name(path) for path in MODULES}


@functools.cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def room(name: str) -> str:
    """The second part of a module's name, ``__init__`` for the package itself."""
    return [*name.split("."), "__init__"][1]


def imports(path: Path) -> Iterator[str]:
    """Names of imported modules, also of those that are loaded by their names."""
    yield from (name for name, _ in written_imports(path))
    if module_name(path) != LATE:  # what that loads is told by the list of its targets
        yield from (name for name in loads_by_name(path) if name is not None)


def written_imports(path: Path) -> Iterator[tuple[str, bool]]:
    """Names of imported modules, and whether the import is at the top of the module."""
    tree = tree_of(path)
    inside = nodes_inside_functions(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, id(node) not in inside) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module is not None, "relative imports hide where a name comes from"
            assert node.level == 0, "relative imports hide where a name comes from"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield (full if full in NAMES else node.module), id(node) not in inside


def loads_by_name(path: Path) -> list[str | None]:
    """What ``importlib.import_module`` or ``__import__`` loads, None where no name stands there.

    A name that stands there counts wherever it does: it is an import that hides. One that is
    found out while the program runs counts within a function.
    """
    tree = tree_of(path)
    inside = nodes_inside_functions(tree)
    loads: list[str | None] = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else None
        called = node.func.id if isinstance(node.func, ast.Name) else called
        if called not in ("import_module", "__import__"):
            continue
        target = node.args[0] if node.args else None
        if isinstance(target, ast.Constant) and isinstance(target.value, str):
            loads.append(target.value)
        elif id(node) in inside:
            loads.append(None)
    return loads


def nodes_inside_functions(tree: ast.Module) -> set[int]:
    return {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for node in ast.walk(function)
    }


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_imports_stand_at_the_top(path: Path) -> None:
    assert [name for name, at_top in written_imports(path) if not at_top] == []


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_modules_are_loaded_by_name_in_one_module_only(path: Path) -> None:
    loads = loads_by_name(path)
    if module_name(path) == LATE:
        assert {name for name in loads if name is not None} <= LATE_TARGETS
    else:
        assert bool(loads) == (module_name(path) in VIOLATORS_TO_MEND), loads


def test_module_that_loads_by_name_spells_no_other_target() -> None:
    """Also a name that it puts together begins with one of those that it may load."""
    for path in MODULES:
        if module_name(path) != LATE:
            continue
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                spelled = re.match(r"mockserver[.\w]*$", node.value)
                assert not spelled or spelled[0].rstrip(".") in LATE_TARGETS, node.lineno


def test_violators_to_mend_are_modules_that_there_are() -> None:
    assert NAMES >= VIOLATORS_TO_MEND


LOADING = {
    'import importlib\nimportlib.import_module("mockserver.demo")': ["mockserver.demo"],
    'def f():\n    importlib.import_module("mockserver.demo").main()': ["mockserver.demo"],
    'from importlib import import_module\nf = lambda: import_module("a.b")': ["a.b"],
    "def f(name):\n    return importlib.import_module(name)": [None],
    'def f(a):\n    return [importlib.import_module(f"{a}.{b}") for b in a]': [None],
    'def f():\n    return __import__("json")': ["json"],
    "module = importlib.import_module(name)": [],
    "import importlib\n\n\ndef f():\n    return importlib.resources": [],
}


@pytest.mark.parametrize(("text", "loads"), LOADING.items())
def test_load_by_name_is_seen(tmp_path: Path, text: str, loads: list[str | None]) -> None:
    (tmp_path / "module.py").write_text(text)
    assert loads_by_name(tmp_path / "module.py") == loads


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_imports_go_along_the_arrows(path: Path) -> None:
    name = module_name(path)
    here = room(name)
    home = ".".join(name.split(".")[:3]) if here == "providers" else f"mockserver.{here}"
    for imported in imports(path):
        if imported.startswith("mockserver.") and not f"{imported}.".startswith(f"{home}."):
            assert room(imported) in ARROWS[here], f"{name} imports {imported}"


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_third_parties_stay_in_their_rooms(path: Path) -> None:
    name = module_name(path)
    used = {imported.split(".")[0] for imported in imports(path)}
    foreign = used - set(sys.stdlib_module_names) - {"mockserver"}
    assert foreign <= FOREIGN.get(room(name), set()), f"{name} imports {foreign}"


def test_no_imports_go_round_in_a_circle() -> None:
    graph = {module_name(path): set(imports(path)) for path in MODULES}

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
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert node.value != provider, f"{module_name(path)} line {node.lineno}"


def test_every_provider_folder_has_the_same_files() -> None:
    files = {
        provider: sorted(each.name for each in (PACKAGE / "providers" / provider).glob("*.py"))
        for provider in provider_ids()
    }
    assert len(set(map(tuple, files.values()))) == 1, files
