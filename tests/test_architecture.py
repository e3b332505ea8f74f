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
    "text": set(),
    "version": set(),
    "late": set(),
    "client": {"text"},
    "api": {"late", "text"},
    "openapi": {"api", "text"},
    "pipeline": {"api", "text"},
    "providers": {"api"},
    "registry": {"api", "late", "sandbox", "text"},
    "match": {"api", "text"},
    "faults": {"pipeline", "match", "api", "text", "late"},
    "sandbox": {"pipeline", "api", "late", "text"},
    "verdicts": {"sandbox", "pipeline", "api", "late", "text"},
    "config": {"api", "late", "text", "verdicts"},
    "web": {"pipeline", "api"},
    "wire": {"late", "pipeline"},
    "interception": {"late", "pipeline", "text"},
    "verify": {"verdicts", "match", "sandbox", "api", "text"},
    "admin": {"verdicts", "verify", "sandbox", "pipeline", "api", "late", "text"},
    "app": {
        "admin", "api", "config", "faults", "interception", "late", "pipeline", "registry",
        "sandbox", "text", "verdicts", "version", "web",
    },
    "cli": {
        "admin", "api", "app", "client", "config", "faults", "interception", "late", "registry",
        "sandbox", "testing", "text", "version", "web", "wire",
    },
    "testing": {"client", "text"},
    "pytest_plugin": {"client", "late", "testing"},
    "__main__": {"cli"},
    "__init__": {"app", "late", "version"},
}  # fmt: skip
# Modules that are loaded when they are wanted, by their names: by this one module only, which
# others ask for these.
LATE = "mockserver.late"
LATE_TARGETS = {
    "mockserver.admin.accounts",
    "mockserver.admin.authority",
    "mockserver.admin.clock",
    "mockserver.admin.events",
    "mockserver.admin.explain",
    "mockserver.admin.faults",
    "mockserver.admin.messages",
    "mockserver.admin.openapi",
    "mockserver.admin.reports",
    "mockserver.admin.requests",
    "mockserver.admin.sandboxes",
    "mockserver.admin.sign",
    "mockserver.admin.verdicts",
    "mockserver.admin.verify",
    "mockserver.admin.shapes",
    "mockserver.api.diagnosis.caller",
    "mockserver.api.diagnosis.credential",
    "mockserver.api.diagnosis.case",
    "mockserver.api.diagnosis.message",
    "mockserver.api.diagnosis.signature_search",
    "mockserver.api.diagnosis.signed_bodies",
    "mockserver.api.diagnosis.signed_secrets",
    "mockserver.api.diagnosis.url_encodings",
    "mockserver.app",
    "mockserver.cli.ca",
    "mockserver.cli.clock",
    "mockserver.client",
    "mockserver.cli.demo",
    "mockserver.cli.env",
    "mockserver.cli.exec",
    "mockserver.cli.explain",
    "mockserver.cli.health",
    "mockserver.cli.listing",
    "mockserver.cli.openapi",
    "mockserver.cli.requests",
    "mockserver.cli.rules",
    "mockserver.cli.sandboxes",
    "mockserver.cli.serve",
    "mockserver.cli.sign",
    "mockserver.cli.validate",
    "mockserver.cli.verdicts",
    "mockserver.cli.verify",
    "mockserver.faults.rules.header",
    "mockserver.faults.rules.reader",
    "mockserver.faults.rules.rule",
    "mockserver.faults.rules.scenario",
    "mockserver.faults.transcript",
    "mockserver.faults.types",
    "mockserver.interception.authority",
    "mockserver.interception.describing",
    "mockserver.interception.trusted",
    "mockserver.openapi.administration",
    "mockserver.openapi.provider",
    "mockserver.providers",
    "mockserver.providers.d7.diagnosis",
    "mockserver.providers.kaleyra.diagnosis",
    "mockserver.providers.kirim.diagnosis",
    "mockserver.providers.nxcloud.diagnosis",
    "mockserver.registry",
    "mockserver.sandbox.fixture_format",
    "mockserver.sandbox.kept_file",
    "mockserver.sandbox.snapshot",
    "mockserver.testing.cases",
    "mockserver.testing.process",
    "mockserver.testing.proxies",
    "mockserver.testing.report",
    "mockserver.testing.sharing",
    "mockserver.text.toml",
    "mockserver.verdicts.judge",
    "mockserver.verdicts.units",
    "mockserver.verify.conduct",
    "mockserver.wire.handshake",
}
LOADERS = ("Late", "LateModule", "load_module", "load_modules_of", "load_with_extra")
FOREIGN = {
    "api": {"marshmallow"},
    "pipeline": {"orjson"},
    "providers": {"marshmallow"},
    "match": {"marshmallow"},
    "verify": {"marshmallow", "orjson"},
    "faults": {"marshmallow", "orjson"},
    "admin": {"marshmallow", "orjson"},
    "openapi": {"apispec", "marshmallow"},
    "client": {"requests"},
    "pytest_plugin": {"pytest"},
    "config": {"marshmallow"},
    "text": {"marshmallow"},
    "sandbox": {"marshmallow", "tinydb", "orjson"},
    "web": {"flask", "werkzeug", "orjson"},
    "verdicts": {"orjson"},
    "wire": {"httptools", "uvloop"},
    "interception": {"certifi", "cryptography"},
    "cli": {"click", "requests", "rich"},
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
    assert bool(loads_by_name(path)) == (module_name(path) == LATE)


def asks_for_late(path: Path) -> list[str]:
    """What a module says that is to be loaded late, in a call or beside one in its constants."""
    asks = any(
        isinstance(node, ast.Name) and node.id in LOADERS and isinstance(node.ctx, ast.Load)
        for node in ast.walk(tree_of(path))
    )
    if not asks or module_name(path) == LATE:
        return []
    return [
        node.value
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"mockserver(\.\w+)+", node.value)
        and node.value in NAMES
    ]


def test_what_is_loaded_late_is_listed() -> None:
    asked = {name for path in MODULES for name in asks_for_late(path)}
    assert asked == LATE_TARGETS


LOADING = {
    'import importlib\nimportlib.import_module("mockserver.cli.demo")': ["mockserver.cli.demo"],
    'def f():\n    importlib.import_module("mockserver.cli.demo").main()': ["mockserver.cli.demo"],
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
    inner = here == "providers"
    home = ".".join(name.split(".")[:3]) if inner else f"mockserver.{here}"
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
