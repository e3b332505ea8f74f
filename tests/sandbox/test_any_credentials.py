"""A sandbox that takes any credential which names no other."""

from typing import Any

import pytest

from tests.sandbox.worlds import (
    ALL,
    PROVIDERS,
    Document,
    Sent,
    account_of,
    entries,
    make,
    read_ids,
    receipt,
    show,
    succeeded,
    unattributed,
    write,
)

MADE_UP = {
    "d7": {"token": "whatever"},
    "kaleyra": {"sid": "HXIN0000000000IN", "api_key": "whatever"},
    "nxcloud": {"access_key": "whatever", "access_secret": "whatever"},
    "kirim": {"api_key": "kdv_live_whatever"},
}


@pytest.fixture
def lax(client: Any) -> Document:
    return make(client, id="lax", credentials="any")


def below(document: Document, provider: str, account: Document, message_id: str = "x") -> Sent:
    """A receipt under the sandbox's own prefix, to a number of its main account."""
    numbers = account_of(document, provider)["numbers"]
    sent = receipt(provider, {**account, "numbers": numbers}, message_id)
    return sent.below(f"/~{document['code']}/{provider}")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_whatever_comes_with_the_prefix_is_the_main_account(
    client: Any, lax: Document, provider: str
) -> None:
    message_id = write(client, "lax", provider)
    answer = below(lax, provider, MADE_UP[provider], message_id).by(client)
    assert succeeded(provider, answer), answer.text
    assert read_ids(client, "lax") == {message_id}
    assert [each["account"] for each in entries(client, "lax")] == ["main"]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_it_is_wrong_as_ever_in_another_sandbox(client: Any, provider: str) -> None:
    strict = make(client, id="strict")
    answer = below(strict, provider, MADE_UP[provider]).by(client)
    assert not succeeded(provider, answer)
    assert entries(client, "strict")[0]["account"] is None


@pytest.mark.parametrize("provider", PROVIDERS)
def test_without_the_prefix_it_is_nobodys(client: Any, lax: Document, provider: str) -> None:
    account = {**account_of(show(client, "default"), provider), **MADE_UP[provider]}
    assert not succeeded(provider, receipt(provider, account, "x").by(client))
    assert (unattributed(client), entries(client, "lax")) == (1, [])


@pytest.mark.parametrize("provider", PROVIDERS)
def test_credential_of_another_sandbox_is_refused(
    client: Any, lax: Document, provider: str
) -> None:
    for document in (make(client, id="other"), show(client, "default")):
        answer = below(lax, provider, account_of(document, provider)).by(client)
        assert not succeeded(provider, answer)
    assert [each["account"] for each in entries(client, "lax")] == [None, None]


@pytest.mark.parametrize(
    ("provider", "spoilt"),
    [
        ("d7", lambda account: {"token": account["token"] + "x"}),
        ("kaleyra", lambda account: {"sid": "HXIN0000000000IN"}),
        ("nxcloud", lambda account: {"access_key": account["access_key"] + "x"}),
        ("kirim", lambda account: {"api_key": account["api_key"] + "x"}),
    ],
)
def test_code_of_another_sandbox_names_it_as_well(
    client: Any, lax: Document, provider: str, spoilt: Any
) -> None:
    account = account_of(make(client, id="other"), provider)
    answer = below(lax, provider, {**account, **spoilt(account)}).by(client)
    assert not succeeded(provider, answer)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_own_accounts_stay_who_they_are(client: Any, lax: Document, provider: str) -> None:
    for account in lax["providers"][provider]["accounts"]:
        below(lax, provider, account).by(client)
    told = [each["account"] for each in entries(client, "lax")]
    assert told == [each["label"] for each in lax["providers"][provider]["accounts"]]


def test_own_key_of_nxcloud_is_still_checked_for_its_signature(client: Any, lax: Document) -> None:
    """Only where the server cannot know the secret any signature will do."""
    account = {**account_of(lax, "nxcloud"), "access_secret": "another"}
    answer = below(lax, "nxcloud", account).by(client)
    assert answer.json["code"] == 1003


def test_call_without_a_credential_is_refused_there_too(client: Any, lax: Document) -> None:
    sent = below(lax, "d7", MADE_UP["d7"]).without("Authorization")
    assert sent.by(client).status_code == 401


def test_condition_of_the_main_account_holds_for_all(client: Any, lax: Document) -> None:
    client.patch(f"{ALL}/lax/accounts/d7/main", json={"condition": "expired"})
    assert below(lax, "d7", MADE_UP["d7"]).by(client).status_code == 401
    assert entries(client, "lax")[0]["error"] == "ACCESS_TOKEN_EXPIRED"
