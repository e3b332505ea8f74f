"""What is told of paths, of injected faults, and of calls that were answered well."""

import json
from typing import Any

import pytest
import requests

from tests.calls import (
    CALLS,
    D7,
    D7_RECEIPT,
    KALEYRA_RECEIPT,
    KIRIM,
    KIRIM_RECEIPT,
    ValidCall,
    named,
)
from tests.conftest import Server
from tests.explain.asking import codes, explain, failed

KEYS = {
    "request", "summary", "provider", "operation", "account", "checks", "findings", "advice",
    "fault",
}  # fmt: skip


def ask(server: Server, method: str, path: str, **how: Any) -> Any:
    answer = requests.request(method, server.url + path, timeout=5, **how)
    return explain(server.state, answer.headers["X-Mock-Request-Id"])


def test_near_route_of_a_provider(server: Server) -> None:
    told = ask(server, "POST", "/kirim/v1/106540352242922/message", headers=KIRIM)
    assert codes(told) == ["near_route"]
    assert told["findings"][0]["nearest"][0] == "POST /v1/{phone_number_id}/messages"
    assert failed(told)["name"] == "route"
    assert told["provider"] == "kirim"
    assert told["operation"] is None


def test_near_route_of_nobodys_path(server: Server) -> None:
    told = ask(server, "POST", "/api/wa/markMessageRead")
    assert codes(told) == ["near_route"]
    assert told["findings"][0]["nearest"][0] == "POST /api/wa/markMessageAsRead"
    assert failed(told)["came"] == "POST /api/wa/markMessageRead"
    assert told["provider"] is None


@pytest.mark.parametrize("sent", CALLS, ids=named)
def test_wrong_method(server: Server, sent: ValidCall) -> None:
    told = ask(server, "PUT", f"/{sent.provider}{sent.path}")
    assert codes(told) == ["wrong_method"]
    assert told["advice"] == [f"send it with {sent.method}"]


@pytest.mark.parametrize("base", ["", "/kirim", "/~{code}", "/~{code}/kirim"])
def test_missing_version(server: Server, base: str) -> None:
    made = requests.post(f"{server.url}/_mock/sandboxes", json={}, timeout=5).json()
    path = f"{base.format(code=made['code'])}/106540352242922/messages"
    requests.post(server.url + path, timeout=5)
    state = f"{server.url}/_mock/sandboxes/{made['id']}" if "code" in base else server.state
    told = explain(state)
    assert codes(told) == ["missing_version", "near_route"]
    requests.delete(f"{server.url}/_mock/sandboxes/{made['id']}", timeout=5).raise_for_status()


DOUBLED = (
    "/kirim/kirim/v1/106540352242922/messages",
    "/kirim/v1/v1/106540352242922/messages",
    "/v1/v1/106540352242922/messages",
    "/d7/kirim/v1/106540352242922/messages",
    "/kirim/https://api.kirim.chat/v1/106540352242922/messages",
    "/kirim/api.kirim.chat/v1/106540352242922/messages",
    "/nxcloud/api/wa/api/wa/markMessageAsRead",
    "/api/wa/api/wa/markMessageAsRead",
)


@pytest.mark.parametrize("path", DOUBLED)
def test_doubled_prefix(server: Server, path: str) -> None:
    assert codes(ask(server, "POST", path))[0] == "doubled_prefix"


def test_doubled_prefix_of_two_providers(server: Server) -> None:
    """Without the second it would be the first one's, which documents no such path."""
    told = ask(server, "POST", "/d7/kirim/v1/106540352242922/messages")
    assert "behind the base URL of D7 Networks" in told["findings"][0]["text"]
    assert "let the base URL be that of KirimChat, which ends with /kirim" in told["advice"]


def test_doubled_prefix_by_host(server: Server) -> None:
    headers = {"Host": "api.kirim.chat"}
    told = ask(server, "POST", "/kirim/v1/106540352242922/messages", headers=headers)
    assert codes(told)[0] == "doubled_prefix"
    assert told["recognised_by"]["provider"]["by"] == "host"


@pytest.mark.parametrize("base", ["", "/nxcloud"])
def test_not_emulated(server: Server, base: str) -> None:
    told = ask(server, "POST", f"{base}/api/wa/mt")
    assert codes(told) == ["not_emulated"]
    assert "send_message" in told["findings"][0]["text"]


def test_not_emulated_with_a_credential_of_nobodys(server: Server) -> None:
    told = ask(server, "POST", "/api/wa/mt", headers={"accessKey": "fnobody"})
    assert codes(told) == ["not_emulated"]
    assert told["recognised_by"]["sandbox"]["by"] == "unattributed"


