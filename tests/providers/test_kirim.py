"""KirimChat: read receipts, and failures in its envelope.

Codes are the documentation's; the texts beside them are not, so no test names one but the two
that a page prints.
"""

import json
import re
from typing import Any

import pytest
import requests

from tests.calls import KIRIM_KEY as KEY
from tests.calls import KIRIM_NUMBER_ID as NUMBER
from tests.calls import WAMID as PAGES_FIRST
from tests.calls import WAMID_ROW as FIRST_ROW
from tests.conftest import Server, StillClock

JSON = "application/json"
EXPIRED_KEY = "kdv_live_ExpRd0wIuqOr69ALEKLNexp1"
OTHER_ORG_KEY = "kdv_live_0therOrgqOr69ALEKLNoth1x"
NOT_CONNECTED_KEY = "kdv_live_NotConn1qOr69ALEKLNnc01x"
RATE_LIMITED_KEY = "kdv_live_RateLim1qOr69ALEKLNrl01x"
SECOND_NUMBER = "109912345678901"
EXPIRED_NUMBER = "109912345678902"
OTHER_ORG_NUMBER = "109912345678903"
NOT_CONNECTED_NUMBER = "109912345678904"
RATE_LIMITED_NUMBER = "109912345678905"
PENDING_NUMBER = "109912345678906"

PAGES_SECOND = "wamid.HBgN…"
PAGES_ROW = "msg_01HXYZABCDEFGHJKMNPQRSTVWX"
NEXT = "wamid.HBgMNjI4MTIzNDU2Nzg5FQIAEhggRkU5OTkzODMyMzBFRjRFQzg3QjcyN0M1RTUzQTkxOUMA"
ALREADY_READ = "wamid.HBgMNjI4MTIzNDU2Nzg5FQIAEhggMTYzMjA3RjcyQjYxODI0NzJGRjBBMjYyRDZFOEM2OTIA"
OUTBOUND = "wamid.HBgMNjI4MTIzNDU2Nzg5FQIAERgSQjUzRDQ0MDU0RkNDNDRBNzIxAA=="
OLD_UNREAD = "wamid.HBgNNjI4MTgwNDQ3MTkzMhUCABIYIDlGOTlBRDNGQjI5NDc1MDg4QTg1QkNCOEJEMzkwNzM1AA=="
OLD_READ = "wamid.HBgNNjI4MTgwNDQ3MTkzMhUCABIYIDAzNTUzRDM2RjI2MzczQTY0ODUwRUM2MjNEMTg4NUZBAA=="
OLD_OUTBOUND = "wamid.HBgNNjI4MTgwNDQ3MTkzMhUCABEYEkE3M0I0NDI2NUU0QjE3OUIyRgA="
NINE_DAYS_OLD = "wamid.HBgNNjI4MjIyNTYzMTA5NxUCABIYIEIzQjI5NEJEMjg4REFFMUNGMjQwODM3RDlBODBDMzdBAA=="
OF_SECOND_NUMBER = (
    "wamid.HBgNNjI4MTIyNjcwMDk0OBUCABIYIEFENTc1NzFFQzBFREZBQTk0MzVGNDY3NEE2RTJGNTc3AA=="
)
OUTBOUND_OF_SECOND_NUMBER = "wamid.HBgNNjI4MTIyNjcwMDk0OBUCABEYEjY3QTA5MTUwQzVFODZGQjBDRQA="
OF_OTHER_ORG = "wamid.HBgNNjI4NTI5MjE0NzczOBUCABIYIDEyNjlFRkY0MEM5MkZENjY5OEUxQ0VBODkwQkEyRUEzAA=="
OF_EXPIRED = "wamid.HBgNNjI4MTkzNTUyMDE3NhUCABIYIDMxMTg3RDUyNzkzOUI0Q0NCMzA0MjZDQzgzMzEzMjAxAA=="
OF_NOT_CONNECTED = (
    "wamid.HBgNNjI4MTU3ODMwNjQxMhUCABIYIDQwMDlFNzc2NDYyNjk1NEY3NUVBNzhBOUNEMUI2QkU2AA=="
)
OF_RATE_LIMITED = (
    "wamid.HBgNNjI4OTY1NDAxMjM4NxUCABIYIDYxNUE0RDQzQzBBMkI1NzBCNkMzRkYwNzA0MUE0QkM4AA=="
)
UNKNOWN = "wamid.HBgMNjI4MTIzNDU2Nzg5FQIAEhggQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUEA"
REQUEST_ID = re.compile(r"req_[0-9A-HJKMNP-TV-Z]{26}")

