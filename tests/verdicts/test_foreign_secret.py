"""Verdict foreign_secret: a secret goes to whom it is for, and to nobody else."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.calls import (
    CALLS,
    D7_TOKEN,
    JSON,
    KALEYRA_KEY,
    KALEYRA_RECEIPT,
    KIRIM,
    KIRIM_KEY,
    KIRIM_RECEIPT,
    NXCLOUD_RECEIPT,
    ValidCall,
    named,
)
from tests.conftest import NOW
from tests.sandbox.worlds import ALL, account_of, entries, make, receipt
from tests.verdicts.behaviour import judge, newest_id, not_ok

ACCESS_KEY = NXCLOUD_RECEIPT.signature(now=NOW)["accessKey"]
SECRETS = {"d7": D7_TOKEN, "kaleyra": KALEYRA_KEY, "nxcloud": ACCESS_KEY, "kirim": KIRIM_KEY}
HEADERS = {"d7": "Authorization", "kaleyra": "api-key", "nxcloud": "accessKey"}


@pytest.fixture
def client(client: Any) -> Iterator[Any]:
    yield client
    for sandbox in client.get(ALL).json["sandboxes"]:
        if sandbox["id"] != "default":
            assert client.delete(f"{ALL}/{sandbox['id']}").status_code == 204


def say(client: Any, sandbox: str = "default") -> dict[str, Any]:
    return judge(client, "", sandbox)["foreign_secret"]


@pytest.mark.parametrize("call", CALLS, ids=named)
def test_own_secrets_are_no_others(client: Any, call: ValidCall) -> None:
    headers = {**call.headers, **call.signature(now=NOW)}
    for path in (call.path, f"/{call.provider}{call.path}"):
        client.open(path, method=call.method, headers=headers, data=call.body)
    assert say(client)["ok"]


@pytest.mark.parametrize("owner", SECRETS)
@pytest.mark.parametrize("place", ["bearer", "key", "query", "path", "body"])
def test_one_providers_secret_sent_to_another(client: Any, owner: str, place: str) -> None:
    secret, call = SECRETS[owner], KALEYRA_RECEIPT if owner == "kirim" else KIRIM_RECEIPT
    path, headers, body = f"/{call.provider}{call.path}", dict(call.headers), call.body
    match place:
        case "bearer":
            headers["Authorization"] = f"Bearer {secret}"
        case "key":
            headers[HEADERS.get(owner, "X-Key")] = secret
        case "query":
            path += f"?a=1&key={secret}&b=2"
        case "path":
            path += f"/{secret}"
        case "body":
            body = body[:-1] + f', "api_key": "{secret}"}}'.encode()
    client.open(path, method="POST", headers=headers, data=body)
    found = say(client)
    assert not found["ok"], found
    assert found["requests"] == [newest_id(client)]
    assert (
        f"of {owner}, account main was sent to {call.provider} in sandbox default" in found["text"]
    )
    assert secret not in found["text"]
    assert secret[:4] in found["text"]


def test_percent_encoding_hides_none(client: Any) -> None:
    encoded = "".join(f"%{ord(each):02x}" for each in D7_TOKEN)
    client.post(f"/kirim{KIRIM_RECEIPT.path}?token={encoded}", headers=KIRIM)
    assert not say(client)["ok"]


def test_the_same_again_is_told_once(client: Any) -> None:
    for _ in range(3):
        client.post(f"/kirim{KIRIM_RECEIPT.path}", headers={"Authorization": f"Bearer {D7_TOKEN}"})
    found = say(client)
    assert len(found["requests"]) == 3
    assert found["text"].endswith("in the header authorization, 3 times")
    assert "; " not in found["text"]


def test_public_names_and_wrong_keys_of_the_same_provider_are_none(client: Any) -> None:
    """A SID is no secret; an api-key at another SID, or another account's key, is its own
    provider's."""
    sid = KALEYRA_RECEIPT.arguments["sid"]
    client.post(f"/kirim{KIRIM_RECEIPT.path}?sid={sid}", headers=KIRIM)
    path = KALEYRA_RECEIPT.path.replace(sid, "HXIN0000000000IN")
    client.post(path, headers=KALEYRA_RECEIPT.headers, data=KALEYRA_RECEIPT.body)
    assert say(client)["ok"]


def test_path_that_is_no_providers_is_nobody(client: Any) -> None:
    client.post("/v1/nobody", headers={"Authorization": f"Bearer {D7_TOKEN}"})
    assert say(client)["ok"]


# Sandboxes


