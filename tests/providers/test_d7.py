"""D7 Networks: read receipts and delivery reports, as the pages print them."""

import http.client
import json
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.calls import D7 as AUTH
from tests.calls import D7_MESSAGE as UNREAD
from tests.calls import D7_REQUEST as MAINS_REPORT
from tests.calls import D7_TOKEN
from tests.conftest import ROOT, Server

JSON = "application/json"
SECONDS_REPORT = "ceba9fac-838c-44c7-b67d-03a4a6352058"
DONE = "Message successfully marked as read"

NO_SUCH_MESSAGE = {
    "detail": {
        "code": "WHATSAPP_MESSAGE_NOT_EXISTS",
        "message": "Given whatsapp message id not exists in the system. "
        "Please use correct message id!",
    }
}
NO_SUCH_REQUEST = {
    "detail": {
        "code": "WHATSAPP_LOG_NOT_EXISTS",
        "message": "Given whatsapp message request id not exists in the system. Please Try Again!",
    }
}
BAD_TOKEN = {
    "detail": {
        "code": "ACCESS_TOKEN_SIGNATURE_VERIFICATION_FAILED",
        "message": "It looks like your requests were failed due to a missing or invalid "
        "'Access Token'. Sign up at https://app.d7networks.com and create an authentication "
        "token in the API Tokens Page.",
    }
}
SAMPLE_REPORT = """\
{
    "request_id": "f44e3f43-6d4e-4e46-becd-21993f3dcb8e",
    "messages": [
        {
            "msg_id": "6d29d646-4e09-11ee-84f4-0242ac190006",
            "originator": "9190615xxxx",
            "recipient": "+9190617xxxx",
            "reference": {
                "cust_ref": "customerRef",
                "message_tag1": "...",
                "message_tag2": "...",
                "message_tag3": "...",
                "message_tag4": "...",
                "message_tag5": "...",
                "conversation_id": "..."
            },
            "conversation_type": "marketing",
            "message_type": "TEMPLATE",
            "template_id": "marketing",
            "waConvId": "db311b5709a13ac72c1bd9f293c68625",
            "status": "read",
            "reason": "Read by the user"
        }
    ],
    "request_stage": "processed",
    "schedule_time": null
}"""


def told(response: requests.Response) -> tuple[int, str, Any]:
    return response.status_code, response.headers["Content-Type"], response.json()


def mark(server: Server, message_id: str = UNREAD, **options: Any) -> requests.Response:
    url = f"{server.url}/whatsapp/v2/read-receipt/{message_id}"
    return requests.post(url, timeout=5, **{"headers": AUTH, **options})


def report(server: Server, request_id: str, **options: Any) -> requests.Response:
    url = f"{server.url}/whatsapp/v2/report/{request_id}"
    return requests.get(url, timeout=5, **{"headers": AUTH, **options})


def read_at(server: Server, message_id: str = UNREAD) -> str | None:
    return requests.get(f"{server.state}/messages/{message_id}", timeout=5).json()["read_at"]


@pytest.mark.parametrize(
    "path",
    [
        "/whatsapp/v2/read-receipt/",
        "/whatsapp/read-receipt/",
        "/whatsapp/v1/read-receipt/",
        "/d7/whatsapp/v2/read-receipt/",
        "/d7/whatsapp/read-receipt/",
        "/d7/whatsapp/v1/read-receipt/",
    ],
)
def test_read_receipt_marks_the_message_on_every_path(server: Server, path: str) -> None:
    response = requests.post(f"{server.url}{path}{UNREAD}", headers=AUTH, timeout=5)

    assert told(response) == (200, JSON, DONE)
    assert response.text == '"Message successfully marked as read"'
    assert read_at(server) is not None


def test_read_receipt_marks_the_message_under_the_real_host_name(server: Server) -> None:
    response = mark(server, headers=AUTH | {"Host": "api.d7networks.com"})

    assert told(response) == (200, JSON, DONE)
    assert read_at(server) is not None


@pytest.mark.parametrize(
    "message_id",
    [
        UNREAD,
        "987efe2a-c68f-4cfb-8301-662b574d21c0",
        "0012c7f5-2ba5-49db-8901-4ee9be6dc8d1",
        "469affd7-0983-4bbc-9d07-ee43e1d1cfef",
        "001ff613-de30-4f82-81f6-1fe944b8f61b",
    ],
)
def test_read_receipt_succeeds_for_every_id_of_the_pages_examples(
    server: Server, message_id: str
) -> None:
    assert read_at(server, message_id) is None

    assert told(mark(server, message_id)) == (200, JSON, DONE)
    assert read_at(server, message_id) is not None