def test_send_beside_a_receipt_is_not_emulated(server: Server) -> None:
    body = {"type": "text", "to": "+628111", "text": {"body": "Halo"}}
    told = ask(server, "POST", KIRIM_RECEIPT.path, headers=KIRIM, json=body)
    assert codes(told) == ["not_emulated"]


def test_very_long_path(server: Server) -> None:
    told = ask(server, "POST", "/kirim" + "/v1" * 300)
    assert "near_route" in codes(told)


@pytest.mark.parametrize("sent", CALLS, ids=named)
def test_call_that_was_answered_well(server: Server, sent: ValidCall) -> None:
    answer = sent.send(server.url)
    assert answer.status_code == sent.success
    told = explain(server.state)
    assert told.keys() >= KEYS
    assert told["request"] == answer.headers["X-Mock-Request-Id"]
    assert (told["provider"], told["operation"], told["account"]) == (
        sent.provider, sent.operation, "main",
    )  # fmt: skip
    assert {each["result"] for each in told["checks"]} == {"passed"}
    assert (told["findings"], told["advice"], told["fault"]) == ([], [], None)
    assert f"all {len(told['checks'])} checks passed" in told["summary"]
    assert {name: each["by"] for name, each in told["recognised_by"].items()} == {
        "provider": "credential" if sent.provider == "kirim" else "path",
        "sandbox": "credential",
        "account": "credential",
    }


def test_what_was_changed_is_told(server: Server) -> None:
    KIRIM_RECEIPT.send(server.url)
    assert "1 message was changed" in explain(server.state)["summary"]
    KIRIM_RECEIPT.send(server.url)
    assert "nothing had to be changed" in explain(server.state)["summary"]


def test_unmatched_note_is_told(server: Server) -> None:
    body = {"messaging_object": {"messaging_product": "whatsapp", "status": "read"}}
    body["messaging_object"]["message_id"] = "nobody"
    url = server.url + KALEYRA_RECEIPT.path
    requests.post(url, headers=KALEYRA_RECEIPT.headers, json=body, timeout=5)
    told = explain(server.state)
    assert "unmatched: 'nobody' is no message of the account" in told["summary"]
    assert {each["result"] for each in told["checks"]} == {"passed"}


def add_rule(server: Server, **rule: Any) -> str:
    answer = requests.post(f"{server.state}/faults", json=rule, timeout=5)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def test_injected_error(server: Server) -> None:
    fault = {"type": "error", "error": "LOW_BALANCE"}
    schedule = {"probability": 0.5}
    match = {"provider": "kaleyra", "account": "main"}
    rule = add_rule(server, name="poor", match=match, fault=fault, schedule=schedule, seed=1)
    while KALEYRA_RECEIPT.send(server.url).status_code != 400:
        pass
    told = explain(server.state)
    assert codes(told) == ["injected"]
    struck = told["fault"]
    entry = requests.get(f"{server.state}/requests/last", timeout=5).json()
    [hit] = entry["injected"]
    assert (struck["rule"], struck["name"], struck["type"]) == (rule, "poor", "error")
    assert (struck["draw"], struck["probability"]) == (hit["draw"], 0.5)
    assert struck["natural"] == {"status": 202, "error": None, "because": None}
    avoid = " ".join(struck["to_avoid"])
    for change in (
        "provider is not kaleyra",
        "account is not main",
        "another seed with which",
        "remove",
    ):
        assert change in avoid
    assert f"{hit['draw']:.6f}" in avoid
    assert {each["result"] for each in told["checks"]} == {"passed"}


def test_injected_beside_a_failed_check(server: Server) -> None:
    rule = add_rule(server, fault={"type": "reset"}, schedule={"times": 1})
    with pytest.raises(requests.ConnectionError):
        requests.post(server.url + D7_RECEIPT.path, timeout=5)
    told = explain(server.state)
    assert codes(told) == ["missing", "injected"]
    assert failed(told)["name"] == "token"
    assert told["fault"]["rule"] == rule
    natural = told["fault"]["natural"]
    assert natural["status"] == 401
    assert natural["error"] == "ACCESS_TOKEN_SIGNATURE_VERIFICATION_FAILED"
    assert "no Authorization header" in natural["because"]


def test_injected_by_the_calls_own_header(server: Server) -> None:
    KALEYRA_RECEIPT.send(server.url, **{"X-Mock-Fault": "error=LOW_BALANCE"})
    told = explain(server.state)
    assert codes(told) == ["injected"]
    assert told["fault"]["to_avoid"] == [
        "leave out the header X-Mock-Fault, by which the call asked for it"
    ]


