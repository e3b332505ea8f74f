"""Whom a rule is about: every key of ``match``, and what is refused."""

from typing import Any

import pytest

from tests.calls import (
    BY_PROVIDER,
    KIRIM,
    KIRIM_KEY,
    KIRIM_NUMBER_ID,
    KIRIM_RECEIPT,
    RECEIPT,
    WAMID,
)
from tests.conftest import STATE

RULES = f"{STATE}/faults"
PATH = KIRIM_RECEIPT.path
INBOUND = WAMID
OUTBOUND = "wamid.HBgMNDQ3OTExMjA4MzY0FQIAERgSRUZDQTU0NTMyRkZBMjcyOURFAA=="
MAIN = KIRIM_KEY
OTHER_ORG = "kdv_live_0therOrgqOr69ALEKLNoth1x"
EXPIRED = "kdv_live_ExpRd0wIuqOr69ALEKLNexp1"


def receipt(message_id: str = INBOUND) -> dict[str, Any]:
    return {**RECEIPT, "message_id": message_id}


def strikes(
    client: Any, match: dict[str, Any], path: str = PATH, body: Any = None, **headers: str
) -> bool:
    """Whether a rule of that match strikes this call to KirimChat."""
    rule = {"match": match, "fault": {"type": "latency", "ms": 0}}
    added = client.post(RULES, json=rule)
    assert added.status_code == 201, added.text
    sent = KIRIM | {name.replace("_", "-"): value for name, value in headers.items()}
    answer = client.post(path, headers=sent, json=receipt() if body is None else body)
    return bool(answer.headers.get("X-Mock-Fault") == added.json["id"])


@pytest.mark.parametrize(
    ("direction", "message_id", "hit"),
    [
        ("inbound", INBOUND, True),
        ("outbound", INBOUND, False),
        ("inbound", OUTBOUND, False),
        ("outbound", OUTBOUND, True),
        ("inbound", "wamid.nobody", False),
        ("outbound", "wamid.nobody", False),
    ],
)
def test_direction_is_that_of_the_message_named(
    client: Any, direction: str, message_id: str, hit: bool
) -> None:
    assert strikes(client, {"direction": direction}, body=receipt(message_id)) is hit


@pytest.mark.parametrize(
    ("customer", "message_id", "hit"),
    [
        ("+628123456789", INBOUND, True),
        ("628123456789", INBOUND, True),
        ("+447911208364", INBOUND, False),
        ("+447911208364", OUTBOUND, True),
        ("+628111222333", INBOUND, False),
        ("+628123456789", "wamid.nobody", False),
        ("8123456789", INBOUND, False),
    ],
)
def test_customer_is_that_of_the_message_named(
    client: Any, customer: str, message_id: str, hit: bool
) -> None:
    assert strikes(client, {"customer": customer}, body=receipt(message_id)) is hit


@pytest.mark.parametrize(
    ("provider", "customer"),
    [
        ("d7", "+919847012345"),
        ("nxcloud", "8617606050819"),
        ("nxcloud", "+8617606050819"),
        ("kirim", "+628123456789"),
    ],
)
def test_customer_and_direction_are_found_for_each_provider(
    client: Any, provider: str, customer: str
) -> None:
    match = {"provider": provider, "customer": customer, "direction": "inbound"}
    rule = {"match": match, "fault": {"type": "latency", "ms": 0}}
    assert client.post(RULES, json=rule).status_code == 201
    valid = BY_PROVIDER[provider]
    headers = {**valid.headers, **valid.signature()}
    answer = client.open(valid.path, method=valid.method, headers=headers, data=valid.body)
    assert "X-Mock-Fault" in answer.headers


@pytest.mark.parametrize(
    ("header", "hit"),
    [
        ({"X-Tenant": "gold"}, True),
        ({"x-tenant": "gold"}, True),
        ({"X-TENANT": "gold", "X-Region": "id"}, True),
        ({"X-Tenant": "Gold"}, False),
        ({"X-Tenant": "go"}, False),
        ({"X-Tenant": ""}, False),
        ({"X-Tenant": "gold", "X-Region": "sg"}, False),
        ({"X-Absent": "gold"}, False),
        ({"Content-Type": "application/json"}, True),
        ({}, True),
    ],
)
def test_header_has_all_these_values(client: Any, header: dict[str, str], hit: bool) -> None:
    assert strikes(client, {"header": header}, X_Tenant="gold", X_Region="id") is hit


@pytest.mark.parametrize(
    ("wanted", "sent", "hit"),
    [
        (PATH, PATH, True),
        (PATH, f"/kirim{PATH}", True),
        (f"/kirim{PATH}", f"/kirim{PATH}", True),
        (PATH, f"{PATH}?trace=1", True),
        (PATH, "/v1/109912345678901/messages", False),
        (f"/d7{PATH}", f"/kirim{PATH}", False),
        (f"/v1/{KIRIM_NUMBER_ID}", PATH, False),
        (f"{PATH}/", PATH, False),
        ("/nowhere", "/kirim/nowhere", True),
    ],
)
def test_path_is_compared_without_query_and_prefix(
    client: Any, wanted: str, sent: str, hit: bool
) -> None:
    assert strikes(client, {"path": wanted}, path=sent) is hit


