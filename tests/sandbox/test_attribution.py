"""How a call finds its sandbox: by its credential, by the code in it, or by its path."""

import re
from typing import Any

import pytest

from tests.calls import CALLS, D7_MESSAGE, KIRIM_RECEIPT, ValidCall, named
from tests.conftest import NOW
from tests.sandbox.worlds import (
    ALL,
    PROVIDERS,
    Document,
    Sent,
    account_of,
    assert_refused,
    entries,
    listed,
    make,
    mark,
    read_ids,
    receipt,
    show,
    succeeded,
    unattributed,
    write,
)

FORMS = {
    ("d7", "token"): r"[\w-]+\.[\w-]+\.CODE[\w-]{35}",
    ("kaleyra", "sid"): r"HXINCODE[0-9]{2}IN",
    ("kaleyra", "api_key"): r"ACODE[0-9a-f]{24}",
    ("nxcloud", "access_key"): r"fCODE[a-z0-9]{4}",
    ("nxcloud", "access_secret"): r"[a-z0-9]{16}",
    ("kirim", "api_key"): r"kdv_live_CODE[A-Za-z0-9_-]{16}",
}
NUMBERS = {
    "d7": r"\+97150[0-9]{7}",
    "kaleyra": r"\+9196[0-9]{8}",
    "nxcloud": r"86158[0-9]{8}",
    "kirim": r"\+6281[0-9]{8}",
}
# Credentials that are wrong, but for the code.
SPOILT = {
    "d7": lambda account: {"token": account["token"][:-4] + "wxyz"},
    "kaleyra": lambda account: {"api_key": account["api_key"][:9] + "0" * 24},
    "nxcloud": lambda account: {"access_key": account["access_key"][:9] + "wxyz"},
    "kirim": lambda account: {"api_key": account["api_key"][:17] + "w" * 16},
}
NOBODYS = {
    "d7": {"token": "nobody-has-this-token"},
    "kaleyra": {"sid": "HXIN0000000000IN", "api_key": "Anobody"},
    "nxcloud": {"access_key": "nobodykey1234"},
    "kirim": {"api_key": "kdv_live_nobodyhasthiskeyatall0"},
}


@pytest.fixture
def mine(client: Any) -> Document:
    return make(client, id="mine", fixtures="default")


def calls_of(client: Any) -> dict[str, int]:
    return {name: each["calls"] for name, each in listed(client).items()}


@pytest.mark.parametrize(("provider", "name"), FORMS)
def test_every_credential_has_its_documented_form_with_the_code_at_its_place(
    mine: Document, provider: str, name: str
) -> None:
    form = FORMS[provider, name].replace("CODE", mine["code"])
    for account in mine["providers"][provider]["accounts"]:
        assert re.fullmatch(form, account[name]), account[name]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_number_has_its_documented_form(mine: Document, provider: str) -> None:
    for account in mine["providers"][provider]["accounts"]:
        for number in account["numbers"]:
            assert re.fullmatch(NUMBERS[provider], number["number"]), number
            if provider == "kirim":
                assert re.fullmatch(f"1{mine['code']}[0-9]{{6}}", number["phone_number_id"])


@pytest.mark.parametrize("prefixed", [False, True])
@pytest.mark.parametrize("provider", PROVIDERS)
def test_call_falls_into_the_sandbox_of_its_credential(
    client: Any, mine: Document, provider: str, prefixed: bool
) -> None:
    before = read_ids(client, "mine"), read_ids(client, "default")
    message_id = write(client, "mine", provider)
    sent = receipt(provider, account_of(mine, provider), message_id)
    answer = sent.below(f"/{provider}" if prefixed else "").by(client)
    assert succeeded(provider, answer)
    assert message_id in read_ids(client, "mine") - before[0]
    assert read_ids(client, "default") == before[1]
    assert calls_of(client) == {"default": 0, "mine": 1}
    [entry] = entries(client, "mine")
    assert (entry["id"], entry["account"]) == (answer.headers["X-Mock-Request-Id"], "main")
    assert entry["unattributed"] is None


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_account_of_a_sandbox_is_found(client: Any, mine: Document, provider: str) -> None:
    for account in mine["providers"][provider]["accounts"]:
        receipt(provider, account, "nobodys").by(client)
    told = [each["account"] for each in entries(client, "mine")]
    assert told == [each["label"] for each in mine["providers"][provider]["accounts"]]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_call_whose_credential_is_wrong_but_for_the_code_lands_in_the_right_sandbox(
    client: Any, mine: Document, provider: str
) -> None:
    account = account_of(mine, provider)
    wrong = {**account, **SPOILT[provider](account)}
    answer = receipt(provider, wrong, D7_MESSAGE).by(client)
    assert not succeeded(provider, answer)
    assert calls_of(client) == {"default": 0, "mine": 1}
    assert entries(client, "mine")[0]["unattributed"] is None
    assert unattributed(client) == 0