def test_read_receipt_is_bare_text_when_the_switch_says_so(
    make_client: Callable[..., Any],
) -> None:
    client = make_client(switches={"d7": {"read_receipt_body": "text"}})

    response = client.post(f"/whatsapp/v2/read-receipt/{UNREAD}", headers=AUTH)

    assert response.status_code == 200
    assert response.mimetype == "text/plain"
    assert response.text == "Message successfully marked as read"


def test_read_receipt_is_an_object_when_the_switch_says_so(
    make_client: Callable[..., Any],
) -> None:
    client = make_client(switches={"d7": {"read_receipt_body": "object"}})

    response = client.post(f"/whatsapp/v2/read-receipt/{UNREAD}", headers=AUTH)

    assert (response.status_code, response.content_type) == (200, JSON)
    assert response.json == {"message": "Message successfully marked as read"}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"data": b"", "headers": AUTH | {"Content-Type": JSON}},
        {"data": b"", "headers": AUTH | {"Content-Type": "text/plain"}},
        {"json": {}},
        {"json": {"typing": True}},
        {"json": {"typing": False}},
        {"json": {"typing": "please"}},
        {"json": [1]},
        {"data": b"{not json", "headers": AUTH | {"Content-Type": JSON}},
    ],
)
def test_read_receipt_succeeds_whatever_the_body(server: Server, body: dict[str, Any]) -> None:
    assert told(mark(server, **body)) == (200, JSON, DONE)
    assert read_at(server) is not None


def test_read_receipt_changes_nothing_when_repeated(client: Any, clock: Any) -> None:
    first = client.post(f"/whatsapp/v2/read-receipt/{UNREAD}", headers=AUTH)
    clock.advance(60_000)
    second = client.post(f"/whatsapp/v2/read-receipt/{UNREAD}", headers=AUTH)

    assert (first.status_code, first.json) == (200, DONE)
    assert (second.status_code, second.json) == (200, DONE)
    message = client.get(f"/_mock/sandboxes/default/messages/{UNREAD}").json
    assert message["read_at"] == "2026-11-21T06:00:00Z"


@pytest.mark.parametrize(
    "message_id",
    [
        "11111111-2222-11ef-8333-0242ac444444",
        "6d29d646-4e09-11ee-84f4-0242ac190006",  # outbound
        "9a913ca0-5885-11f0-a12f-0242acca14a3",  # outbound
        MAINS_REPORT,  # a request's id
        "ceba9fac-838c-44c7-b67d-03a4a6352058",  # a request's id
        "1060991b-0aca-11ef-93ca-0242aceaf1ac",  # another account's
        "undefined",
        "{{message_id}}",
        UNREAD[:8].upper(),
        "0",
    ],
)
def test_read_receipt_is_404_when_the_id_is_no_inbound_message(
    server: Server, message_id: str
) -> None:
    assert told(mark(server, message_id)) == (404, JSON, NO_SUCH_MESSAGE)


def test_read_receipt_leaves_the_earlier_messages_unread(server: Server) -> None:
    fresh = {"provider": "d7", "from": "+919745528801", "text": "Hello?"}
    added = [
        requests.post(f"{server.state}/messages", json=fresh, timeout=5).json() for _ in range(2)
    ]

    assert told(mark(server, added[1]["id"])) == (200, JSON, DONE)

    assert read_at(server, added[1]["id"]) is not None
    assert read_at(server, added[0]["id"]) is None


def test_read_receipt_leaves_an_outbound_message_alone(server: Server) -> None:
    mark(server, "6d29d646-4e09-11ee-84f4-0242ac190006")

    assert read_at(server, "6d29d646-4e09-11ee-84f4-0242ac190006") is None


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer None"},
        {"Authorization": "Bearer undefined"},
        {"Authorization": f"Bearer {D7_TOKEN[:-1]}"},
        {"Authorization": D7_TOKEN},
        {"Authorization": f"Basic {D7_TOKEN}"},
        {"Authorization": f"Token {D7_TOKEN}"},
        {"api-key": D7_TOKEN},
    ],
)
def test_call_is_401_when_the_token_is_missing_or_wrong(
    server: Server, header: dict[str, str]
) -> None:
    assert told(mark(server, headers=header)) == (401, JSON, BAD_TOKEN)
    assert told(report(server, MAINS_REPORT, headers=header)) == (401, JSON, BAD_TOKEN)
    assert read_at(server) is None


