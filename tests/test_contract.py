"""What every provider has in common, whatever it is."""

import json
from collections.abc import Callable
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
    KIRIM_RECEIPT,
    WAMID,
    ValidCall,
    named,
)
from tests.conftest import Server
from tests.nxcloud_signature import ACCESS_KEY
from tests.providers.injected_errors import ERRORS, PRINTED, REQUEST_ID

ROWS = [(provider, name) for provider, rows in ERRORS.items() for name in rows]
ROW_NAMES = [f"{provider}-{name}" for provider, name in ROWS]
ADDRESSING: dict[str, Callable[[Server, ValidCall], requests.Response]] = {
    "root": lambda server, call: call.send(server.url),
    "prefix": lambda server, call: call.send(f"{server.url}/{call.provider}"),
    "host": lambda server, call: call.send(server.url, Host=call.host),
    "host-port": lambda server, call: call.send(server.url, Host=f"{call.host.upper()}:8080"),
}


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
            "id": "msg_01HXYZABCDEFGHJKMNPQRSTVWX",
            "object": "message",
            "status": "read",
            "message_id": WAMID,
        }
    },
}


def comparable(response: requests.Response) -> tuple[int, str, Any]:
    """Status, content type and body, without the one value that differs from call to call."""
    body = response.json()
    if isinstance(body, dict):
        body.pop("request_id", None)
        if isinstance(body.get("error"), dict):
            body["error"].pop("request_id", None)
    return response.status_code, response.headers["Content-Type"], body


def inject(server: Server, **rule: Any) -> str:
    answer = requests.post(f"{server.state}/faults", json=rule, timeout=5)
    assert answer.status_code == 201, answer.text
    rule_id: str = answer.json()["id"]
    return rule_id


def last_entry(server: Server) -> dict[str, Any]:
    entries = requests.get(f"{server.state}/requests?limit=1", timeout=5).json()["requests"]
    entry: dict[str, Any] = entries[0]
    return entry


def read(server: Server, call: ValidCall) -> bool:
    """Whether the message that the provider's calls name has been read."""
    url = f"{server.state}/messages/{call.message_id}"
    return requests.get(url, timeout=5).json()["read_at"] is not None


def test_every_operation_has_a_valid_call_here(described: dict[str, Any]) -> None:
    offered = {(id, op["name"]) for id, each in described.items() for op in each["operations"]}
    assert {(call.provider, call.operation) for call in CALLS} == offered


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


@pytest.mark.parametrize("way", ADDRESSING)
@pytest.mark.parametrize("call", CALLS, ids=named)
def test_wrong_method_is_the_providers_own_405(server: Server, call: ValidCall, way: str) -> None:
    other = ValidCall(call.provider, call.operation, "PATCH", call.path, 405, call.host)
    answer = ADDRESSING[way](server, other)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == call.method
    assert last_entry(server)["error"] == "METHOD_NOT_ALLOWED"
    assert last_entry(server)["provider"] == call.provider


@pytest.mark.parametrize("provider", BY_PROVIDER)
def test_unknown_path_is_the_providers_own_404(server: Server, provider: str) -> None:
    by_prefix = requests.get(f"{server.url}/{provider}/no/such/path", timeout=5)
    host = {"Host": BY_PROVIDER[provider].host}
    by_host = requests.get(f"{server.url}/no/such/path", headers=host, timeout=5)
    assert by_prefix.status_code == 404
    assert comparable(by_host) == comparable(by_prefix)
    assert last_entry(server)["error"] == "NOT_FOUND"


def test_typo_in_a_prefix_names_the_nearest_route(server: Server) -> None:
    answer = requests.post(f"{server.url}/kirm{KIRIM_RECEIPT.path}", timeout=5)
    assert answer.status_code == 404
    assert "/kirim/v1/{phone_number_id}/messages" in answer.json()["error"]["nearest"]


def test_unknown_path_of_a_provider_is_explained_in_the_journal(server: Server) -> None:
    requests.post(f"{server.url}/kirim{KIRIM_RECEIPT.path[:-1]}", timeout=5)
    [entry] = requests.get(f"{server.state}/requests", timeout=5).json()["requests"]
    assert entry["because"].endswith("the nearest are /v1/{phone_number_id}/messages")


def test_unknown_path_at_the_root_names_the_nearest_routes(server: Server) -> None:
    answer = requests.post(f"{server.url}/whatsapp/v2/read-receipts/1", timeout=5)
    assert answer.status_code == 404
    assert "/whatsapp/v2/read-receipt/{message_id}" in answer.json()["error"]["nearest"]
    entry = last_entry(server)
    assert entry["id"] == answer.headers["X-Mock-Request-Id"]
    assert (entry["provider"], entry["because"]) == (None, "the path is no provider's")


@pytest.fixture(scope="session")
def described(shared_server: Server) -> dict[str, Any]:
    """By id, what the server says of every provider."""
    listed = requests.get(f"{shared_server.url}/_mock/providers", timeout=5).json()["providers"]
    return {each["id"]: each for each in listed}


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
    answer = BY_PROVIDER[provider].send(server.url)
    due = json.dumps(body).replace(REQUEST_ID, answer.headers["X-Mock-Request-Id"])
    # As text, because a page prints its members in an order.
    assert (answer.status_code, json.dumps(answer.json())) == (status, due)
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Mock-Fault"] == rule_id
    entry = last_entry(server)
    assert (entry["error"], entry["fault"]) == (name, rule_id)


@pytest.mark.parametrize(("provider", "name"), ROWS, ids=ROW_NAMES)
def test_every_row_says_when_whence_and_how_sure(
    described: dict[str, Any], provider: str, name: str
) -> None:
    [row] = [each for each in described[provider]["errors"] if each["name"] == name]
    assert row["when"]
    assert row["source"]
    assert row["proof"] in ("seed", "docs", "sdk", "inferred")
    assert name not in PRINTED[provider] or row["proof"] in ("seed", "docs")
    assert row["status"] == ERRORS[provider][name][0]


@pytest.mark.parametrize("call", CALLS, ids=named)
def test_every_answer_names_its_journal_entry(server: Server, call: ValidCall) -> None:
    answer = call.send(server.url)
    entry = last_entry(server)
    assert entry["id"] == answer.headers["X-Mock-Request-Id"]
    assert entry["response"]["status"] == answer.status_code
    assert entry["response"]["body"] == answer.text
    assert entry["account"] == "main"


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
