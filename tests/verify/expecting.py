"""Receipts of KirimChat in process, and what is expected of them."""

from typing import Any

from tests.calls import KIRIM, KIRIM_RECEIPT, RECEIPT, WAMID
from tests.conftest import STATE

VERIFY = f"{STATE}/verify"
PATH = KIRIM_RECEIPT.path


def call(
    client: Any, body: Any = None, path: str = PATH, headers: dict[str, str] | None = None
) -> str:
    """Mark the message read, or send another body, and give the id of the journal's entry."""
    sent = {**KIRIM, **(headers or {})}
    body = {**RECEIPT, "message_id": WAMID} if body is None else body
    how = {"data": body} if isinstance(body, str | bytes) else {"json": body}
    request_id: str = client.post(path, headers=sent, **how).headers["X-Mock-Request-Id"]
    return request_id


def verify(client: Any, expectation: dict[str, Any]) -> dict[str, Any]:
    """What the answer says, whose status says the same."""
    answer = client.post(VERIFY, json=expectation)
    assert answer.status_code in (200, 409), answer.text
    assert answer.json["ok"] is (answer.status_code == 200)
    told: dict[str, Any] = answer.json
    return told


def expect(client: Any, match: dict[str, Any], **more: Any) -> dict[str, Any]:
    return verify(client, {"match": match, **more})


def refuse(client: Any, expectation: Any) -> dict[str, str]:
    answer = client.post(VERIFY, json=expectation)
    assert answer.status_code == 400, answer.text
    error: dict[str, str] = answer.json["error"]
    return error
