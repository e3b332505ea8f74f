"""Time from start to ready line, beside a bare import of what the server is built on.

Both in turn, so that a slow minute of the machine hits both; medians, and the ratio pair by pair.

Run: python bench/startup.py
"""

import statistics
import subprocess
import sys
import time

PAIRS = 9
SERVER = [sys.executable, "-m", "mockserver", "serve", "--port", "0"]
BARE = [sys.executable, "-c", "import flask, marshmallow, tinydb; print()"]


def start_once(command: list[str]) -> float:
    """Seconds until the first line on stdout."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    process.stdout.readline()
    took = time.perf_counter() - started
    process.terminate()
    process.wait()
    process.stdout.close()
    return took


def main() -> None:
    start_once(SERVER)  # a warm-up: the files are in memory afterwards, as for everybody else
    pairs = [(start_once(SERVER), start_once(BARE)) for _ in range(PAIRS)]
    ours, bare = (statistics.median(times) for times in zip(*pairs, strict=True))
    ratio = statistics.median(one / other for one, other in pairs)
    print(f"start to ready {ours:.3f} s, bare import {bare:.3f} s, ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
