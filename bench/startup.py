"""Time from start to ready line, beside a bare import of what the server is built on.

Both in turn, so that a slow minute of the machine hits both; medians, and the ratio pair by pair.

Run: python bench/startup.py
"""

import os
import statistics
import subprocess
import sys
import time

PAIRS = 9
SERVER = [sys.executable, "-m", "mockserver", "serve", "--port", "0"]
BARE = [sys.executable, "-c", "import flask, marshmallow, tinydb; print()"]


def start_once(command: list[str], environment: dict[str, str] | None = None) -> float:
    """Seconds until the first line on stdout.

    Both sides have their bytecode, as what pip installed has: this package's is written at the
    first start from a checkout too, unless the environment forbids that, as that of many images
    does.
    """
    environment = {**(os.environ if environment is None else environment)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    started = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    )
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