def test_injected_by_a_rule_that_is_gone(server: Server) -> None:
    add_rule(server, fault={"type": "latency", "ms": 1})
    answer = D7_RECEIPT.send(server.url)
    requests.delete(f"{server.state}/faults", timeout=5).raise_for_status()
    told = explain(server.state, answer.headers["X-Mock-Request-Id"])
    assert codes(told) == ["injected"]
    assert told["fault"]["natural"]["status"] == 200


SCHEDULES: dict[str, tuple[dict[str, Any], str]] = {
    "skip": ({}, "a skip of at least 1"),
    "times": ({"times": 1}, "after which the rule is spent"),
    "every": ({"every": 1}, "another turn: call 1 is one that every names"),
    "ordinals": ({"ordinals": [1]}, "one that ordinals names"),
    "sequence": ({"sequence": "F."}, "one that sequence names"),
    "until": ({"until": "PT1H"}, "a call after PT1H"),
    "from": ({"from": "PT0S"}, "a call before PT0S"),
}


@pytest.mark.parametrize(("schedule", "expected"), SCHEDULES.values(), ids=SCHEDULES)
def test_what_would_have_spared_the_call(
    server: Server, schedule: dict[str, Any], expected: str
) -> None:
    add_rule(server, fault={"type": "empty"}, schedule=schedule)
    with pytest.raises(requests.ConnectionError):
        D7_RECEIPT.send(server.url)
    assert expected in " ".join(explain(server.state)["fault"]["to_avoid"])


def test_every_error_is_explained_as_it_was_answered(server: Server) -> None:
    """Whatever a rule injects: the catalogue's words stand beside it."""
    for error in ("INVALID_API_KEY", "WHATSAPP_UPSTREAM_ERROR", "IDEMPOTENCY_CONFLICT"):
        KIRIM_RECEIPT.send(server.url, **{"X-Mock-Fault": f"error={error}"})
        told = explain(server.state)
        assert told["error"]["name"] == error
        assert told["error"]["source"]


def test_refused_fault_header_is_no_check(server: Server) -> None:
    answer = KIRIM_RECEIPT.send(server.url, **{"X-Mock-Fault": "nonsense"})
    assert answer.status_code == 400
    told = explain(server.state)
    assert {each["result"] for each in told["checks"]} == {"not_reached"}
    assert "nonsense" in told["summary"]


def test_body_that_is_too_large(server: Server) -> None:
    requests.post(server.url + KIRIM_RECEIPT.path, headers=KIRIM, data=b"x" * 2_000_000, timeout=5)
    told = explain(server.state)
    check = failed(told)
    assert (check["name"], check["expected"], check["came"]) == (
        "body_size",
        "1 MiB at most",
        "more",
    )


def test_unattributed_call(server: Server) -> None:
    told = ask(server, "POST", KIRIM_RECEIPT.path, headers={"Authorization": "Bearer kdv_live_x"})
    assert told["recognised_by"]["sandbox"]["by"] == "unattributed"
    told = ask(server, "POST", "/~00000000/kirim/v1/1/messages")
    assert "no sandbox has the code" in told["summary"]
    assert codes(told) == ["unknown_sandbox"]
    assert told["provider"] is None


def test_last_is_an_id(server: Server) -> None:
    assert requests.get(f"{server.state}/requests/last", timeout=5).status_code == 404
    assert requests.get(f"{server.state}/requests/last/explain", timeout=5).status_code == 404
    answer = requests.get(server.url + "/d7/x", headers=D7, timeout=5)
    entry = requests.get(f"{server.state}/requests/last", timeout=5).json()
    assert entry["id"] == answer.headers["X-Mock-Request-Id"] == explain(server.state)["request"]


@pytest.mark.parametrize("path", ["/requests/req_0/explain", "/requests/nobody/explain"])
def test_unknown_request(server: Server, path: str) -> None:
    answer = requests.get(server.state + path, timeout=5)
    assert answer.status_code in (400, 404)
    assert answer.json()["error"]["hint"]


def test_entries_stay_as_they_were(server: Server) -> None:
    """What is kept to explain a call is no part of its entry."""
    requests.post(server.url + KIRIM_RECEIPT.path, timeout=5)
    entry = requests.get(f"{server.state}/requests/last", timeout=5).json()
    assert "failed" not in entry
    assert entry["because"] == (
        "expected 'Bearer <token of an account>', came no Authorization header"
    )
    assert json.dumps(entry).count("because") == 1