Failure = tuple[int, str, str, str | None]

UNAUTHORIZED: Failure = (401, "authentication_error", "invalid_api_key", None)
EXPIRED: Failure = (401, "authentication_error", "expired_api_key", None)
LIMITED: Failure = (429, "rate_limit_error", "rate_limit_exceeded", None)
NO_MESSAGE: Failure = (404, "not_found", "resource_not_found", "message_id")
NOT_INBOUND: Failure = (400, "invalid_request_error", "invalid_field_value", "message_id")
UPSTREAM: Failure = (502, "api_error", "whatsapp_upstream_error", None)
NOT_CONNECTED: Failure = (422, "invalid_request_error", "account_not_connected", None)
UNREADABLE: Failure = (400, "invalid_request_error", "invalid_request", None)


def missing(param: str) -> Failure:
    return 400, "invalid_request_error", "missing_required_field", param


def invalid(param: str) -> Failure:
    return 400, "invalid_request_error", "invalid_field_value", param


def receipt(message_id: Any = PAGES_FIRST, **changes: Any) -> dict[str, Any]:
    fixed = {"messaging_product": "whatsapp", "status": "read"}
    return fixed | {"message_id": message_id} | changes


def without(name: str, body: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key != name}


def bearer(key: str = KEY) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def post(
    server: Server,
    body: Any = None,
    *,
    key: str = KEY,
    number: str = NUMBER,
    headers: dict[str, str] | None = None,
) -> requests.Response:
    url = f"{server.url}/v1/{number}/messages"
    sent = {"Content-Type": JSON} | (bearer(key) if headers is None else headers)
    content = {"data": body} if isinstance(body, bytes) else {"json": body or receipt()}
    return requests.post(url, headers=sent, timeout=5, **content)


def failed(response: requests.Response) -> Failure:
    error = response.json()["error"]
    return response.status_code, error["type"], error["code"], error.get("param")


def data(response: requests.Response) -> tuple[int, Any]:
    return response.status_code, response.json()["data"]


def marked(message_id: str, row: str) -> tuple[int, dict[str, str]]:
    return 200, {"id": row, "object": "message", "status": "read", "message_id": message_id}


def message(server: Server, message_id: str = PAGES_FIRST) -> dict[str, Any]:
    found: dict[str, Any] = requests.get(f"{server.state}/messages/{message_id}", timeout=5).json()
    return found


# Success


@pytest.mark.parametrize("prefix", ["", "/kirim"])
def test_receipt_answers_as_the_page_prints_it(server: Server, prefix: str) -> None:
    url = f"{server.url}{prefix}/v1/{NUMBER}/messages"

    response = requests.post(url, headers=bearer(), json=receipt(), timeout=5)

    assert (response.status_code, response.headers["Content-Type"]) == (200, JSON)
    assert list(response.json()) == ["data", "request_id"]
    assert response.json()["data"] == {
        "id": FIRST_ROW,
        "object": "message",
        "status": "read",
        "message_id": PAGES_FIRST,
    }
    assert message(server)["read_at"] is not None


def test_receipt_with_typing_indicator_answers_as_the_page_prints_it(server: Server) -> None:
    body = """{
"messaging_product": "whatsapp",
"status": "read",
"message_id": "wamid.HBgN…",
"typing_indicator": { "type": "text" }
}"""

    response = post(server, body.encode())

    assert list(response.json()["data"]) == ["id", "object", "status", "message_id"]
    assert data(response) == marked("wamid.HBgN…", "msg_01HXYZABCDEFGHJKMNPQRSTVWX")


@pytest.mark.parametrize("host", ["api.kirim.chat", "api.kirimdev.com", "api-prod.kirim.chat"])
def test_receipt_answers_under_the_real_host_names(server: Server, host: str) -> None:
    response = post(server, headers=bearer() | {"Host": host})

    assert data(response) == marked(PAGES_FIRST, FIRST_ROW)


def test_id_that_the_page_prints_is_of_one_message_only(client: Any) -> None:
    rows = client.get("/_mock/sandboxes/default/messages?provider=kirim").json["messages"]
    assert [each["id"] for each in rows if each["external_id"] == PAGES_ROW] == [PAGES_SECOND]
    assert len({each["external_id"] for each in rows}) == len(rows)


