"""What a sandbox's clock and its jobs cost, in process.

1. A call by the machine's time, by a clock of the sandbox's own, and beside rules that wait for
   their time, as ratios within one run.
2. How long it takes to move a clock on over the begin and the end of 2,000 rules.

Run: python bench/clock.py
"""

import statistics
import time
from typing import Any

from call import CALLS, ROUNDS, microseconds, receipt_of, receipts

from mockserver import create_app
from mockserver.pipeline.plan import MOST_RULES
from mockserver.registry import find_providers

CLOCK = "/_mock/sandboxes/default/clock"
RULES = "/_mock/sandboxes/default/faults"
NOTHING: dict[str, Any] = {"fault": {"type": "latency", "ms": 0}, "seed": 1}


def make_app(clock: dict[str, Any] | None = None, waiting: int = 0) -> Any:
    app = create_app()
    rule = NOTHING | {"schedule": {"from": "P1D"}}
    app.test_client().put(RULES, json={"faults": [rule] * waiting})
    if clock is not None:
        app.test_client().put(CLOCK, json=clock)
    return app


def compare_calls() -> None:
    provider = next(iter(find_providers().providers.values()))
    apps = {
        "by the machine's time": make_app(),
        "by a clock that stands": make_app({"now": "2027-03-01T00:00:00Z"}),
        "by a clock at a rate": make_app({"rate": 3.7}),
        f"beside {MOST_RULES:,} that wait": make_app(waiting=MOST_RULES),
    }
    [message] = apps["by the machine's time"].sandboxes.default.messages.all(
        provider=provider.id, direction="inbound", read_at=None
    )[-1:]
    took: dict[str, list[float]] = {name: [] for name in apps}
    for _ in range(ROUNDS):
        for name, app in apps.items():
            calls = receipts(app, provider, [message] * CALLS)
            took[name].append(microseconds(app, calls, receipt_of(provider).success))
    first, *_ = took.values()
    print(f"{'a call':<28}{'time':>9}{'ratio':>8}")
    for name, times in took.items():
        ratio = statistics.median(a / b for a, b in zip(times, first, strict=True))
        print(f"{name:<28}{statistics.median(times):>6.1f} µs{ratio:>8.2f}")


def move_over_jobs() -> float:
    """Milliseconds."""
    client = create_app().test_client()
    rule = NOTHING | {"schedule": {"from": "PT1H", "until": "PT2H"}}
    client.put(RULES, json={"faults": [rule] * MOST_RULES})
    started = time.perf_counter()
    answer = client.put(CLOCK, json={"advance": "P1D"})
    took = (time.perf_counter() - started) * 1_000
    assert answer.json == {**(answer.json or {}), "next_job": None}
    return took


def main() -> None:
    compare_calls()
    took = statistics.median(move_over_jobs() for _ in range(ROUNDS))
    jobs = 2 * MOST_RULES
    print(f"\n{jobs:,} jobs on the way: {took:.0f} ms, {took / jobs * 1_000:.1f} µs each")


if __name__ == "__main__":
    main()
