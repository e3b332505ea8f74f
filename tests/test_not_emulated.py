"""What a provider documents and the server does not do is told so, wherever it is called."""

import re
from typing import Any

import pytest

from tests.calls import D7, KALEYRA, KALEYRA_NUMBER, KALEYRA_SID, KIRIM, KIRIM_NUMBER_ID
from tests.commands import run
from tests.conftest import STATE
from tests.derived import PROVIDERS
from tests.providers.causes import newest_entry

DOCUMENTED = [(id, each) for id, provider in PROVIDERS.items() for each in provider.not_emulated]
NAMES = [f"{provider}-{each.name}" for provider, each in DOCUMENTED]
SENDS: dict[str, tuple[str, dict[str, str], dict[str, Any]]] = {
    "kirim": (
        f"/v1/{KIRIM_NUMBER_ID}/messages",
        KIRIM,
        {
            "messaging_product": "whatsapp",
            "to": "+628123456789",
            "type": "text",
            "text": {"body": "Halo"},
        },
    ),
    "kaleyra": (
        f"/v2/{KALEYRA_SID}/whatsapp/{KALEYRA_NUMBER}/messages",
        KALEYRA,
        {
            "messaging_object": {
                "messaging_product": "whatsapp",
                "recipient_type": "individual",
                "to": "+919876543210",
                "type": "text",
                "text": {"preview_url": "false", "body": "This is the sample message"},
            }
        },
    ),
}


def filled(path: str) -> str:
    return path.replace("{", "1").replace("}", "")


@pytest.mark.parametrize("way", ["root", "prefix", "host"])
@pytest.mark.sample(20)
@pytest.mark.parametrize(("provider", "each"), DOCUMENTED, ids=NAMES)
def test_documented_call_is_told_to_be_not_emulated_yet(
    client: Any, provider: str, each: Any, way: str
) -> None:
    path = f"/{provider}" * (way == "prefix") + filled(each.path)
    headers = {"Host": PROVIDERS[provider].hosts[0]} if way == "host" else {}
    body = SENDS[provider][2] if each.recognise else None
    signs = {"Authorization": "Bearer x"} if provider == "kirim" else {"api-key": "x"}
    answer = client.open(path, method=each.method, headers={**headers, **signs}, json=body)
    assert answer.status_code in (404, 405)
    entry = newest_entry(client)
    told = f"documents {each.method} {each.path} ({each.name}) and that is not emulated yet"
    assert told in entry["because"]
    if entry["provider"] is None:
        error = answer.json["error"]
        assert (way, error["code"]) == ("root", "not_emulated")
        assert told in error["message"]
        assert f"{PROVIDERS[provider].operations[0].paths[0]} (mark_as_read)" in error["hint"]
    else:
        assert entry["provider"] == provider
        assert entry["error"] in ("NOT_FOUND", "METHOD_NOT_ALLOWED")
        assert entry["because"].endswith(")")  # the last of those that are emulated


def test_journal_of_the_sandbox_whose_credential_came_has_the_call(client: Any) -> None:
    client.post("/_mock/sandboxes", json={"id": "mine"})
    document = client.get("/_mock/sandboxes/mine").json
    token = document["providers"]["d7"]["accounts"][0]["token"]
    client.post("/whatsapp/v2/send", headers={"Authorization": f"Bearer {token}"})
    [entry] = client.get("/_mock/sandboxes/mine/requests").json["requests"]
    assert "send_message" in entry["because"]
    assert client.get("/_mock/sandboxes").json["unattributed"] == 0
    sid = document["providers"]["kaleyra"]["accounts"][0]["sid"]
    client.post(f"/kaleyra/v1/{sid}/messages", headers={"api-key": "x"})
    assert len(client.get("/_mock/sandboxes/mine/requests").json["requests"]) == 2


