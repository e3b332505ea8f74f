"""Accounts whose condition and numbers' states change in the middle of a test."""

from typing import Any

import pytest

from tests.calls import D7_MESSAGE, JSON
from tests.sandbox.worlds import (
    ALL,
    PROVIDERS,
    Document,
    account_of,
    assert_refused,
    entries,
    make,
    receipt,
    show,
    succeeded,
    write,
)

# A condition and the error that it brings; then a number's state and its error.
CONDITIONS = [
    ("d7", "expired", "ACCESS_TOKEN_EXPIRED"),
    ("d7", "deleted", "APPLICATION_NOT_EXISTS"),
    ("d7", "no_credit", "INSUFFICIENT_CREDIT"),
    ("kaleyra", "low_balance", "LOW_BALANCE"),
    ("kaleyra", "prepaid", "ACCOUNT_TYPE"),
    ("nxcloud", "no_permission", "INSUFFICIENT_PERMISSIONS"),
    ("kirim", "expired", "EXPIRED_API_KEY"),
    ("kirim", "rate_limited", "RATE_LIMIT_EXCEEDED"),
]
STATES = [
    ("kaleyra", "inactive", "PHONE_NUMBER_INACTIVE"),
    ("kaleyra", "version_1", "PHONE_NUMBER_VERSION"),
    ("nxcloud", "unbound", "NUMBER_NOT_BOUND"),
    ("kirim", "degraded", "ACCOUNT_NOT_CONNECTED"),
]
PATH = f"{ALL}/mine/accounts"


@pytest.fixture
def mine(client: Any) -> Document:
    return make(client, id="mine")


def patch(client: Any, provider: str, body: Any, label: str = "main") -> Any:
    return client.patch(f"{PATH}/{provider}/{label}", json=body)


def last_error(client: Any) -> Any:
    return entries(client, "mine")[-1]["error"]


@pytest.mark.parametrize(("provider", "condition", "error"), CONDITIONS)
def test_condition_is_felt_by_the_next_call_and_can_be_lifted(
    client: Any, mine: Document, provider: str, condition: str, error: str
) -> None:
    sent = receipt(provider, account_of(mine, provider), write(client, "mine", provider))
    answer = patch(client, provider, {"condition": condition})
    assert answer.status_code == 200
    assert answer.json == account_of(show(client, "mine"), provider)
    assert answer.json == {**account_of(mine, provider), "condition": condition}
    assert not succeeded(provider, sent.by(client))
    assert last_error(client) == error
    patch(client, provider, {"condition": "good"})
    assert succeeded(provider, sent.by(client))


@pytest.mark.parametrize(("provider", "state", "error"), STATES)
def test_state_of_a_number_is_felt_by_the_next_call_and_can_be_lifted(
    client: Any, mine: Document, provider: str, state: str, error: str
) -> None:
    account = account_of(mine, provider)
    number, usual = account["numbers"][0]["number"], account["numbers"][0]["state"]
    sent = receipt(provider, account, write(client, "mine", provider))
    answer = patch(client, provider, {"numbers": [{"number": number, "state": state}]})
    first, *others = answer.json["numbers"]
    assert first == {**account["numbers"][0], "state": state}
    assert others == account["numbers"][1:]
    assert not succeeded(provider, sent.by(client))
    assert last_error(client) == error
    patch(client, provider, {"numbers": [{"number": number, "state": usual}]})
    assert succeeded(provider, sent.by(client))


def test_other_accounts_and_sandboxes_stay_as_they_are(client: Any, mine: Document) -> None:
    other, default = make(client, id="other"), show(client, "default")
    patch(client, "d7", {"condition": "expired"})
    assert show(client, "other") == other
    assert show(client, "default") == default
    labels = [each["label"] for each in mine["providers"]["d7"]["accounts"]]
    changed = show(client, "mine")
    same = [
        label
        for label in labels
        if account_of(changed, "d7", label) == account_of(mine, "d7", label)
    ]
    assert same == [label for label in labels if label != "main"]


def test_accounts_of_default_can_be_patched_and_are_reset(client: Any) -> None:
    before = show(client, "default")
    answer = client.patch(f"{ALL}/default/accounts/d7/main", json={"condition": "expired"})
    assert answer.json["condition"] == "expired"
    client.post(f"{ALL}/default/reset")
    assert show(client, "default") == before


