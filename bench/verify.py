"""How long expectations take over a journal of 10,000 calls, and what the index costs a call.

1. ``POST …/verify`` in process, answer included, for matches that all calls pass as far as what is
   kept beside the entries tells, so that each entry has to be looked into; the median of some, in
   time of the processor. No two calls have the same headers or the same body.
2. Writing a call down, and what of that finds its traits.
3. What 1,000 clients cost each call that wait for a match over that journal, none of which it is.

Run: python bench/verify.py
"""

import json
import statistics
import time
from collections.abc import Callable
from typing import Any

from mockserver import create_app
from mockserver.registry import find_providers
from mockserver.sandbox.traits import KnownTraits
from mockserver.verify.expectation import read_expectation
from mockserver.verify.trial import Trial
from mockserver.verify.watch import Watch

ENTRIES = 10_000
ROUNDS = 11
WAITING = 1_000
VERIFY = "/_mock/sandboxes/default/verify"
PATH = "/v1/106540352242922/messages"
WAMID = "wamid.HBgNNjI4MTIzNDU2Nzg5FQIAEhggMUE5MDM1QzVDMUYxQTAyRkVCNzZDQjVDMjFFRDQzNTUA"
HEADERS = {
    "Authorization": "Bearer kdv_live_TavbPKwIuqOr69ALEKLNennZ",
    "Content-Type": "application/json",
    "Accept": "*/*",
    "Accept-Encoding": "gzip, deflate",
    "User-Agent": "bench/1.0.0",
}
RECEIPT = {"messaging_product": "whatsapp", "status": "read", "message_id": WAMID}
KIRIM: dict[str, Any] = {"provider": "kirim", "operation": "mark_as_read", "account": "main"}
HEADER = {"user-agent": "bench/1.0.0"}
BODY = {"/status": "read", "/messaging_product": "whatsapp"}
MATCHES: dict[str, dict[str, Any]] = {
    "no condition": {"match": {}},
    "provider, operation, account, status": {"match": {**KIRIM, "status": 200}},
    "the same, never a 500": {"match": {**KIRIM, "status": 500}, "never": True},
    "message": {"match": {"message_id": WAMID}},
    "customer": {"match": {"customer": "+628123456789"}},
    "path": {"match": {"path": PATH}},
    "header": {"match": {"header": HEADER}},
    "body": {"match": {"body": BODY}},
    "body that none has": {"match": {"body": {"/status": "unread"}}},
    "header that none has": {"match": {"header": {"user-agent": "other"}}},
    "all of them": {
        "match": {**KIRIM, "message_id": WAMID, "path": PATH, "header": HEADER, "body": BODY}
    },
}


def fill(client: Any) -> None:
    for number in range(ENTRIES):
        headers = {**HEADERS, "X-Trace": f"trace-{number}"}
        client.post(PATH, headers=headers, data=json.dumps({**RECEIPT, "trace": number}))


def measure_matches(client: Any) -> None:
    for name, expectation in MATCHES.items():
        times = []
        for _ in range(ROUNDS):
            started = time.process_time()
            answer = client.post(VERIFY, json=expectation)
            times.append((time.process_time() - started) * 1000)
            assert answer.status_code == (409 if "none" in name else 200), answer.text
        print(f"{name:<40}{statistics.median(times):>8.1f} ms, at best {min(times):.1f}")


def measure_writing(app: Any) -> None:
    """The journal's part of a call, and of it what is too little to be seen in a whole call."""
    sandbox, caught = app.sandboxes.default, []
    record = sandbox.journal.record
    sandbox.journal.record = lambda *outcome: caught.append(outcome)
    app.test_client().post(PATH, headers=HEADERS, data=json.dumps(RECEIPT))
    del sandbox.journal.record
    known, values = KnownTraits(), tuple(sandbox.journal.traits()[0])
    print(f"writing a call down: {measure(lambda: record(*caught[0])):.2f} µs")
    print(f"finding its traits: {measure(lambda: known[values]):.2f} µs")


def measure(act: Callable[[], object]) -> float:
    """Microseconds that it takes."""
    times = []
    for _ in range(ROUNDS):
        started = time.process_time()
        for _ in range(ENTRIES):
            act()
        times.append((time.process_time() - started) / ENTRIES * 1e6)
    return statistics.median(times)


def measure_waiting(app: Any) -> None:
    sandbox, client = app.sandboxes.default, app.test_client()
    match = {**KIRIM, "message_id": "another", "body": BODY}
    trials = []
    for _ in range(WAITING):
        expectation = read_expectation({"match": match}, sandbox, find_providers().providers)
        trials.append(Trial([Watch(expectation)], sandbox, order=False))
    for trial in trials:
        trial.decide(0, over=False)
    client.post(PATH, headers=HEADERS, data=json.dumps(RECEIPT))
    started = time.process_time()
    for trial in trials:
        trial.decide(0, over=False)
    took = (time.process_time() - started) * 1000
    print(f"a call beside {WAITING:,} that wait for another one: {took:.1f} ms")


def main() -> None:
    app = create_app()
    client = app.test_client()
    fill(client)
    measure_matches(client)
    measure_writing(app)
    measure_waiting(app)


if __name__ == "__main__":
    main()
