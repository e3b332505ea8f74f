"""The codes of explanations are those that the code has."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import ROOT
from tests.docs.pages import PAGES, names, table

MAKERS = ("Finding", "Slip")


def codes_in(path: Path) -> Iterator[str]:
    """What the findings and slips of a module are called, also by the names of constants."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants = {
        ast.unparse(each.targets[0]): each.value
        for each in tree.body
        if isinstance(each, ast.Assign) and isinstance(each.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in MAKERS and node.args:
            first = node.args[0]
            told = constants[first.id] if isinstance(first, ast.Name) else first
            if isinstance(told, ast.Constant):
                yield str(told.value)


def test_codes() -> None:
    known = {code for path in (ROOT / "mockserver").rglob("*.py") for code in codes_in(path)}
    listed = names(table(PAGES["docs/explanations.md"], "code"))
    assert len(known) > 40
    assert sorted(listed) == sorted(known)
