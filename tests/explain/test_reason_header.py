"""With ``--explain-header`` an answer to a failed call tells its reason."""

import json
from urllib.parse import unquote

import pytest
import requests

from tests.calls import (
    CALLS,
    D7_RECEIPT,
    JSON,
    KALEYRA_RECEIPT,
    KIRIM_KEY,
    KIRIM_RECEIPT,
    ValidCall,
    named,
)
from tests.conftest import Server, Start
from tests.explain.signing import send
from tests.nxcloud_signature import ACCESS_SECRET

REASON = "X-Mock-Reason"


@pytest.fixture(scope="module")
def started_so(start_server: Start) -> Server:
    return start_server("--explain-header")


@pytest.fixture
def telling(started_so: Server) -> Server:
    requests.post(f"{started_so.state}/reset", timeout=5).raise_for_status()
    return started_so


def test_reason_is_the_journals(telling: Server) -> None:
    answer = requests.post(telling.url + KIRIM_RECEIPT.path, timeout=5)
    told = "expected 'Bearer <token of an account>', came no Authorization header"
    assert answer.headers[REASON] == told
    entry = requests.get(f"{telling.state}/requests/last", timeout=5).json()
    assert entry["response"]["headers"][REASON] == told


@pytest.mark.parametrize("sent", CALLS, ids=named)
def test_no_reason_without_a_failure(telling: Server, sent: ValidCall) -> None:
    assert REASON not in sent.send(telling.url).headers


def test_no_reason_of_an_unmatched_receipt(telling: Server) -> None:
    body = KALEYRA_RECEIPT.body.replace(b"AXXX", b"BXXX")
    url = telling.url + KALEYRA_RECEIPT.path
    answer = requests.post(url, headers=KALEYRA_RECEIPT.headers, data=body, timeout=5)
    assert answer.status_code == 202
    assert REASON not in answer.headers


def test_failure_with_status_200(telling: Server) -> None:
    answer = send(telling.url, json.dumps({"a": 1}).encode(), signed=b"other")
    assert answer.status_code == 200
    reason = answer.headers[REASON]
    assert reason.startswith("expected ")
    assert ACCESS_SECRET not in reason


def test_right_signature_is_not_told(telling: Server) -> None:
    answer = send(telling.url, b"{}", signed=b"other")
    assert "****" in answer.headers[REASON]


def test_injected_and_unknown_path(telling: Server) -> None:
    answer = D7_RECEIPT.send(telling.url, **{"X-Mock-Fault": "gateway"})
    assert answer.headers[REASON] == "injected by header: gateway"
    answer = requests.get(f"{telling.url}/nowhere", timeout=5)
    assert answer.headers[REASON] == "the path is no provider's"


def test_reason_has_no_secrets_and_no_line_feeds(telling: Server) -> None:
    path = f"/kirim/v1/{KIRIM_KEY}%0D%0ASet-Cookie:%20x=1/messages"
    headers = {"Authorization": f"Bearer {KIRIM_KEY}"}
    answer = requests.post(telling.url + path, headers=headers, timeout=5)
    assert KIRIM_KEY not in answer.headers[REASON]
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("letter", ["é", "\u202e", "%", "x", "\U0001f600", "\\", "\x7f"])
def test_reason_is_short_visible_ascii(telling: Server, letter: str) -> None:
    content = {"messaging_product": letter * 400, "status": "read", "message_id": "x"}
    body = json.dumps(content, ensure_ascii=False).encode()
    headers = {"Authorization": f"Bearer {KIRIM_KEY}", **JSON}
    answer = requests.post(telling.url + KIRIM_RECEIPT.path, headers=headers, data=body, timeout=5)
    reason = answer.headers[REASON]
    assert 0 < len(reason) <= 200
    assert all(" " <= each <= "~" for each in reason)
    assert "%" not in unquote(reason.removesuffix("...")).replace(letter, "")


def test_answers_stay_as_they_are_without_the_option(server: Server) -> None:
    assert REASON not in requests.post(server.url + KIRIM_RECEIPT.path, timeout=5).headers