def test_request_id_is_in_the_header_too_and_always_new(server: Server) -> None:
    first, second = post(server), post(server)

    for response in (first, second):
        assert REQUEST_ID.fullmatch(response.json()["request_id"])
        assert response.headers["X-Request-Id"] == response.json()["request_id"]
    assert first.json()["request_id"] != second.json()["request_id"]


def test_receipt_answers_the_same_when_repeated(server: Server) -> None:
    first, second = post(server), post(server)

    assert data(first) == data(second) == marked(PAGES_FIRST, FIRST_ROW)
    assert message(server)["upstream_calls"] == 1


def test_receipt_asks_upstream_once_and_keeps_the_instant(client: Any, clock: StillClock) -> None:
    for _ in range(3):
        response = client.post(f"/v1/{NUMBER}/messages", headers=bearer(), json=receipt())
        assert response.status_code == 200
        clock.advance(60_000)

    row = client.get(f"/_mock/sandboxes/default/messages/{PAGES_FIRST}").json
    assert row["read_at"] == "2026-11-21T06:00:00Z"
    assert row["upstream_calls"] == 1


def test_receipt_for_a_message_already_read_asks_nobody_upstream(server: Server) -> None:
    before = message(server, ALREADY_READ)

    response = post(server, receipt(ALREADY_READ))

    assert data(response) == marked(ALREADY_READ, "msg_01JG9WT35A4CQ9VTWGYE4V4GY3")
    assert before["upstream_calls"] == 0
    assert message(server, ALREADY_READ) == before


def test_typing_indicator_shows_a_bubble_for_25_seconds_and_none_again_on_a_repeat(
    client: Any, clock: StillClock
) -> None:
    body = receipt(typing_indicator={"type": "text"})
    for _ in range(2):
        assert client.post(f"/v1/{NUMBER}/messages", headers=bearer(), json=body).status_code == 200
        clock.advance(5_000)

    row = client.get(f"/_mock/sandboxes/default/messages/{PAGES_FIRST}").json
    assert row["typing_until"] == "2026-11-21T06:00:25Z"
    assert row["upstream_calls"] == 1


def test_receipt_shows_no_bubble_without_a_typing_indicator(server: Server) -> None:
    post(server)

    assert message(server)["typing_until"] is None


def test_receipt_reads_that_message_alone(server: Server) -> None:
    post(server, receipt(NEXT))

    assert message(server, NEXT)["read_at"] is not None
    assert message(server, PAGES_FIRST)["read_at"] is None
    assert message(server, PAGES_SECOND)["read_at"] is None


@pytest.mark.parametrize(
    "extra",
    [
        {"recipient_type": "individual"},
        {"type": "text", "text": {"body": "Halo"}},
        {"to": "+628123456789", "unheard_of": [1]},
    ],
)
def test_receipt_ignores_members_it_does_not_need(server: Server, extra: dict[str, Any]) -> None:
    assert data(post(server, receipt(**extra))) == marked(PAGES_FIRST, FIRST_ROW)


def test_message_of_the_second_number_is_read_under_its_own_path(server: Server) -> None:
    response = post(server, receipt(OF_SECOND_NUMBER), number=SECOND_NUMBER)

    assert data(response) == marked(OF_SECOND_NUMBER, "msg_01J44MXG0TKCAP68BVE0VE57ND")


# Failures


@pytest.mark.parametrize(
    ("message_id", "options", "failure"),
    [
        (UNKNOWN, {}, NO_MESSAGE),
        (PAGES_ROW, {}, NO_MESSAGE),
        (OF_SECOND_NUMBER, {}, NO_MESSAGE),
        (PAGES_FIRST, {"number": SECOND_NUMBER}, NO_MESSAGE),
        (OF_OTHER_ORG, {}, NO_MESSAGE),
        (PAGES_FIRST, {"key": OTHER_ORG_KEY, "number": OTHER_ORG_NUMBER}, NO_MESSAGE),
        (OUTBOUND, {}, NOT_INBOUND),
        (OLD_UNREAD, {}, UPSTREAM),
        (NINE_DAYS_OLD, {}, UPSTREAM),
        (OF_EXPIRED, {"key": EXPIRED_KEY, "number": EXPIRED_NUMBER}, EXPIRED),
        (OF_RATE_LIMITED, {"key": RATE_LIMITED_KEY, "number": RATE_LIMITED_NUMBER}, LIMITED),
        (
            OF_NOT_CONNECTED,
            {"key": NOT_CONNECTED_KEY, "number": NOT_CONNECTED_NUMBER},
            NOT_CONNECTED,
        ),
        (OF_NOT_CONNECTED, {"key": NOT_CONNECTED_KEY, "number": PENDING_NUMBER}, NOT_CONNECTED),
    ],
)
def test_receipt_fails_and_reads_nothing(
    server: Server, message_id: str, options: dict[str, str], failure: Failure
) -> None:
    response = post(server, receipt(message_id), **options)

    assert failed(response) == failure
    assert message(server, message_id).get("read_at") is None
    assert message(server, message_id).get("upstream_calls", 0) == 0


