"""Kaleyra: read receipts of version 2, every answer as the page prints it."""

from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.calls import KALEYRA_KEY as KEY
from tests.calls import KALEYRA_MESSAGE as FIRST
from tests.calls import KALEYRA_NUMBER as NUMBER
from tests.calls import KALEYRA_RECEIPT
from tests.calls import KALEYRA_SID as SID
from tests.conftest import Server

JSON = "application/json"
INACTIVE = "+919606012125"
VERSION_1 = "+919606012126"
LOW_BALANCE = {
    "sid": "HXIN1690413851IN",
    "key": "A5d2c90e17fb34a6d8b1e6f40a7c3958e",
    "number": "+919606012127",
    "message_id": "wamid.HBgMOTE4ODAwNDE5Njc1FQIAEhggMzJDQTdCNzVDQTlFQkEyRDg2MjkyQzM5NkIzMkY2MUMA",
}
PREPAID = {
    "sid": "HXIN1690413852IN",
    "key": "A91e7a4c35d6f4b08a2cd7e65f3b1049d",
    "number": "+919606012128",
    "message_id": "wamid.HBgMOTE5MDUxNzY0NDgzFQIAEhggRTA3ODQ4REJFMzVFMTVGM0QxQjFCQTg1QTVGMDFBQkYA",
}

# One conversation, in order of arrival; all but the last are older than three hours and a half.
SECOND = "wamid.HBgMOTE5ODQwMjc2MTUzFQIAEhggOTBBNDVDQTY2OUIzOUIyNTg4QzlBNzAwQjc2QzdGODEA"
THIRD = "wamid.HBgMOTE5ODQwMjc2MTUzFQIAEhggNkFDQzJGM0Y3NUE1N0MyRDNFQ0Q0MjZBMjU4RkM1RDcA"
LAST = "wamid.HBgMOTE5ODQwMjc2MTUzFQIAEhggQjg5NDlDODE0RDg3ODg5NDQ1QzU5Q0I0MzcwQUI3MTkA"
OUTBOUND = "wamid.HBgMOTE5ODQwMjc2MTUzFQIAERgSRjE2NjgzQ0IyMDIzNzU5QzZDAA=="
OF_ANOTHER_NUMBER = "wamid.HBgMOTE5NzM5MDU1MTQ2FQIAEhggOEFEQTIzQ0QwMEQ0NDkzMzIwQzlFNUY0ODQ4NzJCMkMA"

RBC001 = {
    "code": "RBC001",
    "message": "Incorrect SID or API key.",
    "data": [],
    "error": {"error": "Incorrect SID or API key."},
}
UNKNOWN_NUMBER = {
    "code": "WA401",
    "message": "Phone number is not present or does not belong to the account.",
    "data": {},
    "error": {"phone_number": "Phone number is not present or does not belong to the account."},
}
INACTIVE_NUMBER = {
    "code": "WA401",
    "message": "The phone number you're using not active.",
    "data": {},
    "error": {"phone_number": "The phone number you're using not active."},
}
OTHER_VERSION = {
    "code": "WA-401",
    "message": "The phone number you're using is associated with different Version of our WA API. "
    "Please use the appropriate endpoint.",
    "data": {},
    "error": {
        "phone_number": "The phone number you're using is associated with different Version of "
        "our WA API. Please use the appropriate endpoint."
    },
}
ACCOUNT_TYPE = {
    "code": "WA-401",
    "message": "API is not available for given customer.Please contact support for more info",
    "data": {},
    "error": {
        "account": "API is not available for given customer.Please contact support for more info"
    },
}
WA400 = {
    "code": "WA400",
    "message": "Refer to correct payload format",
    "data": {},
    "error": {"payload": "Incorrect payload format"},
}
E110 = {
    "code": "E110",
    "message": "Please check your balance, You have a low balance!",
    "data": {},
    "error": {"balance": "Please check your balance, You have a low balance!"},
}
WA500 = {
    "code": "WA500",
    "message": "Please try again later",
    "data": {},
    "error": {"error": "Internal server error"},
}


def accepted(message_id: str) -> tuple[int, str, Any]:
    body = {
        "code": "WA202",
        "message": "Request Accepted",
        "data": {"message_id": message_id},
        "error": {},
    }
    return 202, JSON, body