def test_call_with_a_credential_that_nobody_has_is_counted(client: Any) -> None:
    client.post("/whatsapp/v2/send", headers={"Authorization": "Bearer nobody"})
    assert newest_entry(client)["unattributed"] == "no account of d7 has the credential ****"
    assert client.get("/_mock/sandboxes").json["unattributed"] == 1


@pytest.mark.parametrize("provider", SENDS)
def test_send_is_no_receipt_and_not_judged_as_one(client: Any, provider: str) -> None:
    path, headers, body = SENDS[provider]
    answer = client.post(path, headers=headers, json=body)
    entry = newest_entry(client)
    assert (answer.status_code, entry["operation"], entry["error"]) == (404, None, "NOT_FOUND")
    assert "status" not in answer.text
    assert "(send_message) and that is not emulated yet" in entry["because"]
    assert client.get(f"{STATE}/messages?provider={provider}&unread=true").json["messages"]


def test_receipt_with_members_of_a_send_stays_a_receipt(client: Any) -> None:
    path, headers, body = SENDS["kirim"]
    client.post(path, headers=headers, json=body | {"status": "read"})
    assert newest_entry(client)["error"] == "MISSING_REQUIRED_FIELD"
    path, headers, body = SENDS["kaleyra"]
    sent = body["messaging_object"] | {"status": "read"}
    client.post(path, headers=headers, json={"messaging_object": sent})
    assert newest_entry(client)["error"] == "INCORRECT_PAYLOAD"


def test_rules_for_receipts_do_not_strike_sends(client: Any) -> None:
    match = {"provider": "kirim", "operation": "mark_as_read"}
    client.post(f"{STATE}/faults", json={"match": match, "fault": {"type": "outage"}})
    path, headers, body = SENDS["kirim"]
    assert client.post(path, headers=headers, json=body).status_code == 404


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("key", [KALEYRA["api-key"], "unknown"])
def test_kaleyras_older_sends_at_the_root_are_kaleyras(client: Any, method: str, key: str) -> None:
    path = f"/v1/{KALEYRA_SID}/messages"
    answer = client.open(path, method=method, headers={"api-key": key})
    assert (answer.status_code, answer.json) == (
        404,
        {"code": "404", "message": "Not Found", "data": {}, "error": {"error": "Not Found"}},
    )
    assert newest_entry(client)["provider"] == "kaleyra"


OLDER_SENDS = [
    {"data": {"api-key": "KEY", "to": "+919876543210"}},
    {"data": {"to": "+919876543210"}, "query_string": {"api-key": "KEY"}},
    {"query_string": {"to": "+919876543210", "api-key": "KEY"}},
    {"data": "api-key=&to=1", "content_type": "application/x-www-form-urlencoded"},
]


@pytest.mark.parametrize("options", OLDER_SENDS, ids=str)
def test_kaleyras_older_sends_bring_the_key_in_form_or_query_too(
    client: Any, options: dict[str, Any]
) -> None:
    answer = client.post(f"/v1/{KALEYRA_SID}/messages", **options)
    assert (answer.status_code, newest_entry(client)["provider"]) == (404, "kaleyra")
    assert "(send_message_v1) and that is not emulated yet" in newest_entry(client)["because"]


@pytest.mark.parametrize(
    "options",
    [
        {"data": "api-key=x", "content_type": "text/plain"},
        {"data": {"text": "api-key=x"}},
        {"data": {"text": "x" * 16_384, "api-key": "x"}},  # more is not looked at
        {"query_string": {"api_key": "x"}},
    ],
    ids=["no form", "within a field", "late", "other name"],
)
def test_what_only_looks_like_kaleyras_key_leaves_the_call_to_kirim(
    client: Any, options: dict[str, Any]
) -> None:
    answer = client.post(f"/v1/{KALEYRA_SID}/messages", **options)
    assert (answer.status_code, newest_entry(client)["provider"]) == (401, "kirim")


