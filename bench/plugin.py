"""What the plugin costs a run of pytest that does not use it, and a test that does.

1. A start of pytest with the plugin against one without it, in turn: the median of the differences.
2. A run of tests that take a sandbox against one of as many that do not, the server being there.

Run: python bench/plugin.py
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PAIRS, RUNS = 25, 5
TESTS = 300
EMPTY = "def test_one(): ...\n"
MANY = """
import pytest


@pytest.mark.parametrize("number", range({tests}))
def test_one({argument}, number): ...
"""


def run_pytest(folder: Path, *options: str) -> float:
    """Milliseconds."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, "."]
    started = time.perf_counter()
    subprocess.run(command, capture_output=True, check=True, cwd=folder)
    return (time.perf_counter() - started) * 1000


def measure_start(folder: Path) -> None:
    (folder / "test_empty.py").write_text(EMPTY)
    run_pytest(folder)
    pairs = [(run_pytest(folder), run_pytest(folder, "-p", "no:mockserver")) for _ in range(PAIRS)]
    more = statistics.median(one - other for one, other in pairs)
    without = statistics.median(other for _, other in pairs)
    print(f"a start of pytest: {without:.0f} ms, with the plugin {more:+.1f} ms")


def measure_sandbox(folder: Path) -> None:
    differences = []
    for _ in range(RUNS):
        took = {}
        for argument in ("sandbox", "mockserver"):
            (folder / "test_many.py").write_text(MANY.format(tests=TESTS, argument=argument))
            took[argument] = run_pytest(folder)
        differences.append((took["sandbox"] - took["mockserver"]) / TESTS)
    low, high = min(differences), max(differences)
    print(f"a test's sandbox: {statistics.median(differences):.1f} ms ({low:.1f} to {high:.1f})")


def main() -> None:
    for measure in (measure_start, measure_sandbox):
        with tempfile.TemporaryDirectory() as folder:
            measure(Path(folder))


if __name__ == "__main__":
    main()
