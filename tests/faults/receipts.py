"""Receipts of KirimChat in process, rules that strike them, and what is told of both."""

import json
from typing import Any

from tests.calls import BY_PROVIDER, KIRIM, KIRIM_RECEIPT, RECEIPT, WAMID
from tests.conftest import STATE

PATH = KIRIM_RECEIPT.path
BODY = {**RECEIPT, "message_id": WAMID}
CALL = BY_PROVIDER["kirim"]
UPSTREAM = {"type": "error", "error": "WHATSAPP_UPSTREAM_ERROR"}
NOTHING = {"type": "latency", "ms": 0}


def add(client: Any, fault: dict[str, Any], **rule: Any) -> str:
    answer = client.post(f"{STATE}/faults", json={"fault": fault, **rule})
    assert answer.status_code == 201, answer.text
    rule_id: str = answer.json["id"]
    return rule_id


def call(client: Any, **headers: str) -> Any:
    sent = KIRIM | {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(PATH, headers=sent, json=BODY)


def newest(client: Any) -> dict[str, Any]:
    [entry] = client.get(f"{STATE}/requests?limit=1").json["requests"]
    found: dict[str, Any] = entry
    return found


def is_read(client: Any) -> bool:
    return client.get(f"{STATE}/messages/{WAMID}").json["read_at"] is not None


def lines(client: Any) -> list[dict[str, Any]]:
    text = client.get(f"{STATE}/faults/transcript").text
    return [json.loads(line) for line in text.splitlines()]