def test_path_is_the_same_on_the_providers_own_host(client: Any) -> None:
    assert strikes(client, {"path": PATH}, Host="api.kirim.chat")


BODY = {
    "a/b": 1,
    "m~n": 2,
    "~1": 3,
    "": "no name",
    "list": [{"x": "first"}, {"x": "second"}],
    "deep": {"nothing": None},
    "flag": True,
    "one": 1,
    "zero": 0,
    "text": "1",
}


@pytest.mark.parametrize(
    ("body", "hit"),
    [
        ({"/one": 1}, True),
        ({"/one": 2}, False),
        ({"/text": "1"}, True),
        ({"/text": 1}, False),
        ({"/a~1b": 1}, True),
        ({"/a/b": 1}, False),
        ({"/m~0n": 2}, True),
        ({"/~01": 3}, True),
        ({"/": "no name"}, True),
        ({"/list/0/x": "first"}, True),
        ({"/list/1/x": "second"}, True),
        ({"/list/0/x": "second"}, False),
        ({"/list/2/x": "second"}, False),
        ({"/list/-": None}, False),
        ({"/list/-1/x": "second"}, False),
        ({"/list/1": {"x": "second"}}, True),
        ({"/list": [{"x": "first"}]}, False),
        ({"/deep/nothing": None}, True),
        ({"/deep": {"nothing": None}}, True),
        ({"/missing": None}, False),
        ({"/one/deeper": 1}, False),
        ({"/flag": True}, True),
        ({"/flag": False}, False),
        ({"/one": 1, "/text": "1"}, True),
        ({"/one": 1, "/text": "2"}, False),
        ({}, True),
    ],
    ids=str,
)
def test_body_has_all_these_values(client: Any, body: dict[str, Any], hit: bool) -> None:
    assert strikes(client, {"body": body}, body=BODY) is hit


@pytest.mark.parametrize("index", ["00", "01", "0000001", "\u0661"])
def test_index_is_written_in_one_way_only(client: Any, index: str) -> None:
    pointer = f"/list/{index}"
    assert not strikes(client, {"body": {pointer: {"x": "first"}}}, body=BODY)
    assert not strikes(client, {"body": {pointer: {"x": "second"}}}, body=BODY)


@pytest.mark.parametrize(
    "body", [{"/flag": 1}, {"/one": True}, {"/zero": False}, {"/list": [True]}], ids=str
)
def test_true_and_false_are_no_numbers(client: Any, body: dict[str, Any]) -> None:
    assert not strikes(client, {"body": body}, body={**BODY, "list": [1]})


@pytest.mark.parametrize(
    ("whole", "sent", "hit"),
    [
        (receipt(), receipt(), True),
        (receipt(), {**receipt(), "more": 1}, False),
        ([1, 2], [1, 2], True),
        ([1, 2], [2, 1], False),
        ("text", "text", True),
        ({}, {}, True),
        ({}, receipt(), False),
    ],
)
def test_empty_pointer_is_the_whole_document(client: Any, whole: Any, sent: Any, hit: bool) -> None:
    assert strikes(client, {"body": {"": whole}}, body=sent) is hit


@pytest.mark.parametrize("sent", [b"", b"no JSON", b'{"status":'])
@pytest.mark.parametrize("wanted", [{"": None}, {"": {}}, {"/status": None}], ids=str)
def test_body_that_is_no_json_has_no_values(
    client: Any, sent: bytes, wanted: dict[str, Any]
) -> None:
    rule = {"match": {"body": wanted}, "fault": {"type": "latency", "ms": 0}}
    assert client.post(RULES, json=rule).status_code == 201
    answer = client.post(PATH, headers=KIRIM, data=sent)
    assert answer.status_code == 400
    assert "X-Mock-Fault" not in answer.headers


@pytest.mark.parametrize(
    ("account", "key", "hit"),
    [
        ("main", MAIN, True),
        ("main", OTHER_ORG, False),
        ("main", "nobody", False),
        (["main"], MAIN, True),
        (["main", "other_org"], MAIN, True),
        (["main", "other_org"], OTHER_ORG, True),
        (["main", "other_org"], EXPIRED, False),
        (["main", "other_org"], "nobody", False),
        (None, MAIN, False),
        (None, EXPIRED, False),
        (None, "nobody", True),
    ],
)
def test_account_is_a_label_a_list_or_null(client: Any, account: Any, key: str, hit: bool) -> None:
    match = {"provider": "kirim", "account": account}
    assert strikes(client, match, Authorization=f"Bearer {key}") is hit


def test_null_account_is_also_the_caller_without_any_credential(client: Any) -> None:
    rule = {"match": {"account": None}, "fault": {"type": "latency", "ms": 0}}
    assert client.post(RULES, json=rule).json["match"] == {"account": None}
    answer = client.post(PATH, json=receipt())
    assert answer.status_code == 401
    assert "X-Mock-Fault" in answer.headers