def test_expired_key_answers_as_the_page_prints_it(server: Server) -> None:
    response = post(server, key=EXPIRED_KEY, number=EXPIRED_NUMBER)

    assert (response.status_code, response.headers["Content-Type"]) == (401, JSON)
    assert response.json() == {
        "error": {
            "type": "authentication_error",
            "code": "expired_api_key",
            "message": "This API key has expired.",
            "request_id": response.headers["X-Request-Id"],
        }
    }


@pytest.mark.parametrize(
    ("options", "param"),
    [
        ({"headers": {}}, False),
        ({"key": RATE_LIMITED_KEY}, False),
        ({"body": receipt(UNKNOWN)}, True),
        ({"body": receipt(OUTBOUND)}, True),
        ({"body": receipt(OLD_UNREAD)}, False),
        ({"body": b"{"}, False),
        ({"body": {"status": "read"}}, True),
        ({"headers": bearer() | {"X-Mock-Fault": "error=INTERNAL_ERROR"}}, False),
    ],
)
def test_failure_has_the_documented_envelope(
    server: Server, options: dict[str, Any], param: bool
) -> None:
    response = post(server, **options)

    error = response.json()["error"]
    members = ["type", "code", "message", "param", "request_id"]
    assert response.headers["Content-Type"] == JSON
    assert list(response.json()) == ["error"]
    assert list(error) == [each for each in members if param or each != "param"]
    assert all(isinstance(value, str) and value for value in error.values())
    assert REQUEST_ID.fullmatch(error["request_id"])
    assert response.headers["X-Request-Id"] == error["request_id"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": KEY},
        {"Authorization": f"Basic {KEY}"},
        {"Authorization": "Bearer kdv_live_AAAAAAAAAAAAAAAAAAAAAAAA"},
        {"Authorization": f"Bearer {KEY.replace('live', 'test')}"},
        {"Authorization": "Bearer kc_live_1"},
        {"Cookie": f"api_key={KEY}"},
    ],
)
def test_receipt_is_401_when_the_key_is_missing_or_wrong(
    server: Server, headers: dict[str, str]
) -> None:
    assert failed(post(server, headers=headers)) == UNAUTHORIZED
    assert message(server)["read_at"] is None


def test_receipt_is_401_when_the_key_is_in_the_header_of_another_provider(server: Server) -> None:
    url = f"{server.url}/kirim/v1/{NUMBER}/messages"

    response = requests.post(url, headers={"api-key": KEY}, json=receipt(), timeout=5)

    assert failed(response) == UNAUTHORIZED


def test_receipt_is_401_when_the_key_is_in_the_query(server: Server) -> None:
    url = f"{server.url}/v1/{NUMBER}/messages?api_key={KEY}"

    assert failed(requests.post(url, json=receipt(), timeout=5)) == UNAUTHORIZED


def test_rate_limit_tells_when_to_come_back(server: Server) -> None:
    response = post(server, key=RATE_LIMITED_KEY, number=RATE_LIMITED_NUMBER)

    assert failed(response) == LIMITED
    assert int(response.headers["Retry-After"]) >= 1


@pytest.mark.parametrize("number", ["100000000000000", OTHER_ORG_NUMBER, "123456", "abc", "+62"])
def test_receipt_is_404_when_the_number_is_none_of_the_organisations(
    server: Server, number: str
) -> None:
    response = post(server, number=number)

    assert failed(response)[:3] == (404, "not_found", "resource_not_found")
    assert message(server)["read_at"] is None


