"""What sandboxes cost, through the application in process.

1. Making one, of each kind; taking one with the default fixtures back: reset and restore.
2. The memory of 1,000 of each kind.
3. A call beside 1,000 sandboxes against one beside none, round by round.
4. Memory while 200 sandboxes are made, used for ten calls and deleted, again and again.

Run: python bench/sandboxes.py   (Linux: it reads /proc)
"""

import gc
import json
import os
import statistics
import subprocess
import sys
import time
from typing import Any

from call import Environ, environ, microseconds
from memory import resident_mb

from mockserver import create_app
from mockserver.web.flask_app import App

MANY = 1_000
ROUNDS, CALLS = 15, 1_000
CHURN_SANDBOXES, CHURN_CALLS, CHURN_ROUNDS = 200, 10, 50
PATH = "/_mock/sandboxes"
KINDS = ("accounts", "default")


def ask(app: App, method: str, path: str, body: Any = None) -> Any:
    """The JSON of an answer. Fails where it is none of success."""
    sent = b"" if body is None else json.dumps(body).encode()
    statuses: list[str] = []
    call = environ(path, {}, sent) | {"REQUEST_METHOD": method}
    text = b"".join(app(call, lambda status, *_: statuses.append(status)))  # type: ignore[arg-type]
    assert statuses[0].startswith("2"), (statuses, text[:200])
    return json.loads(text) if text else None


def milliseconds(app: App, method: str, path: str, body: Any = None) -> float:
    started = time.perf_counter()
    ask(app, method, path, body)
    return (time.perf_counter() - started) * 1000


def report(name: str, times: list[float]) -> None:
    print(f"{name:<34}{statistics.median(times):>7.2f} ms (min {min(times):.2f})")


def measure_times() -> None:
    app = create_app()
    for kind in KINDS:
        report(
            f"create, {kind}",
            [milliseconds(app, "POST", PATH, {"fixtures": kind}) for _ in range(300)],
        )
    made = ask(app, "POST", PATH, {"fixtures": "default"})["id"]
    ask(app, "POST", f"{PATH}/{made}/snapshot")
    for what in ("reset", "restore"):
        times = [milliseconds(app, "POST", f"{PATH}/{made}/{what}") for _ in range(300)]
        report(f"{what}, default", times)


def measure_memory(kind: str) -> None:
    """In a process of its own: ``python bench/sandboxes.py memory accounts``."""
    app = create_app()
    ask(app, "POST", PATH, {"fixtures": kind})
    gc.collect()
    before = resident_mb(os.getpid())
    for _ in range(MANY):
        ask(app, "POST", PATH, {"fixtures": kind})
    gc.collect()
    more = resident_mb(os.getpid()) - before
    print(f"{MANY:,} of kind {kind}: {more:.1f} MB more")


def receipt(sandbox: Any, message_id: str) -> Environ:
    """A KirimChat call of a sandbox about one of the seeded messages."""
    account = sandbox["providers"]["kirim"]["accounts"][0]
    number = account["numbers"][0]["phone_number_id"]
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": message_id}
    headers = {"Authorization": f"Bearer {account['api_key']}"}
    return environ(f"/v1/{number}/messages", headers, json.dumps(body).encode())


def measure_calls() -> None:
    few, many = create_app(), create_app()
    message_id = ask(few, "GET", f"{PATH}/default/messages")["messages"]
    unread = [each["id"] for each in message_id if each["provider"] == "kirim"]
    for _ in range(MANY):
        ask(many, "POST", PATH)
    apps = {app: ask(app, "POST", PATH, {"fixtures": "default"}) for app in (few, many)}
    chosen = unread[-1]
    ratios = []
    for _ in range(ROUNDS):
        one, other = (
            microseconds(app, [receipt(made, chosen) for _ in range(CALLS)], 200)
            for app, made in apps.items()
        )
        ratios.append(other / one)
    print(f"a call beside {MANY:,} sandboxes: {statistics.median(ratios):.3f} x")


def measure_churn() -> None:
    app = create_app()
    sizes = []
    for _ in range(CHURN_ROUNDS):
        made = [ask(app, "POST", PATH) for _ in range(CHURN_SANDBOXES)]
        for each in made:
            for _ in range(CHURN_CALLS):
                b"".join(app(receipt(each, "nobody"), lambda *_: None))  # type: ignore[arg-type]
        for each in made:
            ask(app, "DELETE", f"{PATH}/{each['id']}")
        sizes.append(resident_mb(os.getpid()))
    print(
        f"churn, after round 1, 5, {CHURN_ROUNDS}: "
        f"{sizes[0]:.1f}, {sizes[4]:.1f}, {sizes[-1]:.1f} MB"
    )


def main() -> None:
    measure_times()
    for kind in KINDS:
        subprocess.run([sys.executable, __file__, "memory", kind], check=True)
    measure_calls()
    measure_churn()


if __name__ == "__main__":
    if sys.argv[1:2] == ["memory"]:
        measure_memory(sys.argv[2])
    else:
        main()