def test_token_is_looked_at_before_the_id(server: Server) -> None:
    wrong = {"Authorization": "Bearer wrong"}

    assert told(mark(server, "undefined", headers=wrong)) == (401, JSON, BAD_TOKEN)
    assert told(report(server, "undefined", headers=wrong)) == (401, JSON, BAD_TOKEN)


@pytest.mark.parametrize(
    ("token", "message_id", "status", "code"),
    [
        (
            "d7-mock-token-expired",
            "1060991b-0aca-11ef-93ca-0242aceaf1ac",
            401,
            "ACCESS_TOKEN_EXPIRED",
        ),
        (
            "d7-mock-token-deleted",
            "9bb281a3-bdf7-11ee-9e64-0242acc0e547",
            401,
            "APPLICATION_NOT_EXISTS",
        ),
        (
            "d7-mock-token-no-credit",
            "f02d21a3-835b-11ee-80cd-0242aca9a01b",
            402,
            "INSUFFICIENT_CREDIT",
        ),
    ],
)
def test_call_fails_when_the_account_is_in_trouble(
    server: Server, token: str, message_id: str, status: int, code: str
) -> None:
    response = mark(server, message_id, headers={"Authorization": f"Bearer {token}"})

    assert (response.status_code, response.headers["Content-Type"]) == (status, JSON)
    assert list(response.json()) == ["detail"]
    assert list(response.json()["detail"]) == ["code", "message"]
    assert response.json()["detail"]["code"] == code
    assert read_at(server, message_id) is None


def test_trouble_of_the_account_comes_before_the_id(server: Server) -> None:
    response = mark(server, "undefined", headers={"Authorization": "Bearer d7-mock-token-expired"})

    assert response.status_code == 401
    assert response.json()["detail"]["code"] == "ACCESS_TOKEN_EXPIRED"


@pytest.mark.parametrize("copies", [2, 3])
def test_read_receipt_succeeds_when_the_authorization_header_is_repeated(
    server: Server, copies: int
) -> None:
    with closing(http.client.HTTPConnection(server.url.removeprefix("http://"))) as connection:
        connection.putrequest("POST", f"/whatsapp/v2/read-receipt/{UNREAD}")
        for _ in range(copies):
            connection.putheader("Authorization", f"Bearer {D7_TOKEN}")
        connection.endheaders()
        response = connection.getresponse()
        assert (response.status, json.loads(response.read())) == (200, DONE)


def test_read_receipt_succeeds_when_the_header_was_joined_on_the_way(server: Server) -> None:
    joined = f"Bearer {D7_TOKEN},Bearer {D7_TOKEN}"

    assert told(mark(server, headers={"Authorization": joined})) == (200, JSON, DONE)


@pytest.mark.parametrize(
    "path",
    [
        "/whatsapp/v2/report/",
        "/whatsapp/v1/report/",
        "/whatsapp/report/",
        "/d7/whatsapp/v2/report/",
        "/d7/whatsapp/v1/report/",
    ],
)
def test_report_equals_the_pages_sample_on_every_path(server: Server, path: str) -> None:
    url = f"{server.url}{path}{MAINS_REPORT}"

    response = requests.get(url, headers=AUTH, timeout=5)

    assert (response.status_code, response.headers["Content-Type"]) == (200, JSON)
    assert json.dumps(response.json(), indent=4) == SAMPLE_REPORT


def test_report_equals_the_pages_sample_under_the_real_host_name(server: Server) -> None:
    headers = AUTH | {"Host": "api.d7networks.com"}

    response = report(server, MAINS_REPORT, headers=headers)

    assert response.status_code == 200
    assert json.dumps(response.json(), indent=4) == SAMPLE_REPORT