@pytest.mark.parametrize("body", [b"", b"{", b"null", b"[]", b'"read"', b"7", b"\xff\xfe"])
def test_receipt_is_400_when_the_body_is_no_json_object(server: Server, body: bytes) -> None:
    assert failed(post(server, body)) == UNREADABLE


@pytest.mark.parametrize(
    ("body", "failure"),
    [
        (without("message_id", receipt()), missing("message_id")),
        (receipt(""), missing("message_id")),
        (without("messaging_product", receipt()), missing("messaging_product")),
        (without("status", receipt()), missing("type")),  # neither a receipt nor a send
        (b"{}", missing("type")),
        (receipt(status="delivered"), invalid("status")),
        (receipt(status="READ"), invalid("status")),
        (receipt(status=1), invalid("status")),
        (receipt(messaging_product="sms"), invalid("messaging_product")),
        (receipt(42), invalid("message_id")),
        (receipt(typing_indicator={"type": "audio"}), invalid("typing_indicator.type")),
        (receipt(typing_indicator={"type": True}), invalid("typing_indicator.type")),
        (receipt(typing_indicator="text"), invalid("typing_indicator")),
    ],
)
def test_receipt_is_400_when_a_field_is_missing_or_wrong(
    server: Server, body: Any, failure: Failure
) -> None:
    assert failed(post(server, body)) == failure
    assert message(server)["read_at"] is None


def test_receipt_is_500_when_asked_for(server: Server) -> None:
    response = post(server, headers=bearer() | {"X-Mock-Fault": "error=INTERNAL_ERROR"})

    assert failed(response) == (500, "api_error", "internal_error", None)
    assert message(server)["read_at"] is None


@pytest.mark.parametrize(
    ("options", "failure"),
    [
        ({"key": "kdv_live_x", "number": "1000000"}, UNAUTHORIZED),
        ({"key": EXPIRED_KEY, "number": "1000000"}, EXPIRED),
        ({"key": RATE_LIMITED_KEY, "number": "1000000"}, LIMITED),
        ({"key": RATE_LIMITED_KEY, "number": RATE_LIMITED_NUMBER, "body": b"{"}, LIMITED),
        (
            {"key": NOT_CONNECTED_KEY, "number": NOT_CONNECTED_NUMBER, "body": b"{"},
            NOT_CONNECTED,
        ),
        ({"body": receipt(UNKNOWN, status="delivered")}, invalid("status")),
        ({"body": receipt(OUTBOUND, typing_indicator={"type": "x"})},
         invalid("typing_indicator.type")),
        ({"body": receipt(OUTBOUND_OF_SECOND_NUMBER)}, NO_MESSAGE),
        ({"body": receipt(OLD_OUTBOUND)}, NOT_INBOUND),
    ],
)  # fmt: skip
def test_first_of_two_faults_is_answered(
    server: Server, options: dict[str, Any], failure: Failure
) -> None:
    assert failed(post(server, **options)) == failure


def test_unknown_number_comes_before_an_unreadable_body(server: Server) -> None:
    assert failed(post(server, b"{", number="1000000"))[:3] == (
        404, "not_found", "resource_not_found",
    )  # fmt: skip


def test_message_already_read_is_never_too_old(server: Server) -> None:
    response = post(server, receipt(OLD_READ))

    assert data(response) == marked(OLD_READ, "msg_01JQ3BJE7ERVEGV0NZZK6JNP94")
    assert message(server, OLD_READ)["upstream_calls"] == 0


def test_repeat_succeeds_after_the_window_has_closed(client: Any, clock: StillClock) -> None:
    first = client.post(f"/v1/{NUMBER}/messages", headers=bearer(), json=receipt())
    clock.advance(8 * 86_400_000)
    second = client.post(f"/v1/{NUMBER}/messages", headers=bearer(), json=receipt())

    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json["data"] == second.json["data"]


@pytest.mark.parametrize(
    ("waited", "status"),
    [
        (602_280_000, 200),  # 7 days less the 42 minutes that the message is old
        (602_280_001, 502),
    ],
)
def test_window_closes_after_seven_days(
    client: Any, clock: StillClock, waited: int, status: int
) -> None:
    clock.advance(waited)

    response = client.post(f"/v1/{NUMBER}/messages", headers=bearer(), json=receipt())

    assert response.status_code == status


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_other_methods_are_405_in_the_same_envelope(server: Server, method: str) -> None:
    url = f"{server.url}/kirim/v1/{NUMBER}/messages"

    response = requests.request(method, url, headers=bearer(), timeout=5)

    assert (response.status_code, response.headers["Content-Type"]) == (405, JSON)
    assert response.headers["Allow"] == "POST"
    assert list(response.json()["error"]) == ["type", "code", "message", "request_id"]
    assert response.headers["X-Request-Id"] == response.json()["error"]["request_id"]


