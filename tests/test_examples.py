"""The examples that a team would copy: both suites pass, and the workflow is one."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.conftest import ROOT, Server
from tests.derived import PROVIDERS

EXAMPLES = ROOT / "examples"
WORKFLOW = EXAMPLES / "github-actions.yml"
PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


def run_suite(tmp_path: Path, example: str, *command: str, **variables: str) -> str:
    """What a suite says, in a copy of its folder as a team would have it."""
    folder = shutil.copytree(
        EXAMPLES / example, tmp_path / example, ignore=shutil.ignore_patterns("__pycache__", ".*")
    )
    done = subprocess.run(
        command,
        capture_output=True,
        cwd=folder,
        env=os.environ | {"PATH": PATH, "PYTHONDONTWRITEBYTECODE": "1"} | variables,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_suite_of_the_application_passes(tmp_path: Path) -> None:
    pytest_command = (sys.executable, "-m", "pytest", "-q", "-W", "error")
    told = run_suite(tmp_path, "app", *pytest_command, "-p", "no:schemathesis", "-n", "2")
    operations = [each.operation("mark_as_read") for each in PROVIDERS.values()]
    errors = sum(
        len(provider.rows_of(operation))
        for provider, operation in zip(PROVIDERS.values(), operations, strict=True)
        if operation is not None
    )
    assert re.search(r"(\d+) passed", told)
    assert f"{errors + 11 * len(PROVIDERS)} passed" in told


def need_node() -> str:
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs Node.js, such as Debian's package nodejs")
    return node


def run_node(tmp_path: Path, **variables: str) -> list[str]:
    """The names of the tests that passed; Node 18 lists the file among them."""
    told = run_suite(tmp_path, "node", need_node(), "--test", "--test-reporter=tap", **variables)
    passed = re.findall(r"^ *ok \d+ - (.*)$", told, re.M)
    return [name for name in passed if not name.endswith(".js")]


def test_suite_of_node_passes(tmp_path: Path, server: Server) -> None:
    passed = run_node(tmp_path, MOCKSERVER_URL=server.url)
    assert (len(passed), passed[0]) == (9, "a message is marked read")


@pytest.mark.slow
def test_suite_of_node_starts_a_server_of_its_own(tmp_path: Path) -> None:
    assert len(run_node(tmp_path, MOCKSERVER_ADMIN_TOKEN="whatever-it-is")) == 9


def test_suite_of_node_needs_no_packages() -> None:
    imported = {
        name
        for file in (EXAMPLES / "node").glob("*.js")
        for name in re.findall(r'from "([^"]+)"', file.read_text(encoding="utf-8"))
    }
    assert imported
    assert [name for name in imported if not name.startswith(("node:", "./"))] == []


def test_workflow_is_what_the_service_takes() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema"]
    done = subprocess.run(
        [*command, "vendor.github-workflows", str(WORKFLOW)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "ok -- validation done" in done.stdout, done.stdout


def test_workflow_runs_both_suites() -> None:
    workflow: Any = YAML(typ="safe").load(WORKFLOW.read_text(encoding="utf-8"))
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    run = {step["working-directory"]: step["run"] for step in steps if "working-directory" in step}
    assert run == {"examples/app": "pytest -n 2", "examples/node": "node --test"}
    installing = [step["run"] for step in steps if step.get("run", "").startswith("pip install")]
    assert [command.split()[2] for command in installing] == [".", "."]  # no registry has it


def test_ci_has_what_the_suites_need() -> None:
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "command -v node >/dev/null || lacking+=(nodejs)" in ci