@pytest.mark.parametrize(
    "wrong",
    [
        {"customer": "+447911208364"},
        {"direction": "outbound"},
        {"header": {"X-Tenant": "iron"}},
        {"path": "/v1/109912345678901/messages"},
        {"body": {"/status": "unread"}},
        {"account": ["other_org"]},
        {"account": None},
    ],
    ids=str,
)
def test_every_key_has_to_fit(client: Any, wrong: dict[str, Any]) -> None:
    right = {
        "provider": "kirim",
        "operation": "mark_as_read",
        "account": ["main"],
        "message_id": INBOUND,
        "business_number": "+628111222333",
        "direction": "inbound",
        "customer": "+628123456789",
        "header": {"X-Tenant": "gold"},
        "path": PATH,
        "body": {"/status": "read"},
    }
    assert strikes(client, right, X_Tenant="gold")
    assert not strikes(client, {**right, **wrong}, X_Tenant="gold")


EVERY_KEY = (
    "account",
    "body",
    "business_number",
    "customer",
    "direction",
    "header",
    "message_id",
    "operation",
    "path",
    "provider",
)


def test_unknown_key_is_refused_with_all_that_exist(client: Any) -> None:
    rule = {"match": {"colour": "red"}, "fault": {"type": "reset"}}
    error = client.post(RULES, json=rule).json["error"]
    assert error["code"] == "bad_rule"
    assert "match.colour" in error["message"]
    assert [key for key in EVERY_KEY if key not in error["hint"]] == []


@pytest.mark.parametrize(
    ("match", "code", "told"),
    [
        ({"direction": "sideways"}, "bad_rule", ("match.direction", "inbound", "outbound")),
        ({"direction": None}, "bad_rule", ("match.direction",)),
        ({"direction": ["inbound"]}, "bad_rule", ("match.direction",)),
        ({"customer": 628123456789}, "bad_rule", ("match.customer",)),
        ({"header": "X-Tenant: gold"}, "bad_rule", ("match.header",)),
        (
            {"header": {"X-Tenant": 1}},
            "bad_rule",
            ("match.header.X-Tenant: expected a text, came 1",),
        ),
        (
            {"header": {"X Tenant": "gold"}},
            "bad_rule",
            ("match.header.X Tenant: expected the name of a header, came 'X Tenant'",),
        ),
        ({"path": 7}, "bad_rule", ("match.path",)),
        ({"body": "read"}, "bad_rule", ("match.body",)),
        ({"body": {"status": "read"}}, "bad_rule", ("match.body", "/status")),
        ({"account": 1}, "bad_rule", ("match.account",)),
        ({"account": []}, "bad_rule", ("match.account",)),
        ({"account": ["main", None]}, "bad_rule", ("match.account",)),
        ({"account": ""}, "unknown_account", ("main", "other_org")),
        ({"account": ["main", "boss"]}, "unknown_account", ("boss", "main", "other_org")),
        ({"provider": "d7", "account": "other_org"}, "unknown_account", ("no_credit",)),
        ({"provider": "kirim", "operation": "typing_indicator"}, "unknown_operation",
         ("mark_as_read",)),
        ({"provider": ""}, "unknown_provider", ("d7", "kaleyra", "nxcloud", "kirim")),
        ({"operation": ""}, "unknown_operation", ("mark_as_read", "typing_indicator")),
        ([], "bad_rule", ("match",)),
        (None, "bad_rule", ("match",)),
    ],
    ids=str,
)  # fmt: skip
def test_wrong_value_is_refused_and_nothing_is_stored(
    client: Any, match: Any, code: str, told: tuple[str, ...]
) -> None:
    answer = client.post(RULES, json={"match": match, "fault": {"type": "reset"}})
    assert (answer.status_code, answer.json["error"]["code"]) == (400, code)
    text = f"{answer.json['error']['message']} {answer.json['error']['hint']}"
    assert [each for each in told if each not in text] == []
    assert client.get(RULES).json == {"faults": []}


@pytest.mark.parametrize(
    ("wanted", "came", "same"),
    [
        (True, 1, False),
        (1, 1.0, False),
        (0, False, False),
        ({"a": [1, {"b": None}]}, {"a": [1, {"b": None}]}, True),
        ({"a": [1, {"b": None}]}, {"a": [1, {"b": False}]}, False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ([1, 2], [2, 1], False),
        ([1], [1, 1], False),
        ("1", 1, False),
    ],
)
def test_values_are_compared_as_json(client: Any, wanted: Any, came: Any, same: bool) -> None:
    rule = {"match": {"body": {"/x": wanted}}, "fault": {"type": "status", "status": 418}}
    assert client.post(f"{STATE}/faults", json=rule).status_code == 201
    answer = client.post(KIRIM_RECEIPT.path, headers=KIRIM, json={"x": came})
    assert (answer.status_code == 418) == same
