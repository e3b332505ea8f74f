"""What a page of messages takes with 100,000 in the sandbox, during which nobody else is answered.

Run: python bench/messages.py
"""

import time
from typing import Any

from mockserver import create_app
from mockserver.api.message import Message

COUNT = 100_000
BATCH = 1_000
TRIES = 5
QUERIES = {
    "10,000, the first page": "",
    "10,000, a later page": "after=wamid.50000",
    "10,000 unread ones, of every second": "unread=true",
    "100, a later page": "limit=100&after=wamid.50000",
    "those of one customer": "customer=62123",
    "those of another provider": "provider=d7",
    "none": "customer=%2B6200000000",
}


def fill(sandbox: Any) -> None:
    now = sandbox.now()
    for first in range(0, COUNT, BATCH):
        changes = []
        for place in range(first, first + BATCH):
            message = Message(
                id=f"wamid.{place}",
                provider="kirim",
                account="main",
                direction="inbound",
                business_number="+628111222333",
                customer=f"+62{place % 5_000}",
                type="text",
                content='{"body":"Halo"}',
                received_at=now + place,
                sequence=0,
                read_at=now if place % 2 else None,
            )
            changes.append(sandbox.messages.draft(message))
        sandbox.change(changes)


def main() -> None:
    app = create_app()
    fill(app.sandboxes.default)
    client = app.test_client()
    for name, query in QUERIES.items():
        times = []
        for _ in range(TRIES):
            started = time.perf_counter()
            answer = client.get(f"/_mock/sandboxes/default/messages?{query}")
            times.append((time.perf_counter() - started) * 1000)
        count = len((answer.json or {})["messages"])
        print(f"{name:<38}{count:>7,} messages{min(times):>8.1f} ms, the first {times[0]:.1f} ms")


if __name__ == "__main__":
    main()
