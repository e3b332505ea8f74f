"""A user's routes and hooks on the built-in server and on Werkzeug's own."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from mockserver.web.request import BODY_LIMIT
from tests.calls import CALLS, KIRIM_RECEIPT, ValidCall, named
from tests.sockets import connected, everything, whole

BROKEN = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)


def get(url: str, path: str, **options: Any) -> requests.Response:
    return requests.get(f"{url}{path}", timeout=10, **options)


@pytest.mark.parametrize("call", CALLS, ids=named)
def test_provider_answers_past_a_hook(url: str, call: ValidCall) -> None:
    answer = call.send(url)
    assert (answer.status_code, answer.headers["X-Hook"]) == (call.success, "passed")


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("text", 200, "Halo"),
        ("json", 200, '{"sold":3}\n'),
        ("response", 203, "<p>"),
        ("stream", 200, "one two three"),
        ("tuple", 201, "made"),
    ],
)
def test_view_answers(url: str, path: str, status: int, text: str) -> None:
    answer = get(url, f"/shop/{path}")
    assert (answer.status_code, answer.text) == (status, text)


def test_answer_is_closed_once_it_is_sent(url: str) -> None:
    before = len(get(url, "/shop/closed").json())
    with connected(url) as (connection, _):
        connection.sendall(b"GET /shop/closing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        received, _ = everything(connection)  # to its end, which comes after that
    assert received.endswith(b"\r\n0\r\n\r\n")
    assert len(get(url, "/shop/closed").json()) == before + 1


def test_middleware_may_write(url: str) -> None:
    assert get(url, "/written").text == "one two"


def test_link_and_redirect_lead_back_to_the_server(url: str) -> None:
    assert get(url, "/shop/links/a").json()[1] == f"{url}/shop/text"
    assert get(url, "/shop/things").url == f"{url}/shop/things/"


def test_wrong_method_is_405(url: str) -> None:
    assert requests.post(f"{url}/shop/text", timeout=10).status_code == 405


def test_view_gets_the_body_and_who_sent_it(url: str) -> None:
    for body in (b"3 pairs", iter((b"3 ", b"pairs"))):
        answer = requests.post(f"{url}/shop/orders", data=body, timeout=10)
        assert answer.json() == {"data": "3 pairs", "from": "127.0.0.1"}


def test_body_that_is_too_large_for_a_view_is_413(built_in: str) -> None:
    def pieces() -> Iterator[bytes]:
        yield bytes(BODY_LIMIT)
        yield b"1"

    for body in (bytes(BODY_LIMIT + 1), pieces()):
        answer = requests.post(f"{built_in}/shop/orders", data=body, timeout=10)
        assert answer.status_code == 413


@pytest.mark.parametrize("fault", ["latency=1", "drip=1000000"])
def test_changed_answer_is_what_a_fault_delays(url: str, fault: str) -> None:
    target = f"{url}{KIRIM_RECEIPT.path}?change=1"
    headers = KIRIM_RECEIPT.headers | {"X-Mock-Fault": fault}
    answer = requests.post(target, data=KIRIM_RECEIPT.body, headers=headers, timeout=10)
    assert (answer.content, answer.headers["X-Hook"]) == (b"changed by the hook", "passed")


@pytest.mark.parametrize("fault", ["reset", "empty", "truncate", "garbage", "hang=1", "outage"])
def test_fault_of_the_connection_passes_hooks(url: str, fault: str) -> None:
    with pytest.raises(BROKEN):
        KIRIM_RECEIPT.send(url, **{"X-Mock-Fault": fault})


def test_reset_past_a_hook_is_a_true_one(built_in: str) -> None:
    with connected(built_in) as (wire, _):
        wire.sendall(whole(KIRIM_RECEIPT, "X-Mock-Fault: reset"))
        assert everything(wire) == (b"", True)