@pytest.mark.parametrize("path", ["/", "/v1", f"/v2/{NUMBER}/messages", "/v1/nowhere"])
def test_unknown_path_is_404_in_the_same_envelope(server: Server, path: str) -> None:
    response = requests.post(f"{server.url}/kirim{path}", headers=bearer(), timeout=5)

    assert failed(response) == (404, "not_found", "resource_not_found", None)
    assert list(response.json()["error"]) == ["type", "code", "message", "request_id"]
    assert response.headers["X-Request-Id"] == response.json()["error"]["request_id"]


def test_repeated_idempotency_key_is_answered_as_the_first_time(client: Any) -> None:
    headers = {"Authorization": f"Bearer {KEY}", "Idempotency-Key": "k-1"}
    path = f"/v1/{NUMBER}/messages"
    first = client.post(path, json=receipt(), headers=headers)
    again = client.post(path, json=receipt(), headers=headers)
    assert first.headers["Idempotent-Replayed"] == "false"
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.data == first.data
    assert again.headers["X-Request-Id"] == first.headers["X-Request-Id"]
    assert again.headers["X-Mock-Request-Id"] != first.headers["X-Mock-Request-Id"]


@pytest.mark.parametrize("key", ["reads", "writes", "idempotency-key"])
def test_idempotency_key_is_any_word(client: Any, key: str) -> None:
    headers = {"Authorization": f"Bearer {KEY}", "Idempotency-Key": key}
    path = f"/v1/{NUMBER}/messages"
    for replayed in ("false", "true"):
        answer = client.post(path, json=receipt(), headers=headers)
        assert (answer.status_code, answer.headers["Idempotent-Replayed"]) == (200, replayed)


def test_idempotency_key_with_another_body_is_refused(client: Any) -> None:
    headers = {"Authorization": f"Bearer {KEY}", "Idempotency-Key": "k-1"}
    path = f"/v1/{NUMBER}/messages"
    client.post(path, json=receipt(), headers=headers)
    answer = client.post(path, json=receipt(NEXT), headers=headers)
    assert answer.status_code == 422
    assert answer.json["error"]["type"] == "invalid_request_error"
    assert answer.json["error"]["code"] == "idempotency_key_reuse"


@pytest.mark.parametrize(("age", "replayed"), [(86_399_999, "true"), (86_400_000, "false")])
def test_idempotency_key_is_kept_for_a_day(
    client: Any, clock: StillClock, age: int, replayed: str
) -> None:
    headers = {"Authorization": f"Bearer {KEY}", "Idempotency-Key": "k-1"}
    path = f"/v1/{NUMBER}/messages"
    client.post(path, json=receipt(), headers=headers)
    clock.advance(age)
    answer = client.post(path, json=receipt(), headers=headers)
    assert (answer.status_code, answer.headers["Idempotent-Replayed"]) == (200, replayed)


def keyed(client: Any, path: str, body: Any, key: str = KEY) -> Any:
    """A call with the Idempotency-Key that all these tests use."""
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "k-1"}
    return client.post(path, json=body, headers=headers)


def test_idempotency_key_of_another_organisation_is_another_key(client: Any) -> None:
    assert keyed(client, f"/v1/{NUMBER}/messages", receipt()).status_code == 200
    path = f"/v1/{OTHER_ORG_NUMBER}/messages"
    answers = [keyed(client, path, receipt(OF_OTHER_ORG), OTHER_ORG_KEY) for _ in range(2)]
    assert [each.status_code for each in answers] == [200, 200]
    assert [each.headers["Idempotent-Replayed"] for each in answers] == ["false", "true"]
    assert answers[1].json["data"]["message_id"] == OF_OTHER_ORG


@pytest.mark.parametrize("message_id", [PAGES_FIRST, OF_SECOND_NUMBER, UNKNOWN])
def test_idempotency_key_on_the_path_of_another_number_is_refused(
    client: Any, message_id: str
) -> None:
    keyed(client, f"/v1/{NUMBER}/messages", receipt())
    answer = keyed(client, f"/v1/{SECOND_NUMBER}/messages", receipt(message_id))
    assert (answer.status_code, answer.json["error"]["code"]) == (422, "idempotency_key_reuse")
    shown = client.get(f"/_mock/sandboxes/default/messages/{OF_SECOND_NUMBER}").json
    assert shown["read_at"] is None