def test_unattributed_calls_are_seen_by_the_sandbox_whose_secret_it_is(client: Any) -> None:
    """At the root a bearer token is looked for among KirimChat's keys alone."""
    document, other = make(client), make(client)
    token = account_of(document, "d7")["token"]
    client.post(KIRIM_RECEIPT.path, headers={"Authorization": f"Bearer {token}"}, json={})
    assert entries(client, document["id"]) == []
    found = say(client, document["id"])
    assert found["requests"] == [newest_id(client)]
    assert "was sent to kirim in sandbox default in the header authorization" in found["text"]
    assert say(client, other["id"])["ok"]
    told = say(client)
    assert told["requests"] == found["requests"]
    assert f"of d7, account main of sandbox {document['id']}" in told["text"]


@pytest.mark.parametrize("provider", ["d7", "kaleyra", "nxcloud", "kirim"])
def test_one_sandboxes_secret_sent_to_another(client: Any, provider: str) -> None:
    """By the code in the path; both are told."""
    mine, theirs, third = make(client), make(client), make(client)
    sent = receipt(provider, account_of(mine, provider), "wamid.1")
    sent.below(f"/~{theirs['code']}/{provider}").by(client)
    entry = newest_id(client, theirs["id"])
    for sandbox in (mine, theirs):
        found = say(client, sandbox["id"])
        assert found["requests"] == [entry], found
        assert f"in sandbox {theirs['id']}" in found["text"]
    assert say(client, third["id"])["ok"]
    assert say(client)["ok"]


def test_key_that_its_own_provider_does_not_see_is_none(client: Any) -> None:
    """The call falls into default, as it has no credential where one is looked for."""
    made = make(client)
    token = account_of(made, "d7")["token"]
    client.post(f"/d7/whatsapp/v2/read-receipt/1?token={token}")
    assert len(entries(client)) == 1
    assert say(client, made["id"])["ok"]
    assert say(client)["ok"]


def test_each_is_told_of_its_own_secrets_alone(client: Any) -> None:
    """A call to a third sandbox with the secrets of two."""
    mine, theirs, third = make(client), make(client), make(client)
    sent = receipt("kirim", account_of(mine, "kirim"), "wamid.1").below(f"/~{third['code']}/kirim")
    sent.with_headers(X_Other=account_of(theirs, "kirim")["api_key"]).by(client)
    for one, other in ((mine, theirs), (theirs, mine)):
        text = say(client, one["id"])["text"]
        assert f"of sandbox {one['id']}" in text
        assert other["id"] not in text
    text = say(client, third["id"])["text"]
    assert mine["id"] in text
    assert theirs["id"] in text


def test_a_fixtures_secret_sent_to_a_sandbox(client: Any) -> None:
    """What is left in the settings of a client."""
    made = make(client)
    client.post(f"/~{made['code']}/kirim{KIRIM_RECEIPT.path}", headers=KIRIM, json={})
    assert not say(client, made["id"])["ok"]
    assert say(client)["requests"] == say(client, made["id"])["requests"]


def test_own_credentials_by_ones_own_path_are_none(client: Any) -> None:
    made = make(client)
    for provider in SECRETS:
        sent = receipt(provider, account_of(made, provider), "wamid.1")
        sent.below(f"/~{made['code']}/{provider}").by(client)
        sent.below(f"/{provider}").by(client)
    assert len(entries(client, made["id"])) == 8
    assert say(client, made["id"])["ok"]
    assert say(client)["ok"]


def test_secrets_of_fixtures_of_ones_own(client: Any) -> None:
    """Without the sandbox's code, and with characters that are in no word."""
    number = {"number": "+62811", "phone_number_id": "1", "state": "connected"}
    kirim = {"label": "main", "api_key": "my key=/1234", "numbers": [number]}
    number = {"number": "+97150", "state": "active"}
    d7 = {"label": "main", "token": "some-token-of-mine", "numbers": [number]}
    made = make(client, fixtures={"kirim": {"accounts": [kirim]}, "d7": {"accounts": [d7]}})
    client.post(KIRIM_RECEIPT.path, headers={**KIRIM, "X-Old": "some-token-of-mine"})
    assert len(say(client, made["id"])["requests"]) == 1
    for text in ("my key=/1234", "my%20key%3D/1234"):
        client.post(f"/~{made['code']}/d7/whatsapp/v2/read-receipt/1?k={text}")
    assert len(say(client, made["id"])["requests"]) == 3


def test_journals_of_closed_and_empty_sandboxes_do_no_harm(client: Any) -> None:
    made, gone = make(client), make(client)
    sent = receipt("kirim", account_of(made, "kirim"), "wamid.1")
    sent.below(f"/~{gone['code']}/kirim").by(client)
    assert not_ok(client, "", made["id"]) == {"foreign_secret"}
    client.delete(f"{ALL}/{gone['id']}")
    assert not_ok(client, "", made["id"]) == set()


def test_headers_are_masked(client: Any) -> None:
    """A client may make a secret the name of a header."""
    name = KALEYRA_KEY.lower()
    client.post(KIRIM_RECEIPT.path, headers={**KIRIM, **JSON, name: D7_TOKEN})
    text = say(client)["text"]
    assert "of d7" in text
    assert name not in text