def test_sid_or_key_of_kaleyra_alone_tells_the_sandbox(client: Any, mine: Document) -> None:
    account = account_of(mine, "kaleyra")
    by_key = receipt("kaleyra", {**account, "sid": "HXIN0000000000IN"}, "x")
    by_sid = receipt("kaleyra", {**account, "api_key": "wrong"}, "x")
    without = by_sid.without("api-key")
    answers = [sent.by(client) for sent in (by_key, by_sid, without)]
    assert [each.status_code for each in answers] == [401] * 3
    assert calls_of(client) == {"default": 0, "mine": 3}


def test_phone_number_id_of_kirimchat_alone_tells_the_sandbox(client: Any, mine: Document) -> None:
    sent = receipt("kirim", account_of(mine, "kirim"), "x").without("Authorization")
    assert sent.by(client).status_code == 401
    assert calls_of(client) == {"default": 0, "mine": 1}


@pytest.mark.parametrize("way", ["root", "prefix"])
@pytest.mark.parametrize("provider", PROVIDERS)
def test_call_without_a_credential_is_attributed_by_its_path(
    client: Any, mine: Document, provider: str, way: str
) -> None:
    there = f"/~{mine['code']}" + (f"/{provider}" if way == "prefix" else "")
    account = {**account_of(mine, provider), **account_of(show(client, "default"), provider)}
    sent = receipt(provider, account, "x").below(there)
    names = ("Authorization", "api-key", "accessKey", "ts", "bizType", "action", "sign")
    assert not succeeded(provider, sent.without(*names).by(client))
    assert calls_of(client) == {"default": 0, "mine": 1}
    [entry] = entries(client, "mine")
    assert (entry["provider"], entry["operation"]) == (provider, "mark_as_read")
    assert entry["request"]["path"].startswith(f"{there}/")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_base_url_of_the_document_reaches_the_provider(
    client: Any, mine: Document, provider: str
) -> None:
    message_id = write(client, "mine", provider)
    base = mine["providers"][provider]["base_url"].removeprefix("http://localhost")
    answer = receipt(provider, account_of(mine, provider), message_id).below(base).by(client)
    assert succeeded(provider, answer)
    assert message_id in read_ids(client, "mine")


def test_host_of_a_provider_below_a_code_reaches_it_too(client: Any, mine: Document) -> None:
    message_id = write(client, "mine", "kirim")
    sent = receipt("kirim", account_of(mine, "kirim"), message_id).below(f"/~{mine['code']}")
    assert sent.with_headers(Host="api.kirim.chat").by(client).status_code == 200
    assert message_id in read_ids(client, "mine")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_path_decides_where_the_credential_is_another_sandboxes(
    client: Any, mine: Document, provider: str
) -> None:
    other = make(client, id="other")
    message_id = write(client, "other", provider)
    sent = receipt(provider, account_of(other, provider), message_id)
    answer = sent.below(f"/~{mine['code']}/{provider}").by(client)
    assert not succeeded(provider, answer)
    assert calls_of(client) == {"default": 0, "mine": 1, "other": 0}
    assert read_ids(client, "other") == set()
    assert entries(client, "mine")[0]["account"] is None


def send_valid(client: Any, call: ValidCall, prefix: str) -> Any:
    headers = {**call.headers, **call.signature(now=NOW)}
    return client.open(prefix + call.path, method=call.method, headers=headers, data=call.body)


@pytest.mark.parametrize("call", CALLS, ids=named)
def test_credential_of_default_is_wrong_below_a_code(
    client: Any, mine: Document, call: ValidCall
) -> None:
    answer = send_valid(client, call, f"/~{mine['code']}/{call.provider}")
    assert not call.succeeded(answer.status_code, answer.json)
    assert calls_of(client) == {"default": 0, "mine": 1}


