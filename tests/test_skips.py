"""A skipped test is a failure where CI=true."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

ONE_TEST = """
import pytest


@pytest.mark.skip(reason="by mark")
def test_one():
    pass
"""
A_MODULE = 'import pytest\n\npytest.skip("whole", allow_module_level=True)\n'
XFAIL = "import pytest\n\n\n@pytest.mark.xfail\ndef test_one():\n    assert False\n"


def outcome(folder: Path, content: str, ci: str) -> tuple[int, str]:
    (folder / "test_mine.py").write_text(content)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider", "."],
        capture_output=True,
        cwd=folder,
        env=os.environ | {"CI": ci, "PYTHONPATH": str(ROOT)},
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize(("content", "reason"), [(ONE_TEST, "by mark"), (A_MODULE, "whole")])
def test_skip_is_a_failure_where_ci_is_true(tmp_path: Path, content: str, reason: str) -> None:
    code, told = outcome(tmp_path, content, ci="true")
    assert code != 0
    assert "skipped, which is a failure" in told
    assert reason in told


def test_skip_is_a_skip_elsewhere(tmp_path: Path) -> None:
    code, told = outcome(tmp_path, ONE_TEST, ci="")
    assert (code, "1 skipped" in told) == (0, True)


def test_failure_that_is_expected_is_none_in_ci(tmp_path: Path) -> None:
    code, told = outcome(tmp_path, XFAIL, ci="true")
    assert (code, "1 xfailed" in told) == (0, True)