def test_idempotency_key_comes_before_the_number(client: Any) -> None:
    keyed(client, f"/v1/{NUMBER}/messages", receipt())
    answer = keyed(client, f"/v1/{OTHER_ORG_NUMBER}/messages", receipt())
    assert (answer.status_code, answer.json["error"]["code"]) == (422, "idempotency_key_reuse")


def test_order_and_spacing_of_the_members_make_no_other_body(client: Any) -> None:
    path = f"/v1/{NUMBER}/messages"
    first = keyed(client, path, receipt())
    written = json.dumps(dict(reversed(receipt().items())), indent=2)
    headers = {"Authorization": f"Bearer {KEY}", "Idempotency-Key": "k-1"}
    again = client.post(path, data=written, headers=headers)
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (200, "true")
    assert again.data == first.data


def test_idempotency_key_is_the_same_under_every_address(client: Any) -> None:
    first = keyed(client, f"/v1/{NUMBER}/messages", receipt())
    again = keyed(client, f"/kirim/v1/{NUMBER}/messages", receipt())
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (200, "true")
    assert again.data == first.data


# Which answers are kept for their Idempotency-Key


MESSAGES = f"/v1/{NUMBER}/messages"


def replayed(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.headers["Idempotent-Replayed"]


@pytest.mark.parametrize(
    ("path", "body", "key", "failure"),
    [
        (MESSAGES, b"{", KEY, UNREADABLE),
        (MESSAGES, {"status": "read"}, KEY, missing("messaging_product")),
        (MESSAGES, receipt(status="seen"), KEY, invalid("status")),
        (MESSAGES, receipt(UNKNOWN), KEY, NO_MESSAGE),
        (MESSAGES, receipt(OUTBOUND), KEY, NOT_INBOUND),
        (f"/v1/{OTHER_ORG_NUMBER}/messages", receipt(), KEY, (404, "phone_number_id")),
        (f"/v1/{NOT_CONNECTED_NUMBER}/messages", receipt(), NOT_CONNECTED_KEY, NOT_CONNECTED),
    ],
)
def test_refusal_is_kept_for_its_idempotency_key(
    client: Any, path: str, body: Any, key: str, failure: tuple[Any, ...]
) -> None:
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "k-1", "Content-Type": JSON}
    sent = body if isinstance(body, bytes) else json.dumps(body)
    first, again = (client.post(path, data=sent, headers=headers) for _ in range(2))
    assert replayed(first) == (failure[0], "false")
    assert replayed(again) == (failure[0], "true")
    assert first.json["error"].get("param") == failure[-1]
    assert again.data == first.data
    assert again.headers["X-Request-Id"] == first.headers["X-Request-Id"]
    entries = client.get("/_mock/sandboxes/default/requests").json["requests"]
    assert entries[0]["error"] == entries[1]["error"]
    assert entries[1]["because"] == (
        f"the answer to {entries[0]['id']}, kept for its Idempotency-Key"
    )


def patch_number(client: Any, state: str) -> None:
    """Of the account not_connected."""
    change = {"numbers": [{"number": "+628111222777", "state": state}]}
    url = "/_mock/sandboxes/default/accounts/kirim/not_connected"
    assert client.patch(url, json=change).status_code == 200


def test_kept_answer_is_given_whatever_has_changed_since(client: Any) -> None:
    path, body = f"/v1/{NOT_CONNECTED_NUMBER}/messages", receipt(OF_NOT_CONNECTED)
    for state, status in (("degraded", 422), ("connected", 200)):
        client.post("/_mock/sandboxes/default/reset")
        patch_number(client, state)
        assert replayed(keyed(client, path, body, NOT_CONNECTED_KEY)) == (status, "false")
        patch_number(client, "connected" if state == "degraded" else "pending")
        assert replayed(keyed(client, path, body, NOT_CONNECTED_KEY)) == (status, "true")


def test_refusal_of_a_key_is_not_kept_itself(client: Any) -> None:
    keyed(client, MESSAGES, receipt())
    for _ in range(2):
        assert replayed(keyed(client, MESSAGES, receipt(NEXT))) == (422, "false")
    assert replayed(keyed(client, MESSAGES, receipt())) == (200, "true")