def told(response: requests.Response) -> tuple[int, str, Any]:
    return response.status_code, response.headers["Content-Type"], response.json()


def receipt(message_id: Any = FIRST, **changes: Any) -> dict[str, Any]:
    return {
        "messaging_object": {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": message_id,
            **changes,
        },
        "extra_info": {
            "ref": "customer1",
            "ref1": "marketing",
            "ref2": "dictionary",
            "wa_source": "api",
        },
    }


def post(
    server: Server,
    body: Any = None,
    *,
    sid: str = SID,
    key: str | None = KEY,
    number: str = NUMBER,
    message_id: str = FIRST,
    **headers: str | None,
) -> requests.Response:
    url = f"{server.url}/v2/{sid}/whatsapp/{number}/messages"
    sent = {"Content-Type": JSON, "api-key": key, "cache-control": "no-cache", **headers}
    content = {"data": body} if isinstance(body, bytes) else {"json": body or receipt(message_id)}
    return requests.post(url, headers=sent, timeout=5, **content)


def unread(server: Server) -> set[str]:
    url = f"{server.state}/messages?provider=kaleyra&unread=true"
    return {each["id"] for each in requests.get(url, timeout=5).json()["messages"]}


def because(server: Server) -> str | None:
    entries = requests.get(f"{server.state}/requests?provider=kaleyra", timeout=5).json()
    return entries["requests"][-1]["because"]


@pytest.mark.parametrize("prefix", ["", "/kaleyra"])
@pytest.mark.parametrize("number", [NUMBER, f"%2B{NUMBER[1:]}", NUMBER[1:]])
def test_receipt_is_accepted_however_the_number_is_written(
    server: Server, prefix: str, number: str
) -> None:
    url = f"{server.url}{prefix}/v2/{SID}/whatsapp/{number}/messages"

    response = requests.post(url, headers={"api-key": KEY}, json=receipt(), timeout=5)

    assert told(response) == accepted(FIRST)
    assert FIRST not in unread(server)


@pytest.mark.parametrize("number", ["+91%2096060%2012124", "+91-9606-012124"])
def test_receipt_is_accepted_when_the_number_has_spaces_or_dashes(
    server: Server, number: str
) -> None:
    assert told(post(server, number=number)) == accepted(FIRST)


@pytest.mark.parametrize(
    "host", ["api.in.kaleyra.io", "api.ap.kaleyra.io", "api.eu.kaleyra.io", "api.kaleyra.io"]
)
def test_receipt_is_accepted_under_every_host_of_the_page(server: Server, host: str) -> None:
    assert told(post(server, Host=host)) == accepted(FIRST)
    assert FIRST not in unread(server)


def test_receipt_is_accepted_under_any_other_host(server: Server) -> None:
    assert told(post(server, Host="api.na.kaleyra.ai")) == accepted(FIRST)


def test_receipt_marks_the_earlier_messages_of_the_conversation_and_no_others(
    server: Server,
) -> None:
    before = unread(server)

    assert told(post(server, message_id=THIRD)) == accepted(THIRD)

    assert before - unread(server) == {FIRST, SECOND, THIRD}
    assert LAST in unread(server)


def test_receipt_for_the_newest_message_reads_the_whole_conversation(server: Server) -> None:
    before = unread(server)

    post(server, message_id=LAST)

    assert before - unread(server) == {FIRST, SECOND, THIRD, LAST}


def test_receipt_is_accepted_again_and_changes_nothing_when_repeated(server: Server) -> None:
    post(server, message_id=SECOND)
    once = unread(server)

    assert told(post(server, message_id=SECOND)) == accepted(SECOND)
    assert unread(server) == once


def test_receipt_is_accepted_without_extra_info(server: Server) -> None:
    body = {"messaging_object": receipt()["messaging_object"]}

    assert told(post(server, body)) == accepted(FIRST)


@pytest.mark.parametrize("source", ["braze", "API", "my-own-shop", "", 7, None, ["api"]])
def test_receipt_is_accepted_whatever_the_source(server: Server, source: Any) -> None:
    body = receipt() | {"extra_info": {"wa_source": source}}

    assert told(post(server, body)) == accepted(FIRST)
    assert FIRST not in unread(server)


