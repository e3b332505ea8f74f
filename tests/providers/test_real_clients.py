"""Published client libraries that talk to the running server, pointed at it as users would."""

from collections.abc import Iterator
from typing import Any

import direct7
import heyoo
import pytest
import requests
from direct7 import errors

from tests.calls import D7_MESSAGE as UNREAD
from tests.calls import D7_REQUEST as REPORTED
from tests.calls import D7_TOKEN, KIRIM_KEY, KIRIM_NUMBER_ID, WAMID, WAMID_ROW
from tests.conftest import Server


@pytest.fixture(params=["", "/d7"])
def d7(server: Server, request: pytest.FixtureRequest) -> Iterator[direct7.Client]:
    client = direct7.Client(api_token=D7_TOKEN)
    client.host(f"{server.url}{request.param}")
    yield client
    client.session.close()


@pytest.fixture
def stranger(server: Server) -> Iterator[direct7.Client]:
    """A client whose owner forgot the token."""
    client = direct7.Client()
    client.host(server.url)
    yield client
    client.session.close()


def kirim(server: Server, key: str, prefix: str = "") -> Any:
    client = heyoo.WhatsApp(key, phone_number_id=KIRIM_NUMBER_ID)
    client.base_url = client.v15_base_url = f"{server.url}{prefix}/v1"
    client.url = f"{client.base_url}/{KIRIM_NUMBER_ID}/messages"
    return client


def read_at(server: Server, message_id: str) -> str | None:
    return requests.get(f"{server.state}/messages/{message_id}", timeout=5).json()["read_at"]


def test_direct7_marks_a_message_read(d7: direct7.Client, server: Server) -> None:
    answer = d7.whatsapp.read_receipt(message_id=UNREAD)

    assert answer == "Message successfully marked as read"
    assert read_at(server, UNREAD) is not None


def test_direct7_gets_a_report(d7: direct7.Client) -> None:
    answer = d7.whatsapp.get_status(request_id=REPORTED)

    assert isinstance(answer, dict)
    assert answer["request_id"] == REPORTED
    assert answer["messages"][0]["status"] == "read"
    assert answer["messages"][0]["reason"] == "Read by the user"


def test_direct7_gets_a_report_after_a_read_receipt_with_one_client(d7: direct7.Client) -> None:
    d7.whatsapp.read_receipt(message_id=UNREAD)

    assert d7.whatsapp.get_status(request_id=REPORTED)["request_stage"] == "processed"


def test_direct7_raises_not_found_for_an_unknown_message(d7: direct7.Client) -> None:
    with pytest.raises(errors.NotFoundError, match="WHATSAPP_MESSAGE_NOT_EXISTS"):
        d7.whatsapp.read_receipt(message_id=REPORTED)


def test_direct7_raises_not_found_for_an_unknown_request(d7: direct7.Client) -> None:
    with pytest.raises(errors.NotFoundError, match="WHATSAPP_LOG_NOT_EXISTS"):
        d7.whatsapp.get_status(request_id=UNREAD)


def test_direct7_raises_authentication_error_without_a_token(
    stranger: direct7.Client, server: Server
) -> None:
    with pytest.raises(errors.AuthenticationError, match="Invalid API token"):
        stranger.whatsapp.read_receipt(message_id=UNREAD)
    with pytest.raises(errors.AuthenticationError, match="Invalid API token"):
        stranger.whatsapp.get_status(request_id=REPORTED)
    assert read_at(server, UNREAD) is None


@pytest.mark.parametrize(
    ("token", "error"),
    [
        ("d7-mock-token-expired", errors.AuthenticationError),
        ("d7-mock-token-deleted", errors.AuthenticationError),
        ("d7-mock-token-no-credit", errors.InsufficientCreditError),
    ],
)
def test_direct7_raises_for_an_account_in_trouble(
    d7: direct7.Client, token: str, error: type[Exception]
) -> None:
    d7._api_token = token

    with pytest.raises(error):
        d7.whatsapp.read_receipt(message_id=UNREAD)


def test_direct7_raises_server_error_when_the_service_fails(
    d7: direct7.Client, server: Server
) -> None:
    rule = {
        "match": {"provider": "d7"},
        "fault": {"type": "error", "error": "INTERNAL_SERVER_ERROR"},
    }
    requests.post(f"{server.state}/faults", json=rule, timeout=5).raise_for_status()

    with pytest.raises(errors.ServerError, match="500 response"):
        d7.whatsapp.read_receipt(message_id=UNREAD)


@pytest.mark.parametrize("prefix", ["", "/kirim"])
def test_heyoo_marks_a_message_read(server: Server, prefix: str) -> None:
    client = kirim(server, KIRIM_KEY, prefix)

    answer = client.mark_as_read(WAMID)

    assert answer["data"] == {
        "id": WAMID_ROW,
        "object": "message",
        "status": "read",
        "message_id": WAMID,
    }
    assert read_at(server, WAMID) is not None


@pytest.mark.parametrize(
    ("key", "message_id", "status", "code"),
    [
        (KIRIM_KEY, "wamid.unknown", 404, "resource_not_found"),
        ("kdv_live_ExpRd0wIuqOr69ALEKLNexp1", WAMID, 401, "expired_api_key"),
    ],
)
def test_heyoo_hands_back_the_response_of_a_failure(
    server: Server, key: str, message_id: str, status: int, code: str
) -> None:
    response = kirim(server, key).mark_as_read(message_id)

    assert response.status_code == status
    assert response.json()["error"]["code"] == code
    assert read_at(server, WAMID) is None
