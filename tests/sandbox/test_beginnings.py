"""What sandboxes begin with, and go back to by a reset: accounts, messages, rules, switches."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.calls import CALLS, WAMID
from tests.sandbox.worlds import (
    ALL,
    CREDENTIALS,
    PROVIDERS,
    account_of,
    assert_refused,
    entries,
    listed,
    make,
    mark,
    messages,
    read_ids,
    show,
    write,
)

LATENCY = {"fault": {"type": "latency", "ms": 1}, "seed": 7}


def numbers_of(document: dict[str, Any], provider: str) -> list[str]:
    accounts = document["providers"][provider]["accounts"]
    return [number["number"] for each in accounts for number in each["numbers"]]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_accounts_have_the_labels_of_the_fixtures_and_fresh_credentials(
    client: Any, provider: str
) -> None:
    ours, theirs = make(client), show(client, "default")
    for document in (ours, theirs):
        document["accounts"] = document["providers"][provider]["accounts"]
    for name in ("label", "condition"):
        assert [a[name] for a in ours["accounts"]] == [a[name] for a in theirs["accounts"]]
    states = [[[n["state"] for n in a["numbers"]] for a in d["accounts"]] for d in (ours, theirs)]
    assert states[0] == states[1]
    for name in CREDENTIALS[provider]:
        fresh = {a[name] for a in ours["accounts"]}
        assert len(fresh) == len(ours["accounts"])
        assert fresh.isdisjoint(a[name] for a in theirs["accounts"])
    assert set(numbers_of(ours, provider)).isdisjoint(numbers_of(theirs, provider))


def test_accounts_without_messages_are_what_is_made_by_default(client: Any) -> None:
    make(client, id="mine")
    make(client, id="same", fixtures="accounts")
    assert messages(client, "mine") == messages(client, "same") == []


def test_fixtures_of_the_server_come_with_their_messages_under_the_new_numbers(client: Any) -> None:
    document = make(client, id="mine", fixtures="default")
    ours, theirs = messages(client, "mine"), messages(client)
    assert [each["id"] for each in ours] == [each["id"] for each in theirs]
    for each in ours:
        assert each["business_number"] in numbers_of(document, each["provider"])
    same = [{**each, "business_number": None} for each in ours]
    assert same == [{**each, "business_number": None} for each in theirs]


def test_reports_of_the_server_are_there_too(client: Any) -> None:
    [call] = [each for each in CALLS if each.operation == "get_status"]
    answers = {}
    for kind in ("accounts", "default"):
        token = account_of(make(client, fixtures=kind), "d7")["token"]
        headers = {"Authorization": f"Bearer {token}"}
        answers[kind] = client.get(call.path, headers=headers).status_code
    assert answers == {"accounts": 404, "default": 200}


@pytest.mark.parametrize("fixtures", ["accounts", "default"])
def test_reset_goes_back_to_the_beginning_with_the_same_credentials(
    client: Any, fixtures: str
) -> None:
    document = make(client, id="mine", fixtures=fixtures)
    before = messages(client, "mine")
    mark(client, document, "kirim", write(client, "mine", "kirim"))
    client.post(f"{ALL}/mine/faults", json=LATENCY)
    assert client.post(f"{ALL}/mine/reset").status_code == 204
    assert messages(client, "mine") == before
    assert show(client, "mine", "/faults") == {"faults": []}
    assert entries(client, "mine") == []
    assert show(client, "mine")["providers"] == document["providers"]


def test_reset_counts_calls_anew(client: Any) -> None:
    document = make(client, id="mine", fixtures="default")
    mark(client, document, "d7", write(client, "mine", "d7"))
    client.post(f"{ALL}/mine/reset")
    assert (listed(client)["mine"]["calls"], listed(client)["mine"]["last_call_at"]) == (0, None)
    mark(client, document, "d7", write(client, "mine", "d7"))
    assert listed(client)["mine"]["calls"] == 1


def test_reset_makes_the_rules_again_that_the_sandbox_was_made_with(client: Any) -> None:
    scenario = show(client, "default", "/scenarios")["scenarios"][0]["name"]
    make(client, id="mine", faults=[LATENCY], scenario=scenario)
    before = show(client, "mine", "/faults")["faults"]
    assert before[-1]["fault"] == LATENCY["fault"]
    assert len(before) > 1
    client.delete(f"{ALL}/mine/faults")
    client.post(f"{ALL}/mine/reset")
    after = show(client, "mine", "/faults")["faults"]
    assert [each["fault"] for each in after] == [each["fault"] for each in before]
    assert {each["id"] for each in after}.isdisjoint(each["id"] for each in before)


def test_rules_given_with_a_sandbox_are_its_own(client: Any) -> None:
    error = {"match": {"provider": "d7"}, "fault": {"type": "error", "error": "NOT_FOUND"}}
    document = make(client, id="mine", faults=[error], fixtures="default")
    assert show(client, "default", "/faults") == {"faults": []}
    token = account_of(document, "d7")["token"]
    call = CALLS[0]
    struck = client.post(call.path, headers={"Authorization": f"Bearer {token}"})
    assert (struck.status_code, "X-Mock-Fault" in struck.headers) == (404, True)
    assert client.post(call.path, headers=call.headers).status_code == 200


def test_switches_are_those_of_one_sandbox(client: Any) -> None:
    document = make(client, fixtures="default", switches={"d7": {"read_receipt_body": "text"}})
    token = account_of(document, "d7")["token"]
    bare = client.post(CALLS[0].path, headers={"Authorization": f"Bearer {token}"})
    usual = client.post(CALLS[0].path, headers=CALLS[0].headers)
    assert (bare.mimetype, usual.mimetype) == ("text/plain", "application/json")


def test_switches_that_nobody_sets_are_those_of_the_server(
    make_client: Callable[..., Any],
) -> None:
    client = make_client(switches={"d7": {"read_receipt_body": "text"}})
    document = make(client, fixtures="default", switches={"kirim": {"enforce_rate_limits": True}})
    token = account_of(document, "d7")["token"]
    answer = client.post(CALLS[0].path, headers={"Authorization": f"Bearer {token}"})
    assert answer.mimetype == "text/plain"


def test_inline_fixtures_are_the_sandboxes_own(client: Any) -> None:
    content = {
        "accounts": [
            {"label": "shop", "numbers": [{"number": "+971500000001", "state": "active"}]}
        ],
        "conversations": [
            {
                "account": "shop",
                "business_number": "+971500000001",
                "customer": "+971500000002",
                "messages": [
                    {"id": WAMID, "direction": "inbound", "age": "PT1M", "text": {"body": "Hi"}}
                ],
            }
        ],
    }
    document = make(client, id="mine", fixtures={"d7": content})
    [account] = document["providers"]["d7"]["accounts"]
    assert re.fullmatch(rf"[^.]+\.[^.]+\.{document['code']}[^.]+", account["token"])
    assert document["providers"]["kirim"]["accounts"] == []
    headers = {"Authorization": f"Bearer {account['token']}"}
    assert client.post(f"/whatsapp/v2/read-receipt/{WAMID}", headers=headers).status_code == 200
    assert read_ids(client, "mine") == {WAMID}
    client.post(f"{ALL}/mine/reset")
    assert show(client, "mine")["providers"] == document["providers"]
    assert read_ids(client, "mine") == set()


def shop(**account: Any) -> dict[str, Any]:
    """Fixtures of D7 with one account."""
    numbers = [{"number": "+971500000001", "state": "active"}]
    return {"accounts": [{"label": "shop", "numbers": numbers, **account}], "conversations": []}


def test_credential_that_was_given_stays_as_it_is(client: Any) -> None:
    document = make(client, fixtures={"d7": shop(token="mine")})
    assert account_of(document, "d7", "shop")["token"] == "mine"


def test_credential_that_another_sandbox_has_is_409_and_not_told(client: Any) -> None:
    make(client, id="first", fixtures={"d7": shop(token="a-secret-of-ours")})
    answer = client.post(ALL, json={"fixtures": {"d7": shop(token="a-secret-of-ours")}})
    assert_refused(answer, 409, "credential_taken", "first", "leave credentials out")
    assert "a-secret-of-ours" not in answer.text


def test_credential_of_default_is_taken_too(client: Any) -> None:
    token = account_of(show(client, "default"), "d7")["token"]
    answer = client.post(ALL, json={"fixtures": {"d7": shop(token=token)}})
    assert_refused(answer, 409, "credential_taken", "default")


def test_credential_of_a_deleted_sandbox_is_free_again(client: Any) -> None:
    make(client, id="first", fixtures={"d7": shop(token="mine")})
    client.delete(f"{ALL}/first")
    make(client, fixtures={"d7": shop(token="mine")})


def test_secret_is_made_where_only_the_key_was_given(client: Any) -> None:
    numbers = [{"number": "8615800001234", "state": "bound"}]
    account = {"label": "main", "access_key": "mykey", "numbers": numbers}
    content = {"accounts": [account], "conversations": []}
    document = make(client, id="mine", fixtures={"nxcloud": content})
    assert account_of(document, "nxcloud")["access_key"] == "mykey"
    mark(client, document, "nxcloud", write(client, "mine", "nxcloud"))


def test_more_accounts_than_the_documented_form_has_room_for_are_refused(client: Any) -> None:
    """Two digits of a SID of Kaleyra are free: a hundred accounts."""
    accounts = [
        {"label": f"a{n}", "numbers": [{"number": f"+9190000{n:05d}", "state": "active"}]}
        for n in range(101)
    ]
    keys = [{"sid": f"HXIN{n:010d}IN", "api_key": f"A{n:032x}"} for n in range(101)]
    given = [account | key for account, key in zip(accounts, keys, strict=True)]
    fixtures = {"kaleyra": {"accounts": given, "conversations": []}}
    snapshot = show(client, make(client, fixtures=fixtures)["id"], "/snapshot")
    answer = client.post(ALL, json={"snapshot": snapshot})  # in use: all must be made anew
    assert_refused(answer, 400, "bad_sandbox", "kaleyra/a", "fewer accounts")
    content = {"accounts": accounts, "conversations": []}
    answer = client.post(ALL, json={"fixtures": {"kaleyra": content}})
    assert_refused(answer, 400, "bad_sandbox", "kaleyra/a", "fewer accounts")


def test_message_to_a_provider_without_accounts_is_refused(client: Any) -> None:
    make(client, id="mine", fixtures={})
    body = {"provider": "d7", "from": "+15551234"}
    answer = client.post(f"{ALL}/mine/messages", json=body)
    assert_refused(answer, 400, "unknown_account", "the sandbox mine has no account of d7")
