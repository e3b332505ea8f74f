"""Verdict idempotency_key: kept on a retry, changed for other work."""

import json
from typing import Any

import pytest

from tests.calls import KIRIM, RECEIPT, WAMID
from tests.conftest import StillClock
from tests.faults.receipts import PATH
from tests.verdicts.behaviour import fail, judge, newest_id, not_ok, send

LOST = {"type": "reset"}


def test_kept_on_a_retry(client: Any) -> None:
    fail(client, LOST, when="after")
    fail(client)
    for _ in range(3):
        send(client, Idempotency_Key="one")
    assert judge(client)["idempotency_key"]["ok"]


@pytest.mark.parametrize(
    ("headers", "how"),
    [({"Idempotency_Key": "two"}, "with another"), ({}, "without the")],
    ids=["another", "none"],
)
@pytest.mark.parametrize(
    "fault",
    [LOST, {"type": "gateway"}, {"type": "error", "error": "RATE_LIMIT_EXCEEDED"}],
    ids=["lost", "502", "429"],
)
def test_not_kept_on_a_retry(
    client: Any, fault: dict[str, Any], headers: dict[str, str], how: str
) -> None:
    fail(client, fault, when="after")
    ids = [send(client, Idempotency_Key="one"), send(client, **headers)]
    found = judge(client)["idempotency_key"]
    assert not found["ok"]
    assert found["requests"] == ids
    assert found["text"] == f"mark_as_read of kirim was tried again {how} Idempotency-Key"


def test_calls_without_keys_say_nothing(client: Any) -> None:
    fail(client, LOST, when="after")
    for message_id in (WAMID, WAMID, "wamid.other"):
        send(client, message_id)
    assert judge(client)["idempotency_key"]["ok"]


@pytest.mark.parametrize("status", [400, 403, 404, 409, 422])
def test_another_key_after_a_refusal_is_as_good(client: Any, status: int) -> None:
    fail(client, {"type": "status", "status": status})
    send(client, Idempotency_Key="one")
    send(client, Idempotency_Key="two")
    assert judge(client)["idempotency_key"]["ok"]


def test_changed_for_other_work(client: Any) -> None:
    send(client, Idempotency_Key="one")
    send(client, "wamid.other", Idempotency_Key="two")
    assert judge(client)["idempotency_key"]["ok"]


def test_not_changed_for_other_work(client: Any) -> None:
    """Even if the server has forgotten it by then, and does not refuse it."""
    fail(client, times=2)
    ids = [send(client, each, Idempotency_Key="one") for each in (WAMID, "wamid.other")]
    found = judge(client)["idempotency_key"]
    assert not found["ok"]
    assert found["requests"] == ids
    told = "mark_as_read of kirim was called with the Idempotency-Key of another call"
    assert found["text"] == told


def test_same_json_is_the_same_work(client: Any, clock: StillClock) -> None:
    """However it is written, and the provider sees it so too."""
    content = {**RECEIPT, "message_id": WAMID}
    written = [
        json.dumps(content),
        json.dumps(content, indent=1),
        json.dumps(dict(reversed(content.items()))),
    ]
    headers = {**KIRIM, "Idempotency-Key": "one"}
    answers = [client.post(PATH, headers=headers, data=body) for body in written]
    assert {each.status_code for each in answers} == {200}
    assert not_ok(client) == set()
    answer = client.post(PATH, headers=headers, data=f"{written[0]}?")
    assert answer.status_code == 422
    assert newest_id(client) in judge(client)["idempotency_key"]["requests"]


def test_deep_bodies_are_compared_without_harm(client: Any) -> None:
    for blank in ("", " "):
        body = "[" * 900 + blank + "]" * 900
        client.post(PATH, headers={**KIRIM, "Idempotency-Key": "one"}, data=body)
    judge(client)


def test_each_account_has_keys_of_its_own(client: Any) -> None:
    accounts = client.get("/_mock/sandboxes/default").json["providers"]["kirim"]["accounts"]
    for account in accounts:
        headers = {"Authorization": f"Bearer {account['api_key']}"}
        path = f"/v1/{account['numbers'][0]['phone_number_id']}/messages"
        body = {**RECEIPT, "message_id": f"wamid.{account['label']}"}
        client.post(path, headers=headers | {"Idempotency-Key": "one"}, json=body)
    assert len(accounts) > 1
    assert judge(client)["idempotency_key"]["ok"]
