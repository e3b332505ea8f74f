"""A suite of 200 tests by two processes against one server, twenty times over: does one ever fail?

It is the suite of tests/plugin/isolation.py, with a server of the run's own each time.

Run: python bench/suite.py
"""

import re
import runpy
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 20
TESTS = Path(__file__).parents[1] / "tests" / "plugin" / "isolation.py"
COMMAND = [sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", "."]


def main() -> None:
    suite, times, passed, failed = runpy.run_path(str(TESTS))["SUITE"], [], 0, 0
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_suite.py").write_text(suite, encoding="utf-8")
        for _ in range(RUNS):
            started = time.perf_counter()
            done = subprocess.run(COMMAND, capture_output=True, check=False, cwd=folder, text=True)
            times.append(time.perf_counter() - started)
            counts = re.findall(r"(\d+) (passed|failed|error)", done.stdout)
            told = {what: int(count) for count, what in counts}
            passed += told.get("passed", 0)
            failed += told.get("failed", 0) + told.get("error", 0)
            if done.returncode:
                print(done.stdout[-2_000:])
    print(
        f"{RUNS} runs: {passed:,} tests passed, {failed} failed; "
        f"a run {statistics.median(times):.1f} s ({min(times):.1f} to {max(times):.1f})"
    )


if __name__ == "__main__":
    main()