@pytest.mark.parametrize(
    ("request_id", "status", "reason"),
    [
        ("0012c7f5-2ba5-49db-8901-4ee9be6dc8d1", "scheduled", "Message scheduled"),
        ("001ff613-de30-4f82-81f6-1fe944b8f61b", "processed", "message is processed"),
        (
            "987efe2a-c68f-4cfb-8301-662b574d21c0",
            "sent",
            "Was sent to telecom and is awaiting acknowledgement",
        ),
        (
            "ceba9fac-838c-44c7-b67d-03a4a6352058",
            "delivered",
            "Delivered to destination and confirmed",
        ),
        (MAINS_REPORT, "read", "Read by the user"),
        ("469affd7-0983-4bbc-9d07-ee43e1d1cfef", "un_delivered", "Failed delivery"),
        ("5b6e2d14-7a0f-4c39-8f52-c1d9e3a47b60", "rejected", "Rejected the message"),
        (
            "b7d4f1c8-3e95-42a6-9c0b-6f28a5e1d973",
            "insufficient_credit",
            "User does not have enough credit",
        ),
    ],
)
def test_report_of_each_status_is_seeded_in_the_samples_shape(
    server: Server, request_id: str, status: str, reason: str
) -> None:
    body = report(server, request_id).json()
    message, sample = body["messages"][0], json.loads(SAMPLE_REPORT)

    assert (body["request_id"], message["status"], message["reason"]) == (
        request_id, status, reason,
    )  # fmt: skip
    assert list(body) == list(sample)
    assert list(message) == list(sample["messages"][0])
    assert list(message["reference"]) == list(sample["messages"][0]["reference"])


def test_report_of_each_type_of_message_is_seeded(server: Server) -> None:
    reports = json.loads((ROOT / "fixtures" / "d7.json").read_text(encoding="utf-8"))["reports"]
    types = {
        message["message_type"]
        for each in reports
        if each["account"] == "main"
        for message in report(server, each["id"]).json()["messages"]
    }
    assert types == {"TEXT", "ATTACHMENT", "LOCATION", "CONTACTS", "TEMPLATE"}


def test_report_is_served_without_credit_and_a_receipt_is_not(server: Server) -> None:
    without = {"headers": {"Authorization": "Bearer d7-mock-token-no-credit"}}
    answer = report(server, "e81b0c47-2d5a-4f93-b6e0-58c7a92d13f4", **without)
    assert answer.status_code == 200
    [message] = answer.json()["messages"]
    assert (message["status"], message["originator"]) == ("insufficient_credit", "+971509752658")
    assert told(report(server, "undefined", **without)) == (404, JSON, NO_SUCH_REQUEST)
    assert mark(server, **without).status_code == 402


def test_scheduled_report_tells_the_time_it_is_scheduled_for(server: Server) -> None:
    body = report(server, "0012c7f5-2ba5-49db-8901-4ee9be6dc8d1").json()

    assert body["request_stage"] == "scheduled"
    assert body["schedule_time"] == "2099-12-02T09:00+04:00"


@pytest.mark.parametrize(
    "request_id",
    [
        "d9835609-a4e0-10ea-a26a-eeafbe700fef",
        "6d29d646-4e09-11ee-84f4-0242ac190006",  # a message's id
        UNREAD,  # a message's id
        "undefined",
        "F44E3F43",
    ],
)
def test_report_is_404_when_the_id_is_no_request(server: Server, request_id: str) -> None:
    assert told(report(server, request_id)) == (404, JSON, NO_SUCH_REQUEST)


@pytest.mark.parametrize(
    "shared_id",
    ["987efe2a-c68f-4cfb-8301-662b574d21c0", "0012c7f5-2ba5-49db-8901-4ee9be6dc8d1"],
)
def test_read_receipt_changes_no_report(server: Server, shared_id: str) -> None:
    before = report(server, shared_id).text

    assert mark(server, shared_id).status_code == 200
    assert report(server, shared_id).text == before


def test_report_is_answered_to_a_client_that_sends_a_content_type(server: Server) -> None:
    headers = AUTH | {"Content-Type": JSON, "Accept": JSON}

    assert report(server, MAINS_REPORT, headers=headers).ok


@pytest.mark.parametrize("prefix", ["", "/d7"])
@pytest.mark.parametrize("path", ["/whatsapp/v2/read-receipt/", "/whatsapp/read-receipt/"])
def test_read_receipt_is_405_when_asked_with_get(server: Server, prefix: str, path: str) -> None:
    response = requests.get(f"{server.url}{prefix}{path}{UNREAD}", headers=AUTH, timeout=5)

    assert told(response) == (405, JSON, {"detail": "Method Not Allowed"})
    assert response.headers["Allow"] == "POST"
    assert read_at(server) is None


