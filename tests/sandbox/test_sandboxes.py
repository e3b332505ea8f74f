"""Sandboxes made, listed, shown, deleted and taken back; what is refused, and the bounds."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import NOW, StillClock
from tests.sandbox.worlds import (
    ALL,
    PROVIDERS,
    assert_refused,
    listed,
    make,
    mark,
    show,
    write,
)

LATENCY = {"fault": {"type": "latency", "ms": 1}, "seed": 7}


def test_answer_of_create_is_the_document_that_get_shows(client: Any) -> None:
    document = make(client, id="mine", seed=7, ttl="PT10M")
    assert document == show(client, "mine")
    assert set(document) == {
        "id", "code", "created_at", "last_call_at", "ttl", "seed", "providers",
    }  # fmt: skip
    assert (document["id"], document["seed"], document["ttl"]) == ("mine", 7, "PT10M")
    assert (document["created_at"], document["last_call_at"]) == ("2026-11-21T06:00:00Z", None)
    assert re.fullmatch("[0-9]{8}", document["code"])


def test_default_has_no_code_and_its_usual_base_urls(client: Any) -> None:
    document = show(client, "default")
    assert (document["code"], document["ttl"]) == (None, None)
    assert document["providers"]["d7"]["base_url"] == "http://localhost/d7"


def test_base_urls_of_a_made_sandbox_hold_its_code(client: Any) -> None:
    document = make(client)
    urls = {name: each["base_url"] for name, each in document["providers"].items()}
    assert urls == {name: f"http://localhost/~{document['code']}/{name}" for name in PROVIDERS}


def test_without_a_body_a_sandbox_is_made_up(client: Any) -> None:
    document = client.post(ALL).json
    assert document["id"] == f"sandbox-{document['code']}"
    assert re.fullmatch(r"[a-z0-9._-]{1,64}", document["id"])


@pytest.mark.parametrize("sandbox_id", ["a", "x" * 64, "0.9_z-", "-", "_"])
def test_id_may_be_of_lower_case_letters_digits_and_three_signs(
    client: Any, sandbox_id: str
) -> None:
    assert make(client, id=sandbox_id)["id"] == sandbox_id
    assert show(client, sandbox_id)["id"] == sandbox_id


@pytest.mark.parametrize(
    "sandbox_id", ["", "x" * 65, "Mine", "a b", "a/b", "ä", "a\n", "a%", 7, None, ["a"], {}]
)
def test_another_id_is_refused(client: Any, sandbox_id: Any) -> None:
    before = listed(client)
    assert_refused(client.post(ALL, json={"id": sandbox_id}), 400, "bad_sandbox", "id: ")
    assert listed(client) == before


@pytest.mark.parametrize("sandbox_id", ["mine", "default"])
def test_taken_id_is_409(client: Any, sandbox_id: str) -> None:
    make(client, id="mine")
    answer = client.post(ALL, json={"id": sandbox_id})
    assert_refused(answer, 409, "sandbox_exists", sandbox_id, "leave it out")


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ({"fixture": "default"}, "there are credentials, faults, fixtures, id, "),
        ({"fixtures": "all"}, "came 'all'"),
        ({"fixtures": None}, "fixtures"),
        ({"fixtures": []}, "came []"),
        ({"fixtures": {"d8": {}}}, "there are d7, "),
        ({"fixtures": {"d7": {}}}, "fixtures.d7.accounts: missing"),
        ({"fixtures": {"d7": {"accounts": 7, "conversations": []}}}, "fixtures.d7.accounts"),
        ({"fixtures": {"d7": []}}, "fixtures.d7"),
        ({"seed": -1}, "expected a whole number from 0 to"),
        ({"seed": 1.5}, "came 1.5"),
        ({"seed": True}, "came True"),
        ({"seed": "1"}, "came '1'"),
        ({"seed": 2**60}, "seed"),
        ({"ttl": "10 minutes"}, "came '10 minutes'"),
        ({"ttl": 600}, "ISO 8601"),
        ({"ttl": "PT0S"}, "PT10M"),
        ({"scenario": 7}, "scenario"),
        ({"faults": {}}, "faults"),
        ({"switches": []}, "switches"),
        ({"switches": {"d7": 7}}, "switches"),
        ({"switches": {"d7": {"body": "text"}}}, "there are read_receipt_body"),
        ({"switches": {"d7": {"read_receipt_body": "xml"}}}, "came 'xml'"),
        ({"switches": {"d7": {"read_receipt_body": ["text"]}}}, "came ['text']"),
        ({"credentials": "all"}, "came 'all'"),
        ({"credentials": True}, "credentials"),
        ({"snapshot": "x"}, "snapshot"),
    ],
)
def test_wrong_wish_is_refused_and_nothing_is_made(
    client: Any, wish: dict[str, Any], told: str
) -> None:
    before = listed(client)
    assert_refused(client.post(ALL, json=wish), 400, "bad_sandbox", told)
    assert listed(client) == before


@pytest.mark.parametrize(
    ("wish", "code", "told"),
    [
        ({"switches": {"d8": {}}}, "unknown_provider", "d8"),
        ({"scenario": "storm"}, "scenario_not_found", "storm"),
        ({"faults": [LATENCY, {"fault": {"type": "fire"}}]}, "unknown_fault", "faults[1]"),
        (
            {"faults": [{**LATENCY, "match": {"account": "nobody"}}]},
            "unknown_account",
            "faults[0]",
        ),
    ],
)
def test_name_that_is_nobodys_is_refused_with_those_that_there_are(
    client: Any, wish: dict[str, Any], code: str, told: str
) -> None:
    before = listed(client)
    assert_refused(client.post(ALL, json=wish), 400, code, told, "there are")
    assert listed(client) == before


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b"null", b'"x"', b'{"seed": NaN}', b'{"id": "\\ud800"}', b"\xff"]
)
def test_body_that_is_no_json_object_is_refused(client: Any, body: bytes) -> None:
    answer = client.post(ALL, data=body)
    assert_refused(answer, 400, "bad_json", "send a JSON object")


@pytest.mark.parametrize("key", ["fixtures", "faults", "snapshot", "switches", "credentials"])
def test_deep_json_is_refused(client: Any, key: str) -> None:
    deep = b"[" * 500 + b"]" * 500
    value = {"faults": deep, "snapshot": b'{"a": %b}' % deep}.get(key, deep)
    answer = client.post(ALL, data=b'{"%b": %b}' % (key.encode(), value))
    assert answer.status_code == 400
    assert set(answer.json["error"]) == {"code", "message", "hint"}
    assert len(answer.text) < 1_000


def test_list_shows_ids_times_and_counts_and_nothing_secret(client: Any, clock: StillClock) -> None:
    document = make(client, id="mine")
    clock.advance(1_500)
    mark(client, document, "d7", write(client, "mine", "d7"))
    assert listed(client)["mine"] == {
        "id": "mine",
        "code": document["code"],
        "created_at": "2026-11-21T06:00:00Z",
        "last_call_at": "2026-11-21T06:00:01.500Z",
        "calls": 1,
        "messages": 1,
    }
    assert show(client, "mine")["last_call_at"] == "2026-11-21T06:00:01.500Z"
    assert clock.now() == NOW + 1_500


def test_list_is_in_order_of_making(client: Any) -> None:
    made = [make(client, id=name)["id"] for name in ("z", "a", "m")]
    assert list(listed(client)) == ["default", *made]


def test_deleted_sandbox_is_gone_and_its_id_free(client: Any) -> None:
    make(client, id="mine")
    assert client.delete(f"{ALL}/mine").status_code == 204
    assert "mine" not in listed(client)
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/reset"), ("GET", "/messages")):
        answer = client.open(f"{ALL}/mine{path}", method=method)
        assert_refused(answer, 404, "sandbox_not_found", "mine")
    make(client, id="mine")


def test_default_cannot_be_deleted(client: Any) -> None:
    assert_refused(client.delete(f"{ALL}/default"), 409, "sandbox_needed", "reset")
    assert "default" in listed(client)


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_what_a_sandbox_is_not_there_for_is_405(client: Any, method: str) -> None:
    answer = client.open(f"{ALL}/default", method=method)
    assert_refused(answer, 405, "method_not_allowed", "GET, DELETE")
    assert answer.headers["Allow"] == "GET, DELETE"


def test_one_sandbox_more_than_allowed_is_429(make_client: Callable[..., Any]) -> None:
    client = make_client(max_sandboxes=2)
    make(client, id="a")
    make(client, id="b")
    answer = client.post(ALL, json={})
    assert_refused(answer, 429, "too_many_sandboxes", "2", "--max-sandboxes", "ttl")
    client.delete(f"{ALL}/a")
    make(client, id="c")
    assert list(listed(client)) == ["default", "b", "c"]


def test_no_sandbox_at_all_may_be_allowed(make_client: Callable[..., Any]) -> None:
    client = make_client(max_sandboxes=0)
    assert_refused(client.post(ALL), 429, "too_many_sandboxes", "--max-sandboxes")


def test_id_that_the_server_makes_up_is_never_a_taken_one(client: Any) -> None:
    """Not even where a snapshot brings the code that the id is made of."""
    document = make(client, id="mine")
    snapshot = show(client, "mine", "/snapshot")
    client.delete(f"{ALL}/mine")
    taken = make(client, id=f"sandbox-{document['code']}")
    answer = client.post(ALL, json={"snapshot": snapshot})
    assert answer.status_code == 201
    assert answer.json["id"] != taken["id"]
    assert show(client, taken["id"]) == taken