@pytest.mark.parametrize("field", ["ref", "ref1", "ref2"])
@pytest.mark.parametrize("letter", ["x", "क", "😕"])
def test_receipt_is_accepted_when_a_reference_has_255_characters(
    server: Server, field: str, letter: str
) -> None:
    body = receipt() | {"extra_info": {field: letter * 255}}

    assert told(post(server, body)) == accepted(FIRST)


@pytest.mark.parametrize("field", ["ref", "ref1", "ref2"])
@pytest.mark.parametrize("value", ["x" * 256, 255, ["customer1"], {}])
def test_payload_is_wrong_when_a_reference_is_too_long_or_no_text(
    server: Server, field: str, value: Any
) -> None:
    body = receipt() | {"extra_info": {field: value}}

    assert told(post(server, body)) == (400, JSON, WA400)
    assert FIRST in unread(server)


def test_receipt_is_accepted_with_members_nobody_documents(server: Server) -> None:
    body = receipt(recipient_type="individual", type="text") | {"callback_profile_id": "IN_1"}

    assert told(post(server, body)) == accepted(FIRST)


@pytest.mark.parametrize(
    "messaging_object",
    [
        None,
        "read",
        ["read"],
        {},
        {"status": "read", "message_id": FIRST},
        {"messaging_product": "whatsapp", "message_id": FIRST},
        {"messaging_product": "whatsapp", "status": "read"},
    ],
)
def test_payload_is_wrong_when_the_message_object_is_incomplete(
    server: Server, messaging_object: Any
) -> None:
    body = receipt() | {"messaging_object": messaging_object}

    assert told(post(server, body)) == (400, JSON, WA400)


@pytest.mark.parametrize(
    "change",
    [
        {"messaging_product": "sms"},
        {"messaging_product": "WhatsApp"},
        {"messaging_product": None},
        {"status": "delivered"},
        {"status": "Read"},
        {"status": True},
        {"message_id": ""},
        {"message_id": None},
        {"message_id": 42},
        {"typing_indicator": {"type": "audio"}},
        {"typing_indicator": "text"},
    ],
)
def test_payload_is_wrong_when_a_value_is_not_as_documented(
    server: Server, change: dict[str, Any]
) -> None:
    assert told(post(server, receipt(**({"message_id": FIRST} | change)))) == (400, JSON, WA400)
    assert FIRST in unread(server)


@pytest.mark.parametrize("extra_info", [None, "customer1", ["customer1"], 1])
def test_payload_is_wrong_when_extra_info_is_no_object(server: Server, extra_info: Any) -> None:
    assert told(post(server, receipt() | {"extra_info": extra_info})) == (400, JSON, WA400)


def test_payload_is_wrong_when_the_wrapper_is_missing(server: Server) -> None:
    assert told(post(server, receipt()["messaging_object"])) == (400, JSON, WA400)
    assert FIRST in unread(server)


PAGES_OWN_FORMAT = b"""{
"messaging_object": {
"messaging_product": "whatsapp",
"status": "read",
"message_id": "AXXXXXXXXXXXXXXXXXXX"
},
"extra_info": {
"ref": "<ref>
"ref1": "<ref1>",
"ref2": "<ref2>",
"wa_source": "<wa_source>"
}
}"""


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"null", b"[]", b'"read"', b"\xff\xfe", PAGES_OWN_FORMAT],
    ids=["empty", "cut", "null", "array", "text", "no UTF-8", "the page's format"],
)
def test_payload_is_wrong_when_the_body_is_no_json_object(server: Server, body: bytes) -> None:
    assert told(post(server, body)) == (400, JSON, WA400)


@pytest.mark.parametrize(
    "content_type", [None, "text/plain", "text/json", "application/x-www-form-urlencoded"]
)
def test_payload_is_wrong_when_the_content_type_is_not_json(
    server: Server, content_type: str | None
) -> None:
    body = KALEYRA_RECEIPT.body

    assert told(post(server, body, **{"Content-Type": content_type})) == (400, JSON, WA400)
    assert told(post(server, body)) == accepted(FIRST)


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "application/json;charset=UTF-8"]
)
def test_receipt_is_accepted_when_the_content_type_names_the_charset(
    server: Server, content_type: str
) -> None:
    assert told(post(server, **{"Content-Type": content_type})) == accepted(FIRST)


