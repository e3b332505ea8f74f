"""Time from the start of the process to the ready line, median of 5.

Run: python bench/startup.py
"""

import statistics
import subprocess
import sys
import time


def start_once() -> float:
    """Seconds until the server says that it accepts."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "mockserver", "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    process.stdout.readline()
    took = time.perf_counter() - started
    process.terminate()
    process.wait()
    process.stdout.close()
    return took


def main() -> None:
    start_once()  # a warm-up: the files are in memory afterwards, as for everybody else
    times = sorted(start_once() for _ in range(5))
    print(f"start to ready: median {statistics.median(times):.3f} s ", end="")
    print(f"(min {times[0]:.3f}, max {times[-1]:.3f})")


if __name__ == "__main__":
    main()