@pytest.mark.parametrize("call", CALLS, ids=named)
def test_calls_of_default_are_as_they_were_beside_other_sandboxes(
    client: Any, mine: Document, call: ValidCall
) -> None:
    answer = send_valid(client, call, "")
    assert call.succeeded(answer.status_code, answer.json)
    assert calls_of(client) == {"default": 1, "mine": 0}
    assert unattributed(client) == 0


@pytest.mark.parametrize("code", ["00000000", "abc", "", "1" * 9, "~", "x" * 3_000])
@pytest.mark.parametrize("path", ["/kirim" + KIRIM_RECEIPT.path, KIRIM_RECEIPT.path, "/x", ""])
def test_unknown_code_is_404_in_our_own_shape_and_counts_as_unattributed(
    client: Any, code: str, path: str
) -> None:
    answer = client.post(f"/~{code}{path}", headers=KIRIM_RECEIPT.headers)
    assert_refused(answer, 404, "sandbox_not_found", code[:50], "GET /_mock/sandboxes")
    assert unattributed(client) == 1
    [entry] = entries(client)
    assert entry["id"] == answer.headers["X-Mock-Request-Id"]
    assert code[:50] in entry["unattributed"]
    assert len(answer.text) < 600
    assert len(entry["unattributed"]) < 300


def test_unknown_path_below_a_code_is_that_sandboxes(client: Any, mine: Document) -> None:
    answer = client.get(f"/~{mine['code']}/nowhere")
    assert (answer.status_code, answer.json["error"]["code"]) == (404, "not_found")
    assert [each["response"]["status"] for each in entries(client, "mine")] == [404]
    assert entries(client) == []


def test_administration_is_not_below_a_code(client: Any, mine: Document) -> None:
    answer = client.get(f"/~{mine['code']}{ALL}/default")
    assert_refused(answer, 404, "not_found", f"/~{mine['code']}")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_credential_that_nobody_has_falls_into_default_and_is_told(
    client: Any, mine: Document, provider: str
) -> None:
    account = {**account_of(show(client, "default"), provider), **NOBODYS[provider]}
    receipt(provider, account, "x").by(client)
    assert calls_of(client) == {"default": 1, "mine": 0}
    [entry] = entries(client)
    assert f"no account of {provider} has the credential" in entry["unattributed"]
    assert not any(secret in str(entry["unattributed"]) for secret in NOBODYS[provider].values())
    assert unattributed(client) == 1


@pytest.mark.parametrize("call", CALLS, ids=named)
def test_call_without_any_credential_is_defaults_and_not_unattributed(
    client: Any, mine: Document, call: ValidCall
) -> None:
    client.open(call.path, method=call.method, data=call.body)
    assert [each["unattributed"] for each in entries(client)] == [None]
    assert (calls_of(client), unattributed(client)) == ({"default": 1, "mine": 0}, 0)


def test_call_for_a_deleted_sandbox_is_unattributed(client: Any, mine: Document) -> None:
    client.delete(f"{ALL}/mine")
    receipt("d7", account_of(mine, "d7"), "x").by(client)
    assert unattributed(client) == 1
    assert entries(client)[0]["unattributed"]


def test_reset_of_default_counts_unattributed_calls_anew(client: Any) -> None:
    client.get("/~00000000/d7")
    client.post(f"{ALL}/default/reset")
    assert unattributed(client) == 0


def test_calls_to_the_administration_are_counted_nowhere(client: Any, mine: Document) -> None:
    show(client, "mine", "/messages")
    assert calls_of(client) == {"default": 0, "mine": 0}
    assert show(client, "mine")["last_call_at"] is None


def test_wrong_credential_below_a_prefix_of_another_provider_is_judged_there(
    client: Any, mine: Document
) -> None:
    """The token of D7 is none of KirimChat's, so the code in it tells nothing there."""
    token = account_of(mine, "d7")["token"]
    sent = Sent("kirim", KIRIM_RECEIPT.path, {"Authorization": f"Bearer {token}"})
    assert sent.by(client).status_code == 401
    assert unattributed(client) == 1


def test_mark_by_the_main_account_of_each_provider(client: Any, mine: Document) -> None:
    for provider in PROVIDERS:
        mark(client, mine, provider, write(client, "mine", provider))
    assert calls_of(client)["mine"] == len(PROVIDERS)