@pytest.mark.parametrize(
    "credentials",
    [
        {"key": None},
        {"key": ""},
        {"key": f"{KEY[:-1]}8"},
        {"key": LOW_BALANCE["key"]},
        {"sid": "HXIN0000000000IN"},
        {"sid": LOW_BALANCE["sid"]},
        {"sid": SID.lower()},
    ],
)
def test_call_is_rbc001_when_sid_and_key_are_no_couple(
    server: Server, credentials: dict[str, Any]
) -> None:
    assert told(post(server, **credentials)) == (401, JSON, RBC001)
    assert FIRST in unread(server)


@pytest.mark.parametrize(
    ("number", "body"),
    [
        ("+919840276153", UNKNOWN_NUMBER),  # a customer's
        ("+919606012127", UNKNOWN_NUMBER),  # another account's
        ("+91XXXXXXXXXX", UNKNOWN_NUMBER),
        ("12124", UNKNOWN_NUMBER),
        (INACTIVE, INACTIVE_NUMBER),
        (VERSION_1, OTHER_VERSION),
    ],
)
def test_call_is_401_when_the_number_cannot_be_used(
    server: Server, number: str, body: dict[str, Any]
) -> None:
    assert told(post(server, number=number)) == (401, JSON, body)
    assert FIRST in unread(server)


def test_call_is_wa_401_when_the_account_is_prepaid(server: Server) -> None:
    assert told(post(server, **PREPAID)) == (401, JSON, ACCOUNT_TYPE)
    assert PREPAID["message_id"] in unread(server)


def test_call_is_e110_when_the_balance_is_low(server: Server) -> None:
    assert told(post(server, **LOW_BALANCE)) == (400, JSON, E110)
    assert LOW_BALANCE["message_id"] in unread(server)


def test_call_is_wa500_when_asked_for(server: Server) -> None:
    response = post(server, **{"X-Mock-Fault": "error=INTERNAL_SERVER_ERROR"})

    assert told(response) == (500, JSON, WA500)
    assert FIRST in unread(server)


NO_PAYLOAD = {"body": b"{}"}


@pytest.mark.parametrize(
    ("faults", "status", "body"),
    [
        ({"key": "wrong", "X-Mock-Fault": "error=INTERNAL_SERVER_ERROR"}, 500, WA500),
        (PREPAID | {"key": "wrong"}, 401, RBC001),
        (PREPAID | {"number": "+910000000000"}, 401, ACCOUNT_TYPE),
        (PREPAID | NO_PAYLOAD, 401, ACCOUNT_TYPE),
        ({"number": "+910000000000"} | NO_PAYLOAD, 401, UNKNOWN_NUMBER),
        (LOW_BALANCE | {"number": "+910000000000"}, 401, UNKNOWN_NUMBER),
        ({"number": "+910000000000", "Content-Type": "text/plain"}, 401, UNKNOWN_NUMBER),
        ({"number": INACTIVE} | NO_PAYLOAD, 401, INACTIVE_NUMBER),
        ({"number": VERSION_1} | NO_PAYLOAD, 401, OTHER_VERSION),
        (LOW_BALANCE | NO_PAYLOAD, 400, WA400),
        (LOW_BALANCE | {"message_id": "AUNKNOWN"}, 400, E110),
    ],
)
def test_first_of_two_faults_is_answered(
    server: Server, faults: dict[str, Any], status: int, body: dict[str, Any]
) -> None:
    assert told(post(server, **faults)) == (status, JSON, body)


@pytest.mark.parametrize(
    "message_id",
    [
        "AUNKNOWN",
        "wamid.HBgMXXXXXXXXXXXX",
        OUTBOUND,
        OF_ANOTHER_NUMBER,
        LOW_BALANCE["message_id"],
    ],
)
def test_receipt_is_accepted_and_noted_when_the_message_is_unmatched(
    server: Server, message_id: str
) -> None:
    before = unread(server)

    assert told(post(server, message_id=message_id)) == accepted(message_id)

    assert (because(server) or "").startswith("unmatched")
    assert unread(server) == before


