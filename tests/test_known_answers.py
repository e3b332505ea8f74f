"""What the four providers answer, written out from their pages: beside the contract, which is
derived from the specifications themselves.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from tests.calls import (
    BY_PROVIDER,
    CALLS,
    D7_TOKEN,
    KALEYRA_KEY,
    KALEYRA_MESSAGE,
    KIRIM_KEY,
    WAMID,
    WAMID_ROW,
    ValidCall,
    named,
)
from tests.conftest import Server
from tests.derived import call_answering
from tests.nxcloud_signature import ACCESS_KEY
from tests.providers.injected_errors import ERRORS, PRINTED, REQUEST_ID
from tests.test_contract import ADDRESSING, comparable, inject, last_entry

ROWS = [(provider, name) for provider, rows in ERRORS.items() for name in rows]
ROW_NAMES = [f"{provider}-{name}" for provider, name in ROWS]
REPORTED = {
    "msg_id": "6d29d646-4e09-11ee-84f4-0242ac190006",
    "originator": "9190615xxxx",
    "recipient": "+9190617xxxx",
    "reference": {
        "cust_ref": "customerRef",
        **{f"message_tag{number}": "..." for number in range(1, 6)},
        "conversation_id": "...",
    },
    "conversation_type": "marketing",
    "message_type": "TEMPLATE",
    "template_id": "marketing",
    "waConvId": "db311b5709a13ac72c1bd9f293c68625",
    "status": "read",
    "reason": "Read by the user",
}
ANSWERS: dict[tuple[str, str], Any] = {
    ("d7", "mark_as_read"): "Message successfully marked as read",
    ("d7", "get_status"): {
        "messages": [REPORTED],
        "request_stage": "processed",
        "schedule_time": None,
    },
    ("kaleyra", "mark_as_read"): {
        "code": "WA202",
        "message": "Request Accepted",
        "data": {"message_id": KALEYRA_MESSAGE},
        "error": {},
    },
    ("nxcloud", "mark_as_read"): {"code": 0, "data": None, "message": "Request succeeded"},
    ("nxcloud", "typing_indicator"): {"code": 0, "data": None, "message": "Request successful"},
    ("kirim", "mark_as_read"): {
        "data": {
            "id": WAMID_ROW,
            "object": "message",
            "status": "read",
            "message_id": WAMID,
        }
    },
}


def read(server: Server, call: ValidCall) -> bool:
    """Whether the message that the provider's calls name has been read."""
    url = f"{server.state}/messages/{call.message_id}"
    return requests.get(url, timeout=5).json()["read_at"] is not None


@pytest.fixture(scope="module")
def described(shared_server: Server) -> dict[str, Any]:
    """By id, what the server says of every provider."""
    listed = requests.get(f"{shared_server.url}/_mock/providers", timeout=5).json()["providers"]
    return {each["id"]: each for each in listed}


@pytest.mark.parametrize("provider", BY_PROVIDER)
def test_every_operation_has_its_answer_here(described: dict[str, Any], provider: str) -> None:
    offered = {each["name"] for each in described[provider]["operations"]}
    assert {call.operation for call in CALLS if call.provider == provider} == offered
    assert {operation for id, operation in ANSWERS if id == provider} == offered


@pytest.mark.parametrize("way", ADDRESSING)
@pytest.mark.parametrize("call", CALLS, ids=named)
def test_answer_is_the_same_by_root_prefix_and_host(
    server: Server, call: ValidCall, way: str
) -> None:
    expected = (call.success, "application/json", ANSWERS[call.provider, call.operation])
    assert not read(server, call)
    answer = ADDRESSING[way](server, call)
    assert comparable(answer) == expected
    assert last_entry(server)["operation"] == call.operation
    assert read(server, call) == (call.operation != "get_status")


@pytest.mark.parametrize("provider", ERRORS)
def test_every_documented_error_is_written_out_here(
    described: dict[str, Any], provider: str
) -> None:
    assert {row["name"] for row in described[provider]["errors"]} == ERRORS[provider].keys()


@pytest.mark.parametrize(("provider", "name"), ROWS, ids=ROW_NAMES)
def test_every_documented_error_is_injected_by_its_name(
    server: Server, provider: str, name: str
) -> None:
    status, body = ERRORS[provider][name]
    rule_id = inject(server, match={"provider": provider}, fault={"type": "error", "error": name})
    answer = call_answering(provider, name).send(server.url)
    due = json.dumps(body).replace(REQUEST_ID, answer.headers["X-Mock-Request-Id"])
    # As text, because a page prints its members in an order.
    assert (answer.status_code, json.dumps(answer.json())) == (status, due)
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Mock-Fault"] == rule_id
    entry = last_entry(server)
    assert (entry["error"], entry["fault"]) == (name, rule_id)


@pytest.mark.parametrize(("provider", "name"), ROWS, ids=ROW_NAMES)
def test_row_that_a_page_prints_says_so(
    described: dict[str, Any], provider: str, name: str
) -> None:
    [row] = [each for each in described[provider]["errors"] if each["name"] == name]
    assert name not in PRINTED[provider] or row["proof"] in ("seed", "docs")
    assert row["status"] == ERRORS[provider][name][0]


@pytest.mark.parametrize("call", CALLS, ids=named)
def test_journal_masks_secrets(server: Server, call: ValidCall) -> None:
    call.send(server.url)
    shown = json.dumps(last_entry(server)["request"]["headers"])
    assert "****" in shown
    for secret in (D7_TOKEN, KALEYRA_KEY, KIRIM_KEY, ACCESS_KEY):
        assert secret[9:23] not in shown  # its beginning and its end may be told


@pytest.mark.parametrize("provider", BY_PROVIDER)
def test_fixtures_hold_enough_to_work_with(server: Server, provider: str) -> None:
    url = f"{server.state}/messages?provider={provider}"
    messages = requests.get(url, timeout=5).json()["messages"]
    conversations = {(each["business_number"], each["customer"]) for each in messages}
    assert len(messages) >= 40
    assert len(conversations) >= 6
    kinds = {each["type"] for each in messages}
    assert {"text", "image", "location", "contacts", "sticker", "reaction"} <= kinds
    assert kinds & {"button", "interactive"}
    states = {(each["direction"], each["read_at"] is not None) for each in messages}
    assert states == {("inbound", True), ("inbound", False), ("outbound", False)}


@pytest.mark.parametrize("provider", BY_PROVIDER)
def test_fixtures_hold_old_messages_read_and_unread(server: Server, provider: str) -> None:
    week_ago = (datetime.now(UTC) - timedelta(days=7)).isoformat()
    url = f"{server.state}/messages?provider={provider}&account=main&direction=inbound"
    messages = requests.get(url, timeout=5).json()["messages"]
    old = [each["read_at"] is not None for each in messages if each["received_at"] < week_ago]
    assert set(old) == {True, False}