@pytest.mark.parametrize("way", ["reset", "restore"])
def test_reset_and_restore_take_a_patch_back(client: Any, mine: Document, way: str) -> None:
    client.post(f"{ALL}/mine/snapshot")
    patch(client, "d7", {"condition": "expired"})
    assert client.post(f"{ALL}/mine/{way}").status_code == 204
    assert show(client, "mine")["providers"] == mine["providers"]


@pytest.mark.parametrize("body", [{}, {"numbers": []}])
def test_what_is_not_named_stays(client: Any, mine: Document, body: Any) -> None:
    patch(client, "kaleyra", {"condition": "prepaid"})
    before = show(client, "mine")
    assert patch(client, "kaleyra", body).status_code == 200
    assert show(client, "mine") == before


def test_account_of_another_label_is_patched_by_it(client: Any, mine: Document) -> None:
    assert patch(client, "d7", {"condition": "good"}, "expired").json["label"] == "expired"
    answer = receipt("d7", account_of(mine, "d7", "expired"), D7_MESSAGE).by(client)
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"condition": "low_balance"}, "expected one of good, expired, deleted, no_credit"),
        ({"condition": None}, "condition"),
        ({"condition": ["good"]}, "condition"),
        ({"conditions": "good"}, "there are condition, numbers"),
        ({"label": "other"}, "unknown key"),
        ({"token": "mine"}, "unknown key"),
        ({"numbers": {}}, "numbers"),
        ({"numbers": ["+9715"]}, "numbers[0]"),
        ({"numbers": [{}]}, "missing"),
        ({"numbers": [{"number": "+9715"}]}, "numbers[0].state: missing"),
        ({"numbers": [{"number": 7, "state": "active"}]}, "numbers[0].number"),
        ({"numbers": [{"number": "+9715", "state": "lost"}]}, "came 'lost'"),
        ({"numbers": [{"number": "+9715", "state": "active", "id": "x"}]}, "unknown key"),
    ],
)
def test_wrong_patch_is_refused_and_changes_nothing(
    client: Any, mine: Document, body: Any, told: str
) -> None:
    answer = patch(client, "d7", body)
    assert_refused(answer, 400, "bad_account", told)
    assert show(client, "mine") == mine


def test_number_that_is_none_of_the_accounts_is_refused(client: Any, mine: Document) -> None:
    number = account_of(mine, "kirim")["numbers"][0]["number"]
    body = {"condition": "expired", "numbers": [{"number": "+1", "state": "degraded"}]}
    assert_refused(patch(client, "kirim", body), 400, "unknown_number", "'+1'", number)
    assert show(client, "mine") == mine


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"condition": NaN}', b"7"])
def test_patch_that_is_no_json_object_is_refused(client: Any, mine: Document, body: bytes) -> None:
    answer = client.patch(f"{PATH}/d7/main", data=body, headers=JSON)
    assert_refused(answer, 400, "bad_json", "send a JSON object")


@pytest.mark.parametrize(
    ("path", "code", "told"),
    [
        ("/d8/main", "unknown_provider", "d7"),
        ("/d7/nobody", "unknown_account", "main"),
        ("/d7/", "unknown_account", "main"),
        ("/d7/main/x", "unknown_account", "main"),
    ],
)
def test_unknown_account_is_404(
    client: Any, mine: Document, path: str, code: str, told: str
) -> None:
    assert_refused(client.patch(PATH + path, json={}), 404, code, told)


def test_account_is_only_there_to_be_patched(client: Any, mine: Document) -> None:
    answer = client.get(f"{PATH}/d7/main")
    assert_refused(answer, 405, "method_not_allowed", "PATCH")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_rule_about_an_account_still_strikes_after_a_patch(
    client: Any, mine: Document, provider: str
) -> None:
    rule = {"match": {"account": "main"}, "fault": {"type": "status", "status": 418}}
    assert client.post(f"{ALL}/mine/faults", json=rule).status_code == 201
    patch(client, provider, {"condition": "good"})
    answer = receipt(provider, account_of(mine, provider), "x").by(client)
    assert answer.status_code == 418
