"""A skipped test is a failure where CI=true, and which tests are slow is always the same."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

SKIPPED = """
import pytest


@pytest.mark.skip(reason="by mark")
def test_one():
    pass


@pytest.mark.xfail
def test_two():
    assert False
"""
WHOLE = 'import pytest\n\npytest.skip("whole", allow_module_level=True)\n'
SAMPLE = """
import pytest


@pytest.mark.sample(3)
@pytest.mark.parametrize("number", range(10))
def test_one(number):
    pass


@pytest.mark.slow
def test_two():
    pass


def test_three():
    pass
"""


def outcome(folder: Path, ci: str, *options: str) -> tuple[int, str]:
    """What pytest says of the folder with this project's own hooks."""
    config = ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(folder)]
    plugins = ["-p", "tests.conftest", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *config, *plugins, *options, str(folder)],
        capture_output=True,
        cwd=folder,
        env=os.environ | {"CI": ci, "PYTHONPATH": str(ROOT)},
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.slow
def test_skip_is_a_failure_only_where_ci_is_true(tmp_path: Path) -> None:
    (tmp_path / "test_skipped.py").write_text(SKIPPED)
    (tmp_path / "test_whole.py").write_text(WHOLE)
    code, told = outcome(tmp_path, "true", "--continue-on-collection-errors")
    assert code != 0
    assert "1 xfailed, 2 errors" in told
    assert re.search(r"skipped, which is a failure.*by mark", told)
    assert re.search(r"skipped, which is a failure.*whole", told)
    code, told = outcome(tmp_path, "")
    assert (code, "2 skipped, 1 xfailed" in told) == (0, True)


@pytest.mark.slow
def test_sample_leaves_some_cases_that_are_not_slow(tmp_path: Path) -> None:
    (tmp_path / "test_sample.py").write_text(SAMPLE)
    code, told = outcome(tmp_path, "", "-m", "not slow")
    assert (code, "4 passed, 8 deselected" in told) == (0, True)