def test_journal_notes_nothing_when_the_message_is_matched(server: Server) -> None:
    post(server)

    assert because(server) is None


@pytest.mark.parametrize(
    "message_id", ["AUNKNOWN", OUTBOUND, OF_ANOTHER_NUMBER, LOW_BALANCE["message_id"]]
)
def test_payload_is_wrong_when_the_switch_rejects_unmatched_messages(
    make_client: Callable[..., Any], message_id: str
) -> None:
    client = make_client(switches={"kaleyra": {"unknown_message": "reject"}})
    path = f"/v2/{SID}/whatsapp/{NUMBER}/messages"

    response = client.post(path, headers={"api-key": KEY}, json=receipt(message_id))

    assert (response.status_code, response.content_type, response.json) == (400, JSON, WA400)


def test_receipt_is_accepted_when_the_switch_rejects_only_unmatched_messages(
    make_client: Callable[..., Any],
) -> None:
    client = make_client(switches={"kaleyra": {"unknown_message": "reject"}})
    path = f"/v2/{SID}/whatsapp/{NUMBER}/messages"

    response = client.post(path, headers={"api-key": KEY}, json=receipt())

    assert (response.status_code, response.content_type, response.json) == accepted(FIRST)


def test_typing_indicator_shows_a_bubble_for_25_seconds(client: Any) -> None:
    body = receipt(typing_indicator={"type": "text"})
    path = f"/v2/{SID}/whatsapp/{NUMBER}/messages"

    response = client.post(path, headers={"api-key": KEY}, json=body)

    assert (response.status_code, response.content_type, response.json) == accepted(FIRST)
    message = client.get(f"/_mock/sandboxes/default/messages/{FIRST}").json
    assert message["read_at"] == "2026-11-21T06:00:00Z"
    assert message["typing_until"] == "2026-11-21T06:00:25Z"


def test_receipt_shows_no_bubble_without_a_typing_indicator(client: Any) -> None:
    client.post(f"/v2/{SID}/whatsapp/{NUMBER}/messages", headers={"api-key": KEY}, json=receipt())

    message = client.get(f"/_mock/sandboxes/default/messages/{FIRST}").json
    assert message["read_at"] == "2026-11-21T06:00:00Z"
    assert message["typing_until"] is None


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_other_methods_are_405_without_an_invented_code(server: Server, method: str) -> None:
    url = f"{server.url}/kaleyra/v2/{SID}/whatsapp/{NUMBER}/messages"

    response = requests.request(method, url, headers={"api-key": KEY}, timeout=5)

    assert (response.status_code, response.headers["Content-Type"]) == (405, JSON)
    assert response.headers["Allow"] == "POST"
    assert list(response.json()) == ["code", "message", "data", "error"]
    assert not response.json()["code"].startswith(("WA", "RBC", "E1"))


@pytest.mark.parametrize(
    "path",
    ["/", f"/v2/{SID}/whatsapp", f"/v2/{SID}/whatsapp/waba/templates", f"/v1/{SID}/messages"],
)
def test_unknown_path_is_404_without_an_invented_code(server: Server, path: str) -> None:
    url = f"{server.url}/kaleyra{path}"

    response = requests.post(url, headers={"api-key": KEY}, json=receipt(), timeout=5)

    assert (response.status_code, response.headers["Content-Type"]) == (404, JSON)
    assert list(response.json()) == ["code", "message", "data", "error"]
    assert not response.json()["code"].startswith(("WA", "RBC", "E1"))


@pytest.mark.parametrize(
    "path",
    [
        f"/v2/{SID}/whatsapp/{NUMBER}/messages",
        f"/kaleyra/v1/{SID}/messages",
        f"/v1/{SID}/messages",  # at the root it is another provider's, the key is still a secret
    ],
)
def test_key_is_masked_in_the_journal_wherever_it_is_sent(server: Server, path: str) -> None:
    requests.post(f"{server.url}{path}", headers={"api-key": KEY}, json=receipt(), timeout=5)

    journal = requests.get(f"{server.state}/requests", timeout=5)
    assert len(journal.json()["requests"]) == 1
    assert KEY not in journal.text
