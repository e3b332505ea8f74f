"""The lowest releases that the tests are also run with."""

import re
import subprocess
import sys
import tomllib

from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WRITTEN = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["tls"]]
FLOORS: dict[str, str] = dict(re.findall(r"^([\w.-]+)>=([\w.]+)", "\n".join(WRITTEN), re.M))


def version(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(".")))


def test_lowest_of_every_dependency_is_told() -> None:
    script = [sys.executable, ROOT / ".ci" / "lowest.py"]
    told = subprocess.run(script, capture_output=True, text=True, check=True).stdout.splitlines()
    assert {line.partition(";")[0] for line in told} == {
        f"{name}=={floor}" for name, floor in FLOORS.items()
    }
    assert len(told) == len(WRITTEN)
    [uvloop] = [line for line in told if line.startswith("uvloop==")]
    assert "platform_system != 'Windows'" in uvloop


def test_releases_with_known_holes_are_not_allowed() -> None:
    assert version(FLOORS["marshmallow"]) >= (4, 1, 2)  # CVE-2025-68480
    assert version(FLOORS["orjson"]) >= (3, 11, 6)  # CVE-2025-67221
    assert version(FLOORS["certifi"]) >= (2024, 7, 4)  # CVE-2024-39689


def test_what_is_subclassed_to_its_private_parts_is_of_one_minor_release() -> None:
    [werkzeug] = [each for each in PROJECT["dependencies"] if each.startswith("werkzeug")]
    major, minor = version(FLOORS["werkzeug"])
    assert werkzeug == f"werkzeug>={major}.{minor},<{major}.{minor + 1}"


def test_ci_runs_the_quick_tests_with_them() -> None:
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert 'python .ci/lowest.py >"$work/lowest.txt"' in ci
    assert """.lowest/bin/pip install -c "$work/lowest.txt" -e '.[dev]'""" in ci
    assert '.lowest/bin/pytest -n 2 -m "not slow"' in ci
