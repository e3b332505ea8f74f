"""What every provider has in common, whatever it is: derived from its own specification.

So a new provider is tested without a word here. It needs an account in good condition, and an
unread message of that.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests

from mockserver.api.catalogue import REQUIRED
from tests.calls import KIRIM_RECEIPT, ValidCall, named
from tests.conftest import Server
from tests.derived import DERIVED, PROVIDERS, DerivedCall, accounts_of, call_answering, shapes_of

ROWS = [(id, row.name) for id, provider in PROVIDERS.items() for row in provider.errors]
ROW_NAMES = [f"{provider}-{name}" for provider, name in ROWS]
ADDRESSING: dict[str, Callable[[Server, ValidCall], requests.Response]] = {
    "root": lambda server, call: call.send(server.url),
    "prefix": lambda server, call: call.send(f"{server.url}/{call.provider}"),
    "host": lambda server, call: call.send(server.url, Host=call.host),
    "host-port": lambda server, call: call.send(server.url, Host=f"{call.host.upper()}:8080"),
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


def content_of(answer: requests.Response) -> Any:
    told = answer.headers["Content-Type"].partition(";")[0]
    return answer.json() if told == "application/json" else answer.text


@pytest.mark.parametrize("way", ADDRESSING)
@pytest.mark.parametrize("call", DERIVED, ids=named)
def test_valid_call_gets_a_declared_answer(server: Server, call: DerivedCall, way: str) -> None:
    answer = ADDRESSING[way](server, call)
    told = answer.status_code, answer.headers["Content-Type"], content_of(answer)
    assert shapes_of(call.specified[1], *told), told
    entry = last_entry(server)
    assert (entry["provider"], entry["operation"]) == (call.provider, call.operation)
    assert (entry["error"], entry["account"]) == (None, call.specified[2].label)


@pytest.mark.parametrize("call", DERIVED, ids=named)
def test_journal_tells_what_a_valid_call_is_about(server: Server, call: DerivedCall) -> None:
    call.send(server.url)
    changes = last_entry(server)["changes"]
    marks = call.specified[1].purpose.value == "mark_as_read"
    assert not marks or [each["message"] for each in changes if "read_at" in each]


@pytest.mark.parametrize("way", ADDRESSING)
@pytest.mark.parametrize("call", DERIVED, ids=named)
def test_wrong_method_is_the_providers_own_405(server: Server, call: DerivedCall, way: str) -> None:
    other = ValidCall(call.provider, call.operation, "PATCH", call.path, 405, call.host)
    answer = ADDRESSING[way](server, other)
    assert answer.status_code == 405
    assert call.method in answer.headers["Allow"].split(", ")
    assert last_entry(server)["error"] == "METHOD_NOT_ALLOWED"
    assert last_entry(server)["provider"] == call.provider


@pytest.mark.parametrize("provider", PROVIDERS)
def test_unknown_path_is_the_providers_own_404(server: Server, provider: str) -> None:
    by_prefix = requests.get(f"{server.url}/{provider}/no/such/path", timeout=5)
    host = {"Host": PROVIDERS[provider].hosts[0]}
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


@pytest.mark.sample(40)
@pytest.mark.parametrize(("provider", "name"), ROWS, ids=ROW_NAMES)
def test_every_row_is_injected_by_its_name(server: Server, provider: str, name: str) -> None:
    spec = PROVIDERS[provider].errors[name].spec
    rule_id = inject(server, match={"provider": provider}, fault={"type": "error", "error": name})
    answer = call_answering(provider, name).send(server.url)
    assert answer.status_code == spec.status
    assert str("" if spec.code is None else spec.code) in answer.text
    assert answer.headers["X-Mock-Fault"] == rule_id
    entry = last_entry(server)
    assert (entry["error"], entry["fault"]) == (name, rule_id)


@pytest.mark.parametrize(("provider", "name"), ROWS, ids=ROW_NAMES)
def test_every_row_says_when_whence_and_how_sure(provider: str, name: str) -> None:
    spec = PROVIDERS[provider].errors[name].spec
    assert spec.when
    assert spec.source
    assert spec.proof in ("seed", "docs", "sdk", "code", "inferred")


@pytest.mark.parametrize("call", DERIVED, ids=named)
def test_every_answer_names_its_journal_entry(server: Server, call: DerivedCall) -> None:
    answer = call.send(server.url)
    entry = last_entry(server)
    assert entry["id"] == answer.headers["X-Mock-Request-Id"]
    assert entry["response"]["status"] == answer.status_code
    assert entry["response"]["body"] == answer.text


@pytest.mark.parametrize("call", DERIVED, ids=named)
def test_journal_masks_secrets(server: Server, call: DerivedCall) -> None:
    call.send(server.url)
    shown = json.dumps(last_entry(server)["request"]["headers"])
    assert "****" in shown
    for secret in call.specified[2].credentials.values():
        assert secret is not None
        assert secret[4:-4] not in shown  # its beginning and its end may be told


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_condition_has_an_account_in_the_fixture(provider: str) -> None:
    conditions = {each.condition for each in accounts_of(PROVIDERS[provider]).values()}
    assert conditions >= {"good", *PROVIDERS[provider].account.conditions}


@pytest.mark.parametrize("call", DERIVED, ids=named)
def test_body_of_the_sample_is_what_the_specification_asks_for(call: DerivedCall) -> None:
    request = call.specified[1].request
    assert request is None or request.validate(call.full) == {}


@pytest.mark.parametrize("call", DERIVED, ids=named)
def test_every_operation_declares_what_the_server_itself_answers(call: DerivedCall) -> None:
    provider, operation, _ = call.specified
    assert {row.name for row in provider.rows_of(operation)} >= set(REQUIRED)