@pytest.mark.parametrize(
    ("condition", "status"), [("expired", 401), ("rate_limited", 429), ("good", 502)]
)
def test_other_failure_is_not_kept(client: Any, condition: str, status: int) -> None:
    account = "/_mock/sandboxes/default/accounts/kirim/main"
    client.patch(account, json={"condition": condition})
    for _ in range(2):
        assert replayed(keyed(client, MESSAGES, receipt(OLD_UNREAD))) == (status, "false")
    client.patch(account, json={"condition": "good"})
    assert replayed(keyed(client, MESSAGES, receipt())) == (200, "false")


@pytest.mark.parametrize("body", [receipt(), receipt(UNKNOWN)], ids=["success", "refusal"])
@pytest.mark.parametrize("error", ["INTERNAL_ERROR", "INVALID_REQUEST", "IDEMPOTENCY_CONFLICT"])
@pytest.mark.parametrize(("when", "kept"), [("before", "false"), ("after", "true")])
def test_injected_answer_is_never_kept_but_what_was_done_is(
    client: Any, body: Any, error: str, when: str, kept: str
) -> None:
    headers = {"Authorization": f"Bearer {KEY}", "Idempotency-Key": "k-1"}
    asked = {"X-Mock-Fault": f"error={error};when={when}"}
    injected = client.post(MESSAGES, json=body, headers=headers | asked)
    again = client.post(MESSAGES, json=body, headers=headers)
    assert injected.headers["Idempotent-Replayed"] == "false"
    assert replayed(again) == (200 if body == receipt() else 404, kept)


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        (MESSAGES, {}, 401),
        (MESSAGES, {"Authorization": "Bearer nobody"}, 401),
        ("/kirim/v1/nowhere", bearer(), 404),
        (MESSAGES, bearer() | {"X-Mock-Fault": "error=IDEMPOTENCY_IN_PROGRESS"}, 409),
    ],
)
def test_every_keyed_answer_tells_whether_it_is_a_replay(
    client: Any, path: str, headers: dict[str, str], status: int
) -> None:
    answer = client.post(path, json=receipt(), headers=headers | {"Idempotency-Key": "k-1"})
    assert replayed(answer) == (status, "false")


def test_answer_without_a_key_tells_nothing_of_replays(client: Any) -> None:
    answers = [
        client.post(MESSAGES, json=receipt(), headers=bearer()),
        client.post(MESSAGES, json=receipt(), headers=bearer() | {"Idempotency-Key": ""}),
        client.put(MESSAGES, json=receipt(), headers=bearer() | {"Idempotency-Key": "k-1"}),
    ]
    assert [each.headers.get("Idempotent-Replayed") for each in answers] == [None] * 3


@pytest.mark.parametrize(("length", "status"), [(200, 200), (255, 200), (256, 400)])
def test_characters_of_an_idempotency_key_count_not_their_bytes(
    client: Any, length: int, status: int
) -> None:
    key = ("é" * length).encode().decode("latin-1")
    answer = client.post(MESSAGES, json=receipt(), headers=bearer() | {"Idempotency-Key": key})
    assert replayed(answer) == (status, "false")
    [entry] = client.get("/_mock/sandboxes/default/requests").json["requests"]
    assert status == 200 or "has 256 characters; 255 are" in entry["because"]


def test_reason_tells_of_type_where_the_answer_does(client: Any) -> None:
    answer = client.post(MESSAGES, json={"to": "+62"}, headers=bearer())
    assert answer.json["error"]["message"] == "type is required."
    [entry] = client.get("/_mock/sandboxes/default/requests").json["requests"]
    assert entry["because"].startswith("neither the type of a send nor the status of a receipt; ")


@pytest.mark.parametrize(("length", "status"), [(255, 200), (256, 400), (60_000, 400)])
def test_idempotency_key_has_255_characters_at_most(client: Any, length: int, status: int) -> None:
    headers = bearer() | {"Idempotency-Key": "k" * length}
    answer = client.post(MESSAGES, json=receipt(), headers=headers)
    assert replayed(answer) == (status, "false")
    if status == 400:
        assert answer.json["error"]["code"] == "invalid_request"
        [entry] = client.get("/_mock/sandboxes/default/requests").json["requests"]
        because = f"the Idempotency-Key has {length} characters; 255 are allowed"
        assert entry["because"] == because