def test_version_2_of_kaleyra_wants_the_key_in_its_header(client: Any) -> None:
    path = f"/v2/{KALEYRA_SID}/whatsapp/{KALEYRA_NUMBER}/messages?api-key={KALEYRA['api-key']}"
    answer = client.post(path, json={})
    assert (answer.status_code, answer.json["code"]) == (401, "RBC001")
    assert newest_entry(client)["because"] == "expected the header api-key, came none"


def test_older_send_with_the_key_in_a_form_finds_its_sandbox(client: Any) -> None:
    made = client.post("/_mock/sandboxes", json={"id": "of-a-form"}).json
    account = made["providers"]["kaleyra"]["accounts"][0]
    data = {"api-key": account["api_key"], "to": "+919876543210"}
    client.post(f"/v1/{account['sid']}/messages", data=data)
    [entry] = client.get("/_mock/sandboxes/of-a-form/requests").json["requests"]
    assert entry["provider"] == "kaleyra"
    assert account["api_key"] not in str(entry)


FLAT = [
    ("GET", "/v1/messages"),
    ("POST", "/v1/messages"),
    ("GET", "/v1/messages/wamid.1"),
    ("GET", "/v1/messages/wamid.1/media"),
    ("GET", "/v1/conversations"),
    ("PATCH", "/v1/conversations/conv_1"),
    ("GET", "/v1/contacts"),
    ("POST", "/v1/contacts/bulk_label"),
    ("GET", "/v1/templates"),
    ("POST", "/v1/templates"),
]


@pytest.mark.parametrize(("method", "path"), FLAT)
@pytest.mark.parametrize("prefix", ["", "/kirim"])
def test_flat_paths_of_kirims_older_pages_are_told(
    client: Any, prefix: str, method: str, path: str
) -> None:
    answer = client.open(f"{prefix}{path}", method=method, headers=KIRIM, json={})
    entry = newest_entry(client)
    assert (answer.status_code, entry["provider"]) == (404, "kirim" if prefix else None)
    assert f"KirimChat documents {method} /v1/" in entry["because"]
    assert "_flat) and that is not emulated yet" in entry["because"]


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer x", "api-key": "x"}], ids=str)
def test_path_of_two_is_first_of_all_whose_operation_it_is(client: Any, headers: Any) -> None:
    answer = client.post(f"/v1/{KALEYRA_SID}/messages", headers=headers)
    assert (answer.status_code, newest_entry(client)["provider"]) == (401, "kirim")


def test_other_method_of_a_documented_path_is_told_too(client: Any) -> None:
    answer = client.get("/whatsapp/v2/send", headers=D7)
    told = "D7 Networks documents POST /whatsapp/v2/send (send_message), not GET,"
    assert answer.json["error"]["message"] == f"{told} and that is not emulated yet"


@pytest.mark.parametrize("path", ["/whatsapp/v2/sends", "/whatsapp/v2/send/", "/v1//labels"])
def test_path_that_nobody_documents_is_told_so(client: Any, path: str) -> None:
    answer = client.post(path)
    assert answer.json["error"]["message"] == f"no provider documents {path}"
    client.post(f"/d7{path}", headers=D7)
    assert "D7 Networks documents no such path" in newest_entry(client)["because"]


def test_providers_list_what_they_do_not_emulate(client: Any) -> None:
    for provider in client.get("/_mock/providers").json["providers"]:
        known = [each for id, each in DOCUMENTED if id == provider["id"]]
        assert provider["not_emulated"] == [
            {"name": each.name, "method": each.method, "path": each.path, "source": each.source}
            for each in known
        ]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_names_are_told_apart(provider: str) -> None:
    documented = [each.name for each in PROVIDERS[provider].not_emulated]
    emulated = [each.name for each in PROVIDERS[provider].operations]
    assert len({*documented, *emulated}) == len(documented) + len(emulated)


def test_command_lists_them_too() -> None:
    done = run("providers")
    for _, each in DOCUMENTED:
        assert re.search(
            rf"{each.method} +{re.escape(each.path)}  \(not emulated yet\)", done.stdout
        )
