"""What giving all verdicts takes over a journal of 10,000 calls, during which nobody is answered.

Calls of all four providers, a tenth of them struck by faults: first each about a message of its
own, then all the same few again and again, then beside 1,000 sandboxes with ten calls each; and at
last in one of these. It is the processor's time: nothing is waited for.

Run: python bench/verdicts.py
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from mockserver import create_app
from tests.calls import BY_PROVIDER

CALLS = 10_000
SANDBOXES = 1_000
TRIES = 7
ADMIN = "/_mock/sandboxes"
RULE = {"fault": {"type": "error", "error": "INTERNAL_ERROR"}, "schedule": {"every": 10}}


def make_calls(client: Any, count: int, messages: int) -> None:
    calls = [each for each in BY_PROVIDER.values() if each.message_id]
    for place in range(count):
        call = calls[place % len(calls)]
        message_id = f"{call.message_id[:-6]}{place % messages:06d}"
        path = call.path.replace(call.message_id, message_id)
        body = call.body.replace(call.message_id.encode(), message_id.encode())
        headers = call.headers | call.signature(body)
        client.open(path, method=call.method, headers=headers, data=body)


def measure(name: str, client: Any, sandbox: str = "default") -> None:
    times = []
    for _ in range(TRIES):
        started = time.process_time()
        answer = client.get(f"{ADMIN}/{sandbox}/verdicts")
        times.append((time.process_time() - started) * 1_000)
    found: Any = answer.json
    wrong = [each["name"] for each in found["verdicts"] if not each["ok"]]
    print(f"{name:<34}{min(times):>8.1f} ms, the first {times[0]:.1f} ms; not ok: {wrong}")


def main() -> None:
    for name, messages in (("messages of their own", CALLS), ("few messages", 8)):
        client = create_app().test_client()
        client.post(f"{ADMIN}/default/faults", data=json.dumps(RULE))
        make_calls(client, CALLS, messages)
        measure(name, client)
    for _ in range(SANDBOXES):
        made: Any = client.post(ADMIN, json={}).json
        kirim = made["providers"]["kirim"]
        path = f"/v1/{kirim['accounts'][0]['numbers'][0]['phone_number_id']}/messages"
        key = {"Authorization": f"Bearer {kirim['accounts'][0]['api_key']}"}
        for _ in range(10):
            client.post(path, headers=key, json={"message_id": "wamid.1"})
    measure(f"beside {SANDBOXES} sandboxes", client)
    measure("in one of these", client, made["id"])


if __name__ == "__main__":
    main()
