"""Answers that are waited for, on the built-in server and on Werkzeug's own."""

import contextlib
import select
import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from tests.calls import KIRIM_RECEIPT
from tests.conftest import Server
from tests.sockets import connect, everything

WAITING = 20
POLL = "requests?since=&within="


@pytest.fixture
def sandbox(url: str) -> str:
    """The base of the administration of a new sandbox."""
    made = requests.post(f"{url}/_mock/sandboxes", json={"fixtures": "default"}, timeout=5).json()
    return f"{url}/_mock/sandboxes/{made['id']}"


def call_in(sandbox: str) -> str:
    """The id of a call to a provider that falls into the sandbox."""
    document = requests.get(sandbox, timeout=5).json()
    base = document["providers"][KIRIM_RECEIPT.provider]["base_url"]
    return str(KIRIM_RECEIPT.send(base).headers["X-Mock-Request-Id"])


def poll_raw(sandbox: str, within: str) -> socket.socket:
    connection = connect(sandbox)
    path = sandbox.partition("/_mock")[2]
    connection.sendall(
        f"GET /_mock{path}/{POLL}{within} HTTP/1.1\r\nHost: localhost\r\n"
        "Connection: close\r\n\r\n".encode()
    )
    return connection


def test_nothing_is_answered_when_the_time_is_over(sandbox: str) -> None:
    answer = requests.get(f"{sandbox}/{POLL}PT0.05S", timeout=5)
    assert (answer.status_code, answer.json()) == (200, {"requests": []})
    assert answer.elapsed.total_seconds() >= 0.05


def test_what_is_there_is_answered_at_once(sandbox: str) -> None:
    made = call_in(sandbox)
    answer = requests.get(f"{sandbox}/{POLL}PT10M", timeout=5)
    assert [each["id"] for each in answer.json()["requests"]] == [made]


def test_many_wait_for_one_call_and_hold_up_nobody(sandbox: str) -> None:
    with contextlib.ExitStack() as open_connections:
        waiting = [
            open_connections.enter_context(poll_raw(sandbox, "PT10M")) for _ in range(WAITING)
        ]
        made = call_in(sandbox).encode()
        answers = [everything(each)[0] for each in waiting]
    assert [(each[:12], made in each) for each in answers] == [(b"HTTP/1.1 200", True)] * WAITING


def test_nobody_is_answered_before_the_call_that_is_waited_for(sandbox: str) -> None:
    call_in(sandbox)
    path = f"{sandbox}/requests?status=404&since=&within=PT10M"
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(requests.get, path, timeout=10)
        call_in(sandbox)
        assert not answer.done()
        document = requests.get(sandbox, timeout=5).json()
        base = document["providers"][KIRIM_RECEIPT.provider]["base_url"]
        requests.get(f"{base}/nowhere", timeout=5)
        assert [each["response"]["status"] for each in answer.result().json()["requests"]] == [404]


def test_deletion_ends_the_waiting(sandbox: str) -> None:
    with poll_raw(sandbox, "PT10M") as connection:
        requests.delete(sandbox, timeout=5).raise_for_status()
        assert everything(connection)[0].startswith(b"HTTP/1.1 404 ")


def test_head_is_answered_without_a_body(sandbox: str) -> None:
    answer = requests.head(f"{sandbox}/{POLL}PT0.01S", timeout=5)
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["Content-Length"]) > 0
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("within", ["", "5", "PT601S", "-PT1S", "P1M"])
def test_what_is_no_duration_to_wait_is_refused(sandbox: str, within: str) -> None:
    answer = requests.get(f"{sandbox}/{POLL}{within}", timeout=5)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_filter")


@pytest.mark.parametrize("began", [True, False])
def test_who_ends_its_side_is_waited_for_no_longer(server: Server, began: bool) -> None:
    """As a client does whose patience is over: nobody would take the answer."""
    with poll_raw(server.state, "PT10M") as connection:
        if began:
            requests.get(f"{server.url}/_mock/livez", timeout=5)
        connection.shutdown(socket.SHUT_WR)
        assert everything(connection)[0] == b""


def test_who_ends_its_side_at_once_is_told_what_is_there(server: Server) -> None:
    made = KIRIM_RECEIPT.send(server.url).headers["X-Mock-Request-Id"]
    with poll_raw(server.state, "PT10M") as connection:
        connection.shutdown(socket.SHUT_WR)
        assert made.encode() in everything(connection)[0]


def test_server_that_ends_answers_those_that_wait(start_server: Any) -> None:
    server = start_server()
    with poll_raw(server.state, "PT10M") as connection:
        requests.get(f"{server.url}/_mock/livez", timeout=5)
        assert not select.select([connection], [], [], 0)[0]
        server.process.send_signal(signal.SIGTERM)
        assert everything(connection)[0].endswith(b'{"requests":[]}')
    assert server.process.wait(timeout=5) == 0
