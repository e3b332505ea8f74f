"""NXCloud: signed calls, answered with HTTP 200 and the outcome in ``code``."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from tests import commands
from tests.calls import (
    NX_MESSAGE,
    NX_RECEIPT,
    NX_TYPING,
    NXCLOUD_RECEIPT,
    NXCLOUD_TYPING,
)
from tests.conftest import NOW, STATE, Server, StillClock
from tests.nxcloud_signature import ACCESS_KEY, DOCUMENTED, TS, signed

JSON = "application/json"
READ = NXCLOUD_RECEIPT.path
TYPING = NXCLOUD_TYPING.path
MESSAGES = f"{STATE}/messages"

NO_PERMISSION = {"key": "nx7perm0k2q9d", "secret": "s3cr3tnop3rm1"}

# One conversation, in order of arrival: 28 h, 27 h 58 min, 27 h 57 min and 4 h 30 min old.
FIRST = NX_MESSAGE
SECOND = "gBGHhhdgYFCBnwIJRtOSxJNsbq7p"
THIRD = "wamid.HBgNODYxNzYwNjA1MDgxORUCABIYIDUxN0QzOEFDNEM4MkZDRkMxOTBGMUNCMDAxMzgzNTA5AA=="
LAST = "ABGHhhdgYFCBnwIQRLR-fnSs4_U3WYXsPhbIwA"
OUTBOUND = "wamid.HBgNODYxNzYwNjA1MDgxORUCABEYEjU0QTVDM0Y2QzI5Q0VBNkRGMgA="
OF_THE_UNBOUND_NUMBER = (
    "wamid.HBgNNTUyMTk4NjMwNDQ3MRUCABIYIEQwMzNGQkNGMzY3RjY5RDVCQUYzRjY3N0JFRjFDQkQxAA=="
)
OF_ANOTHER_ACCOUNT = "ABGHhhiSVQMxfwIQfdrygqx0gU9iw0aFaF4trA"

SUCCESS = {"code": 0, "data": None, "message": "Request succeeded"}


def failure(code: int, message: str) -> dict[str, Any]:
    return {"code": code, "message": message, "data": None}


FAILED = failure(-1, "Request failed")
MISSING = failure(1001, "Missing common parameters")
WRONG = failure(1002, "Parameter error")
BAD_SIGN = failure(1003, "Invalid signature")
EXPIRED = failure(1004, "Timestamp has expired")
FORBIDDEN = failure(1005, "Insufficient permissions")
EXCEPTION = failure(9000, "Parameter exception")
SYSTEM = failure(9001, "System business error")
BAD_NUMBER = failure(9002, "Merchant phone number error")
UNBOUND = failure(9006, "The WhatsApp number is not bound to any application")


def receipt(**changes: Any) -> dict[str, Any]:
    return NX_RECEIPT | changes


def without(name: str, body: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key != name}


def typing(**changes: Any) -> dict[str, Any]:
    return NX_TYPING | changes


def headers_of(
    body: bytes, how: dict[str, str] | None = None, **changes: str | None
) -> dict[str, str]:
    """Signed at the instant of the still clock; ``changes`` come after, None takes one away."""
    every = signed(body, now=NOW, **(how or {})) | {"Content-Type": JSON} | changes
    return {name: value for name, value in every.items() if value is not None}


HOW = ("key", "secret", "ts", "biz_type", "action")


def call(client: Any, body: Any = None, path: str = READ, **changes: str | None) -> Any:
    """``changes`` are of what is signed, or of the headers afterwards."""
    content = body if isinstance(body, bytes) else json.dumps(body or receipt()).encode()
    how = {name: changes.pop(name) for name in HOW if name in changes}
    return client.post(path, data=content, headers=headers_of(content, how, **changes))


def told(response: Any) -> tuple[int, str, Any]:
    return response.status_code, response.headers["Content-Type"], response.get_json()


def said(body: dict[str, Any]) -> tuple[int, str, Any]:
    """An answer of the service: HTTP 200 whatever the outcome."""
    return 200, JSON, body


def message(client: Any, message_id: str = FIRST) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"{MESSAGES}/{message_id}").get_json()
    return found


def unread(client: Any) -> set[str]:
    found = client.get(f"{MESSAGES}?provider=nxcloud&unread=true").get_json()["messages"]
    return {each["id"] for each in found}


# The vectors: the documented ones, and others computed by hand with the documented algorithm.

D1, D2, D3 = (body.encode() for _, _, body, _ in DOCUMENTED)
X1 = (
    b'{"business_phone":"8615800001795","messaging_product":"whatsapp",'
    b'"message_id":"ABGHhhdgYFCBnwIQNkLO2ipL1_ZpZ41mwgMHEg","status":"read"}'
)
X2 = b"""{
"business_phone": "185xxxx8399",
"messaging_product": "whatsapp",
"message_id": "ABGHhhdgYFCBnwIQNkLO2ipL1_ZpZ41mwgMHEg",
"status": "read"
}"""
X3 = X2.replace(b'\n"', b'\n    "')
X4 = X2.replace(b"\n", b"\r\n")
X8 = (
    '{"appkey":"f543ertg","business_phone":"8615800001795","messaging_product":"whatsapp",'
    '"recipient_type":"individual","to":"8613600009759","type":"text",'
    '"text":{"body":"你好","preview_url":false}}'
).encode()
X9 = X8.replace("你好".encode(), b"\\u4f60\\u597d")
X1_SHA256 = "2242c59b7bee447d56f694897a14cf8d005bcf52161c7f7b4f1fdc98f3f55935"


def signed_by_command(folder: Path, body: bytes, options: dict[str, str]) -> dict[str, str]:
    """The headers that ``mockserver sign`` prints for the body at the documented instant."""
    (folder / "body").write_bytes(body)
    told = [f"--option={name}={value}" for name, value in {"ts": TS, **options}.items()]
    done = commands.run("sign", "nxcloud", "--body", f"@{folder / 'body'}", *told)
    assert (done.returncode, done.stderr) == (0, "")
    return dict(line.split(": ", 1) for line in done.stdout.splitlines())


@pytest.mark.sample(4)
@pytest.mark.parametrize(
    ("biz_type", "action", "body", "sign"),
    [
        *((biz_type, action, body.encode(), sign) for biz_type, action, body, sign in DOCUMENTED),
        ("2", "read", X1, "32955ce62a2b7310f34e80f5ea702d30"),
        ("2", "read", X2, "567e7e3a48a08f6c4eb9281329a9ce53"),
        ("2", "read", X3, "fd465d60989e95328cff15eb7ed26596"),
        ("2", "read", X4, "29802c73effdd8c4f0fe3bc9347d882c"),
        ("2", "login", b"", "6b536916092b660044e8a2c8cf11847a"),
        ("2", "login", b"{}", "7e59ff76316563ace51e18a32ffc84c4"),
        ("2", "uploadMedia", b"", "d2632e6b4cbea8587b36cb585e06a195"),
        ("2", "mt", X8, "3499549e842af30f1998be190933d76b"),
        ("2", "mt", X9, "ee7af70f27222e5b575d2fbff680c9ed"),
    ],
    ids=["D1", "D2", "D3", "X1", "X2", "X3", "X4", "X5", "X6", "X7", "X8", "X9"],
)
def test_signature_equals_the_vector_with_md5(
    tmp_path: Path, biz_type: str, action: str, body: bytes, sign: str
) -> None:
    options = {"biz_type": biz_type, "action": action}

    assert signed_by_command(tmp_path, body, options)["sign"] == sign
    assert signed_by_command(tmp_path, body, options | {"algorithm": "md5"})["sign"] == sign


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("biz_type", "action", "body", "sign"),
    [
        ("2", "read", X1, X1_SHA256),
        (
            "2",
            "login",
            b"",
            "3ac5a04ef3289266fef2cfdcd1467efffa95e593d6336e8b937559b1317c7d4b",
        ),
        ("1", "send", D1, "e0eec2c99ef80f269a82795e2223f618ebfc0616c8b6c8c7d438021ec38ad0eb"),
    ],
    ids=["X1", "X5", "X10"],
)
def test_signature_equals_the_vector_with_sha256(
    tmp_path: Path, biz_type: str, action: str, body: bytes, sign: str
) -> None:
    options = {"biz_type": biz_type, "action": action, "algorithm": "sha256"}

    assert signed_by_command(tmp_path, body, options)["sign"] == sign


@pytest.fixture
def documented(clock: StillClock, client: Any) -> Any:
    """A client at the instant of the documented examples."""
    clock.advance(int(TS) - clock.now())
    assert client.post(f"{STATE}/reset").status_code == 204
    return client


def documented_headers(sign: str, **more: str) -> dict[str, str]:
    return {
        "accessKey": ACCESS_KEY,
        "ts": TS,
        "bizType": "2",
        "action": "read",
        "sign": sign,
        "Content-Type": "application/json",
        **more,
    }


@pytest.mark.parametrize(
    ("body", "sign", "answer"),
    [
        (X1, "32955ce62a2b7310f34e80f5ea702d30", FAILED),  # another number's: signed well
        (X2, "567e7e3a48a08f6c4eb9281329a9ce53", SUCCESS),  # the page's request as printed
        (X3, "fd465d60989e95328cff15eb7ed26596", SUCCESS),
        (X4, "29802c73effdd8c4f0fe3bc9347d882c", SUCCESS),
    ],
    ids=["X1", "X2", "X3", "X4"],
)
def test_call_passes_with_the_sign_of_the_vector(
    documented: Any, body: bytes, sign: str, answer: dict[str, Any]
) -> None:
    response = documented.post(READ, data=body, headers=documented_headers(sign))

    assert told(response) == said(answer)


def test_call_passes_with_the_sha256_sign_of_the_vector(documented: Any) -> None:
    headers = documented_headers(X1_SHA256, algorithm="sha256")

    assert told(documented.post(READ, data=X1, headers=headers)) == said(FAILED)  # signed well


def test_call_passes_with_the_md5_sign_when_md5_is_named(documented: Any) -> None:
    headers = documented_headers("567e7e3a48a08f6c4eb9281329a9ce53", algorithm="md5")

    assert told(documented.post(READ, data=X2, headers=headers)) == said(SUCCESS)


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (X1, {"sign": "2d1aadaf50e8612e465c5199f40764ef"}),  # keys in another order
        (X1, {"sign": "807bd453006da1f527baef5128455e3c"}),  # the body without its name
        (X1, {"sign": "6e9506557d1f289501d333ee2c365826"}),  # the page's placeholder
        (X1, {"sign": "32955CE62A2B7310F34E80F5EA702D30"}),
        (X1, {"sign": "32955ce62a2b7310f34e80f5ea702d3"}),
        (X1, {"sign": X1_SHA256}),  # the algorithm is not named
        (X1, {"sign": "32955ce62a2b7310f34e80f5ea702d30", "algorithm": "sha256"}),
        (X1 + b"\n", {"sign": "32955ce62a2b7310f34e80f5ea702d30"}),
        (X1 + b" ", {"sign": "32955ce62a2b7310f34e80f5ea702d30"}),
        (X3, {"sign": "567e7e3a48a08f6c4eb9281329a9ce53"}),
        (X4, {"sign": "567e7e3a48a08f6c4eb9281329a9ce53"}),
        (b"", {"sign": "32955ce62a2b7310f34e80f5ea702d30"}),
    ],
)
def test_call_is_1003_when_the_sign_is_of_something_else(
    documented: Any, body: bytes, headers: dict[str, str]
) -> None:
    response = documented.post(READ, data=body, headers=documented_headers(**headers))

    assert told(response) == said(BAD_SIGN)
    assert message(documented)["read_at"] is None


# Success


@pytest.mark.parametrize("path", [READ, f"/nxcloud{READ}"])
def test_receipt_succeeds_on_every_path(client: Any, path: str) -> None:
    assert told(call(client, path=path)) == said(SUCCESS)
    assert message(client)["read_at"] == "2026-11-21T06:00:00Z"


@pytest.mark.parametrize("message_id", [FIRST, SECOND])
def test_receipt_succeeds_for_every_id_of_the_page(client: Any, message_id: str) -> None:
    assert message(client, message_id)["read_at"] is None

    assert told(call(client, receipt(message_id=message_id))) == said(SUCCESS)
    assert message(client, message_id)["read_at"] == "2026-11-21T06:00:00Z"


def send(server: Server, rename: Callable[[str], str] = str, **more: str) -> requests.Response:
    headers = signed(X2) | {"Content-Type": JSON}
    sent = {rename(name): value for name, value in headers.items()}
    return requests.post(f"{server.url}{READ}", data=X2, headers=sent | more, timeout=5)


@pytest.mark.parametrize("rename", [str, str.lower, str.upper, str.capitalize, str.swapcase])
def test_receipt_succeeds_with_header_names_in_any_case(
    server: Server, rename: Callable[[str], str]
) -> None:
    response = send(server, rename)

    assert (response.status_code, response.headers["Content-Type"]) == (200, JSON)
    assert response.json() == SUCCESS


@pytest.mark.parametrize(
    "header",
    [
        {"Host": "api2.nxcloud.com"},
        {"Content-Encoding": "UTF-8"},
        {"User-Agent": "Go-http-client/1.1", "Accept-Encoding": "gzip"},
    ],
)
def test_receipt_succeeds_with_the_headers_that_clients_send(
    server: Server, header: dict[str, str]
) -> None:
    response = send(server, **header)

    assert (response.status_code, response.json()) == (200, SUCCESS)


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "application/json;charset=UTF-8"]
)
def test_receipt_succeeds_when_the_content_type_names_the_charset(
    client: Any, content_type: str
) -> None:
    assert told(call(client, **{"Content-Type": content_type})) == said(SUCCESS)


def test_receipt_succeeds_with_members_nobody_documents(client: Any) -> None:
    assert told(call(client, receipt(appkey="f543ertg", extra=[1]))) == said(SUCCESS)


def test_receipt_succeeds_again_and_changes_nothing_when_repeated(
    client: Any, clock: StillClock
) -> None:
    first = call(client)
    clock.advance(30_000)
    second = call(client)

    assert told(first) == told(second) == said(SUCCESS)
    assert message(client)["read_at"] == "2026-11-21T06:00:00Z"


def test_receipt_reads_the_earlier_messages_of_the_conversation_and_no_others(
    client: Any,
) -> None:
    before = unread(client)

    assert told(call(client, receipt(message_id=THIRD))) == said(SUCCESS)

    assert before - unread(client) == {FIRST, SECOND, THIRD}
    assert message(client, LAST)["read_at"] is None


def test_receipt_reads_one_message_when_the_switch_says_so(
    make_client: Callable[..., Any],
) -> None:
    client = make_client(switches={"nxcloud": {"read_earlier": False}})
    before = unread(client)

    assert told(call(client, receipt(message_id=THIRD))) == said(SUCCESS)

    assert before - unread(client) == {THIRD}


# Typing indicator


@pytest.mark.parametrize("path", [TYPING, f"/nxcloud{TYPING}"])
def test_typing_indicator_reads_and_shows_a_bubble_for_25_seconds(client: Any, path: str) -> None:
    response = call(client, typing(), path)

    assert told(response) == said({"code": 0, "data": None, "message": "Request successful"})
    assert message(client)["read_at"] == "2026-11-21T06:00:00Z"
    assert message(client)["typing_until"] == "2026-11-21T06:00:25Z"


def test_typing_indicator_shows_a_new_bubble_when_repeated(client: Any, clock: StillClock) -> None:
    call(client, typing(), TYPING)
    clock.advance(10_000)

    assert call(client, typing(), TYPING).get_json()["code"] == 0
    assert message(client)["read_at"] == "2026-11-21T06:00:00Z"
    assert message(client)["typing_until"] == "2026-11-21T06:00:35Z"


def test_receipt_shows_no_bubble(client: Any) -> None:
    call(client)

    assert message(client)["typing_until"] is None


@pytest.mark.parametrize(
    "body",
    [
        without("appkey", typing()),
        without("typing_indicator", typing()),
        without("business_phone", typing()),
        without("status", typing()),
        typing(appkey=""),
        typing(typing_indicator={}),
        typing(typing_indicator={"type": "audio"}),
        typing(typing_indicator="text"),
    ],
)
def test_typing_indicator_is_9000_when_a_field_is_missing_or_wrong(
    client: Any, body: dict[str, Any]
) -> None:
    assert told(call(client, body, TYPING)) == said(EXCEPTION)
    assert message(client)["read_at"] is None


# The codes


@pytest.mark.parametrize("value", [None, "", "   "])
@pytest.mark.parametrize("name", ["accessKey", "ts", "bizType", "action", "sign"])
def test_call_is_1001_when_a_common_header_is_missing_or_blank(
    client: Any, name: str, value: str | None
) -> None:
    body = X1
    headers = headers_of(body) | {name: value}
    sent = {key: each for key, each in headers.items() if each is not None}

    assert told(client.post(READ, data=body, headers=sent)) == said(MISSING)


@pytest.mark.parametrize(
    "change",
    [
        {"biz_type": "1"},
        {"biz_type": "22"},
        {"action": "mt"},
        {"action": "READ"},
        {"algorithm": "sha512"},
        {"algorithm": "sha1"},
    ],
)
def test_call_is_1002_when_a_fixed_header_is_wrong(client: Any, change: dict[str, str]) -> None:
    assert told(call(client, **change)) == said(WRONG)
    assert message(client)["read_at"] is None


@pytest.mark.parametrize("body", [b"", b"{", b"read", b"[]", b"null", b'"read"', b"7", b"\xff"])
def test_call_is_1002_when_the_body_is_no_json_object(client: Any, body: bytes) -> None:
    assert told(call(client, body)) == said(WRONG)


@pytest.mark.parametrize(
    "content_type", [None, "text/plain", "multipart/form-data; boundary=x", "application/xml"]
)
def test_call_is_1003_when_the_content_type_is_wrong(client: Any, content_type: str | None) -> None:
    assert told(call(client, **{"Content-Type": content_type})) == said(BAD_SIGN)
    assert message(client)["read_at"] is None


def test_call_is_1003_when_the_secret_is_wrong(client: Any) -> None:
    assert told(call(client, secret="abciiiko2k4")) == said(BAD_SIGN)


@pytest.mark.parametrize("ts", [NOW - 60_000, NOW - 1, NOW, NOW + 1, NOW + 60_000])
def test_call_passes_when_the_timestamp_is_60000_ms_off_at_most(client: Any, ts: int) -> None:
    assert told(call(client, ts=str(ts))) == said(SUCCESS)


@pytest.mark.parametrize(
    "ts",
    [
        str(NOW - 60_001),
        str(NOW + 60_001),
        "1795240800",  # in seconds
        "1795240800000000",
        "-1795240800000",
        "1795240800000.0",
        "1.7952408e12",
        "0",
        "now",
        "9" * 400,
    ],
)
def test_call_is_1004_when_the_timestamp_is_older_newer_or_no_milliseconds(
    client: Any, ts: str
) -> None:
    assert told(call(client, ts=ts)) == said(EXPIRED)
    assert message(client)["read_at"] is None


def test_call_is_1005_when_the_access_key_is_unknown(client: Any) -> None:
    assert told(call(client, key=f"{ACCESS_KEY[:-1]}x")) == said(FORBIDDEN)


def test_call_is_1005_when_the_account_may_not_use_whatsapp(client: Any) -> None:
    body = receipt(business_phone="8615800001797", message_id=OF_ANOTHER_ACCOUNT)

    assert told(call(client, body, **NO_PERMISSION)) == said(FORBIDDEN)
    assert message(client, OF_ANOTHER_ACCOUNT)["read_at"] is None


@pytest.mark.parametrize("value", ["absent", "", None, 5, ["x"], {}])
@pytest.mark.parametrize("name", ["business_phone", "messaging_product", "message_id", "status"])
def test_call_is_9000_when_a_field_is_missing_empty_or_no_text(
    client: Any, name: str, value: Any
) -> None:
    body = without(name, receipt()) if value == "absent" else receipt(**{name: value})

    assert told(call(client, body)) == said(EXCEPTION)
    assert message(client)["read_at"] is None


@pytest.mark.parametrize(
    "change",
    [
        {"messaging_product": "sms"},
        {"messaging_product": "WhatsApp"},
        {"status": "delivered"},
        {"status": "READ"},
    ],
)
def test_call_is_9000_when_a_fixed_value_is_wrong(client: Any, change: dict[str, str]) -> None:
    assert told(call(client, receipt(**change))) == said(EXCEPTION)


def test_call_is_9000_when_the_body_is_an_empty_object(client: Any) -> None:
    assert told(call(client, b"{}")) == said(EXCEPTION)


@pytest.mark.parametrize(
    "number",
    [
        "+185xxxx8399",
        "1858399",
        "+8615800001795",
        "86 158 0000 1795",
        "15800001795",
        "8617606050819",  # a customer's
        "8615800001797",  # another account's
    ],
)
def test_call_is_9002_when_the_number_is_none_of_the_accounts(client: Any, number: str) -> None:
    assert told(call(client, receipt(business_phone=number))) == said(BAD_NUMBER)
    assert message(client)["read_at"] is None


def test_call_is_9006_when_the_number_is_unbound(client: Any) -> None:
    body = receipt(business_phone="8615800001796", message_id=OF_THE_UNBOUND_NUMBER)

    assert told(call(client, body)) == said(UNBOUND)
    assert message(client, OF_THE_UNBOUND_NUMBER)["read_at"] is None


@pytest.mark.parametrize(
    "message_id",
    [
        "ABGHhhdgYFCBnwIQAAAAAAAAAAAAAAAAAAAAAA",
        "wamid.edcf691d49c04b939c8e3331f07f9cd1",
        OUTBOUND,
        OF_THE_UNBOUND_NUMBER,
        OF_ANOTHER_ACCOUNT,
    ],
)
def test_call_is_minus_1_when_the_id_is_no_inbound_message_of_the_number(
    client: Any, message_id: str
) -> None:
    before = unread(client)

    assert told(call(client, receipt(message_id=message_id))) == said(FAILED)
    assert unread(client) == before


def test_outbound_message_stays_unread(client: Any) -> None:
    call(client, receipt(message_id=OUTBOUND))

    assert message(client, OUTBOUND)["read_at"] is None


@pytest.mark.parametrize(
    ("name", "answer"), [("REQUEST_FAILED", FAILED), ("SYSTEM_BUSINESS_ERROR", SYSTEM)]
)
def test_failure_of_the_service_is_answered_when_asked_for(
    client: Any, name: str, answer: dict[str, Any]
) -> None:
    assert told(call(client, **{"X-Mock-Fault": f"error={name}"})) == said(answer)
    assert message(client)["read_at"] is None


OLD = str(NOW - 60_001)
NO_OBJECT = {"body": b"[]"}


@pytest.mark.parametrize(
    ("faults", "answer"),
    [
        ({"sign": None, "biz_type": "1"}, MISSING),
        ({"sign": "", "action": "mt", "ts": OLD}, MISSING),
        ({"biz_type": "1", "ts": OLD}, WRONG),
        ({"algorithm": "sha512", "ts": OLD}, WRONG),
        ({"algorithm": "sha512", "key": "unknown"}, WRONG),
        ({"ts": OLD, "key": "unknown"}, EXPIRED),
        ({"ts": OLD, "secret": "wrong"}, EXPIRED),
        ({"key": "unknown", "secret": "wrong"}, FORBIDDEN),
        ({"key": "unknown", "Content-Type": "text/plain"}, FORBIDDEN),
        (NO_PERMISSION | {"secret": "wrong"}, BAD_SIGN),
        (NO_OBJECT | {"secret": "wrong"}, BAD_SIGN),
        (NO_PERMISSION | NO_OBJECT, FORBIDDEN),
        (NO_PERMISSION | {"body": {"status": "read"}}, FORBIDDEN),
        ({"body": without("message_id", receipt(business_phone="1"))}, EXCEPTION),
        ({"body": receipt(business_phone="8615800001796", status="no")}, EXCEPTION),
        ({"body": receipt(business_phone="1", message_id="unknown")}, BAD_NUMBER),
        ({"body": receipt(business_phone="8615800001796", message_id="unknown")}, UNBOUND),
        ({"body": receipt(business_phone="8615800001796")}, UNBOUND),
    ],
)
def test_first_of_two_faults_is_answered(
    client: Any, faults: dict[str, Any], answer: dict[str, Any]
) -> None:
    assert told(call(client, **faults)) == said(answer)


@pytest.mark.parametrize("path", [READ, TYPING])
def test_other_methods_are_405(server: Server, path: str) -> None:
    response = requests.get(f"{server.url}/nxcloud{path}", timeout=5)

    assert (response.status_code, response.headers["Content-Type"]) == (405, JSON)
    assert response.headers["Allow"] == "POST"
    assert list(response.json()) == ["code", "message", "data"]


@pytest.mark.parametrize("path", ["/", "/api/wa", "/api/wa/mt", "/api/wa/markmessageasread"])
def test_unknown_path_is_404(server: Server, path: str) -> None:
    response = requests.post(f"{server.url}/nxcloud{path}", data=X1, timeout=5)

    assert (response.status_code, response.headers["Content-Type"]) == (404, JSON)
    assert list(response.json()) == ["code", "message", "data"]


@pytest.mark.parametrize(
    ("option", "warned"),
    [("sha1", True), ("", True), ("SHA256", False), ("md5", False)],
)
def test_sign_warns_of_an_algorithm_that_the_server_refuses(
    documented: Any, tmp_path: Path, option: str, warned: bool
) -> None:
    (tmp_path / "body").write_bytes(X2)
    told_options = [f"--option=ts={TS}", f"--option=algorithm={option}"]
    done = commands.run("sign", "nxcloud", "--body", f"@{tmp_path / 'body'}", *told_options)
    headers = dict(line.split(": ", 1) for line in done.stdout.splitlines())
    answer = documented.post(READ, data=X2, headers=headers)
    assert (done.returncode, done.stderr) == (
        0,
        f"mockserver: warning: -o algorithm={option}: NXCloud knows md5 and sha256, so it refuses "
        "these headers\n"
        if warned
        else "",
    )
    assert told(answer) == said(WRONG if warned else SUCCESS)
