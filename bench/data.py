"""What keeping everything in a file costs, through the application in process.

1. A call and a reset with ``--data`` against the same in memory, round by round.
2. With 100,000 messages: how long a call is held up at most while the file is written anew, beside
   the calls before that, and how many calls that takes.

Run: python bench/data.py [FOLDER]   (where the file is to be; default: a temporary one)
"""

import gc
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from call import MANY, Environ, environ, filled, microseconds, receipt_of, receipts

from mockserver import create_app
from mockserver.api.provider import Provider
from mockserver.config import Settings
from mockserver.registry import find_providers
from mockserver.web.flask_app import App

ROUNDS, CALLS = 25, 1_000
RESET = "/_mock/sandboxes/default/reset"


def calls_of(app: App, provider: Provider, count: int) -> list[Environ]:
    """Receipts for one message."""
    [message] = app.sandboxes.default.messages.all(
        provider=provider.id, direction="inbound", read_at=None
    )[-1:]
    return receipts(app, provider, [message] * count)


def measure_costs(folder: Path, provider: Provider) -> None:
    memory, kept = create_app(), create_app(Settings(data=folder / "costs"))
    success = receipt_of(provider).success
    for what, count in (("a call", CALLS), ("a reset", 50)):
        times: list[list[float]] = []
        for _ in range(ROUNDS):
            times.append([])
            for app in (memory, kept):
                made = calls_of(app, provider, count)
                reset = [environ(RESET, {}, b"") for _ in range(count)]
                chosen, status = (made, success) if what == "a call" else (reset, 204)
                times[-1].append(microseconds(app, chosen, status))
        without, with_data = (statistics.median(column) for column in zip(*times, strict=True))
        more = statistics.median(each[1] - each[0] for each in times)
        print(f"{what}: {without:.1f} µs in memory, {with_data:.1f} µs with --data, {more:+.1f} µs")
    kept.sandboxes.close()


def measure_holds(folder: Path, provider: Provider) -> None:
    """Until the file has been written anew while it was in use."""
    app, _ = filled(provider, MANY, Settings(data=folder / "holds", journal=1_000))
    beside = folder / ".holds.new"
    gc.collect()
    gc.freeze()  # as the server does
    before: list[float] = []
    during: list[float] = []
    size = inode = 0
    for made in _endless(app, provider):
        told = os.stat(folder / "holds")
        if inode and told.st_ino != inode:
            break
        inode, size = told.st_ino, max(size, told.st_size)
        was_there = beside.exists()
        started = time.perf_counter()
        b"".join(app(made, lambda *_: None))  # type: ignore[arg-type]
        took = (time.perf_counter() - started) * 1e3
        during_now = was_there or beside.exists() or os.stat(folder / "holds").st_ino != inode
        (during if during_now else before).append(took)
    app.sandboxes.close()
    print(
        f"{MANY:,} messages, {size / 1e6:.0f} MB written anew as {told.st_size / 1e6:.0f} MB: "
        f"{len(during):,} calls, median {statistics.median(during):.2f} ms, "
        f"longest {max(during):.1f} ms; of {len(before):,} before: "
        f"median {statistics.median(before):.2f} ms, longest {max(before):.1f} ms"
    )


def _endless(app: App, provider: Provider) -> Iterator[Environ]:
    while True:
        yield from calls_of(app, provider, CALLS)


def main() -> None:
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if sys.argv[1:] else None) as folder:
        provider = list(find_providers().providers.values())[-1]
        measure_costs(Path(folder), provider)
        measure_holds(Path(folder), provider)


if __name__ == "__main__":
    main()