def test_report_is_405_when_asked_with_post(server: Server) -> None:
    url = f"{server.url}/whatsapp/v2/report/{MAINS_REPORT}"

    response = requests.post(url, headers=AUTH, timeout=5)

    assert told(response) == (405, JSON, {"detail": "Method Not Allowed"})
    assert response.headers["Allow"] == "GET"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/whatsapp",
        "/whatsapp/v2/read-receipt",
        "/whatsapp/v2/read-receipt/",
        "/whatsapp/v2/read-receipt/one/two",
        f"/whatsapp/v3/read-receipt/{UNREAD}",
        "/whatsapp/v2/templates",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_unknown_path_is_the_services_own_404(server: Server, method: str, path: str) -> None:
    response = requests.request(method, f"{server.url}/d7{path}", headers=AUTH, timeout=5)

    assert told(response) == (404, JSON, {"detail": "Not Found"})


def test_unknown_path_is_the_services_own_404_under_the_real_host_name(server: Server) -> None:
    headers = AUTH | {"Host": "api.d7networks.com"}

    response = requests.get(f"{server.url}/whatsapp/v2/senders", headers=headers, timeout=5)

    assert told(response) == (404, JSON, {"detail": "Not Found"})


def test_failure_of_the_service_is_500_when_asked_for(server: Server) -> None:
    response = mark(server, headers=AUTH | {"X-Mock-Fault": "error=INTERNAL_SERVER_ERROR"})

    assert told(response) == (500, JSON, {"detail": "Internal Server Error"})
    assert read_at(server) is None


def test_every_answer_carries_its_own_request_id(server: Server) -> None:
    answers = [mark(server), mark(server, "undefined"), mark(server, headers={})]

    ids = {answer.headers["X-Mock-Request-Id"] for answer in answers}
    assert len(ids) == 3
    assert all(each.startswith("req_") for each in ids)


@pytest.fixture
def two_accounts(tmp_path: Path, make_client: Callable[..., Any]) -> Any:
    """The application with a second account in good condition, which owns one of the reports."""
    folder = Path(shutil.copytree(ROOT / "fixtures", tmp_path / "fixtures"))
    content = json.loads((folder / "d7.json").read_text(encoding="utf-8"))
    numbers = [{"number": "+971509752650", "state": "active"}]
    content["accounts"].append({"label": "second", "token": "second-token", "numbers": numbers})
    [own] = [each for each in content["reports"] if each["id"] == SECONDS_REPORT]
    own["account"] = "second"
    (folder / "d7.json").write_text(json.dumps(content), encoding="utf-8")
    return make_client(fixtures=folder)


@pytest.mark.parametrize(
    ("token", "own", "others"),
    [
        (D7_TOKEN, MAINS_REPORT, SECONDS_REPORT),
        ("second-token", SECONDS_REPORT, MAINS_REPORT),
    ],
)
def test_report_is_404_for_another_account(
    two_accounts: Any, token: str, own: str, others: str
) -> None:
    headers = {"Authorization": f"Bearer {token}"}

    found = two_accounts.get(f"/whatsapp/v2/report/{own}", headers=headers)
    hidden = two_accounts.get(f"/whatsapp/v2/report/{others}", headers=headers)

    assert (found.status_code, found.json["request_id"]) == (200, own)
    assert (hidden.status_code, hidden.json) == (404, NO_SUCH_REQUEST)


def test_read_receipt_is_404_for_another_account(two_accounts: Any) -> None:
    headers = {"Authorization": "Bearer second-token"}

    answer = two_accounts.post(f"/whatsapp/v2/read-receipt/{UNREAD}", headers=headers)

    assert (answer.status_code, answer.json) == (404, NO_SUCH_MESSAGE)
    message = two_accounts.get(f"/_mock/sandboxes/default/messages/{UNREAD}").json
    assert message["read_at"] is None


@pytest.mark.parametrize(
    ("body", "until"),
    [
        (b'{"typing": true}', "2026-11-21T06:00:25Z"),
        (b'{"typing": "yes"}', None),
        (b'{"typing": "true"}', None),
        (b'{"typing": 1}', None),
        (b'{"typing": [true]}', None),
        (b'{"typing": false}', None),
        (b'{"typing": null}', None),
        (b'{"Typing": true}', None),
        (b'[{"typing": true}]', None),
        (b"typing=true", None),
        (b"", None),
    ],
)
def test_only_true_shows_the_typing_bubble(client: Any, body: bytes, until: str | None) -> None:
    answer = client.post(f"/whatsapp/v2/read-receipt/{UNREAD}", headers=AUTH, data=body)

    assert (answer.status_code, answer.json) == (200, DONE)
    message = client.get(f"/_mock/sandboxes/default/messages/{UNREAD}").json
    assert (message["read_at"], message["typing_until"]) == ("2026-11-21T06:00:00Z", until)
