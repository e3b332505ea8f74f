"""A client of KirimChat in process that behaves as it is told, and what is said of it."""

from typing import Any

from mockserver.pipeline.keys import ANSWERS
from tests.calls import KIRIM, RECEIPT, WAMID
from tests.conftest import STATE, StillClock
from tests.faults.receipts import PATH, UPSTREAM, add
from tests.sandbox.worlds import ALL

SECOND = 1_000
NAMES = {
    "retry_after",
    "back_off",
    "hopeless_retry",
    "duplicate",
    "attempts",
    "idempotency_key",
    "foreign_secret",
}


def judge(client: Any, query: str = "", sandbox: str = "default") -> dict[str, dict[str, Any]]:
    """The verdicts by name."""
    answer = client.get(f"{ALL}/{sandbox}/verdicts{query}")
    assert answer.status_code == 200, answer.text
    found = {each["name"]: each for each in answer.json["verdicts"]}
    assert len(answer.json["verdicts"]) == len(NAMES)
    assert set(found) == NAMES
    return found


def not_ok(client: Any, query: str = "", sandbox: str = "default") -> set[str]:
    found = judge(client, query, sandbox)
    for each in found.values():
        assert each["ok"] == (not each["requests"]), each
    return {name for name, each in found.items() if not each["ok"]}


def undecided(client: Any, sandbox: str = "default") -> set[str]:
    return {name for name, each in judge(client, "", sandbox).items() if each["undecidable"]}


def send(client: Any, message_id: str = WAMID, **headers: str) -> str:
    """Mark a message read, or try to: the id of the journal's entry."""
    sent = KIRIM | {name.replace("_", "-"): value for name, value in headers.items()}
    return post(client, PATH, sent, {**RECEIPT, "message_id": message_id})


def post(client: Any, path: str, headers: dict[str, str], body: Any = None, **more: Any) -> str:
    """The id of the journal's entry. How the answer goes out is left to a server that is not there,
    so that nobody waits.
    """
    server: dict[str, list[Any]] = {ANSWERS: []}
    answer = client.post(path, headers=headers, json=body, environ_overrides=server, **more)
    return str(answer.headers["X-Mock-Request-Id"])


def newest_id(client: Any, sandbox: str = "default") -> str:
    [entry] = client.get(f"{ALL}/{sandbox}/requests?limit=1").json["requests"]
    return str(entry["id"])


def fail(client: Any, fault: dict[str, Any] = UPSTREAM, times: int = 1, **rule: Any) -> None:
    """Have the next so many calls fail."""
    add(client, fault, schedule={"times": times}, **rule)


def send_at(client: Any, clock: StillClock, *intervals: int, **headers: str) -> list[str]:
    """A call now, and one more after each interval in milliseconds."""
    ids = [send(client, **headers)]
    for interval in intervals:
        clock.advance(interval)
        ids.append(send(client, **headers))
    return ids


def customer_writes(client: Any) -> str:
    """The id of an unread message."""
    body = {"provider": "kirim", "from": "+628999000111", "text": "Halo"}
    answer = client.post(f"{STATE}/messages", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])
