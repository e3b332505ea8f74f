"""The application on another WSGI server: each fault comes as near as it can there."""

import contextlib
import logging
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from werkzeug.serving import make_server

from mockserver import create_app
from tests.calls import BY_PROVIDER, CALLS, D7, D7_REPORT, KIRIM, WAMID, ValidCall, named
from tests.conftest import STATE

CALL = BY_PROVIDER["kirim"]


@pytest.fixture
def foreign() -> Iterator[str]:
    """The URL of the application on Werkzeug's own server."""
    server = make_server("127.0.0.1", 0, create_app(), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(timeout=5)
    server.server_close()


def add(url: str, fault: dict[str, Any], **rule: Any) -> str:
    answer = requests.post(f"{url}{STATE}/faults", json={"fault": fault, **rule}, timeout=5)
    assert answer.status_code == 201, answer.text
    rule_id: str = answer.json()["id"]
    return rule_id


def is_read(url: str) -> bool:
    message = requests.get(f"{url}{STATE}/messages/{WAMID}", timeout=5).json()
    return message["read_at"] is not None


@pytest.mark.parametrize("call", CALLS, ids=named)
def test_plain_call_works(foreign: str, call: ValidCall) -> None:
    answer = call.send(foreign)
    assert answer.status_code == call.success
    assert "X-Mock-Fault" not in answer.headers


@pytest.mark.parametrize(
    "latency",
    [{"ms": 60}, {"ms": 60, "between": "headers and body"}, {"distribution": "uniform",
                                                             "min_ms": 60, "max_ms": 61}],
    ids=str,
)  # fmt: skip
def test_latency_really_delays(foreign: str, latency: dict[str, Any]) -> None:
    rule_id = add(foreign, {"type": "latency", **latency})
    started = time.monotonic()
    answer = CALL.send(foreign)
    assert time.monotonic() - started >= 0.06
    assert (answer.status_code, answer.headers["X-Mock-Fault"]) == (200, rule_id)
    assert answer.json()["data"]["status"] == "read"


BREAKING: list[dict[str, Any]] = [
    {"type": "truncate"},
    {"type": "truncate", "keep": 0},
    {"type": "reset"},
    {"type": "reset", "after_bytes": 40},
    {"type": "empty"},
    {"type": "garbage", "bytes": 40},
    {"type": "hang", "for_ms": 50},
]


@pytest.mark.sample(5)
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("fault", BREAKING, ids=str)
def test_fault_of_the_connection_breaks_the_answer_off(
    foreign: str, fault: dict[str, Any], when: str
) -> None:
    add(foreign, fault, when=when)
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        CALL.send(foreign)
    assert is_read(foreign) is (when == "after")


@pytest.mark.parametrize("fault", ["reset", "outage", "empty", "hang=20"])
def test_of_an_answer_that_is_not_sent_nothing_comes(foreign: str, fault: str) -> None:
    address = urlsplit(foreign)
    head = f"POST {CALL.path} HTTP/1.1\r\nHost: x\r\nX-Mock-Fault: {fault}\r\n"
    length = f"Content-Length: {len(CALL.body)}\r\n\r\n"
    with socket.create_connection((address.hostname, address.port), timeout=5) as wire:
        wire.sendall(head.encode() + length.encode() + CALL.body)
        assert wire.recv(65_536) == b""


@pytest.mark.parametrize("fault", ["latency=1", "drip=100000", "truncate"])
def test_answer_to_head_has_no_body(fault: str) -> None:
    client = create_app().test_client()
    headers = D7 | {"X-Mock-Fault": fault}
    path = f"/d7{D7_REPORT.path}"
    with contextlib.suppress(ConnectionResetError):
        assert client.head(path, headers=headers).data == b""


def test_client_in_process_sees_the_error_of_the_connection_at_once() -> None:
    client = create_app().test_client()
    with pytest.raises(ConnectionResetError):
        client.post(CALL.path, data=CALL.body, headers=KIRIM | {"X-Mock-Fault": "reset"})


def test_hang_takes_its_time(foreign: str) -> None:
    add(foreign, {"type": "hang", "for_ms": 60})
    started = time.monotonic()
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        CALL.send(foreign)
    assert time.monotonic() - started >= 0.06


def test_hang_is_a_timeout_to_a_client_that_waits_less(foreign: str) -> None:
    add(foreign, {"type": "hang", "for_ms": 250})
    with pytest.raises(requests.ReadTimeout):
        requests.post(f"{foreign}{CALL.path}", headers=KIRIM, data=CALL.body, timeout=0.1)


def test_broken_answer_leaves_the_next_call_alone(foreign: str) -> None:
    add(foreign, {"type": "reset"}, schedule={"times": 1})
    with requests.Session() as session:
        url = f"{foreign}{CALL.path}"
        with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
            session.post(url, headers=KIRIM, data=CALL.body, timeout=5)
        assert session.post(url, headers=KIRIM, data=CALL.body, timeout=5).status_code == 200


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ({"type": "error", "error": "WHATSAPP_UPSTREAM_ERROR"}, 502),
        ({"type": "status", "status": 418, "body": "tea"}, 418),
        ({"type": "gateway", "status": 504}, 504),
        ({"type": "malformed_json"}, 200),
        ({"type": "drip", "over_ms": 20}, 200),
    ],
    ids=str,
)
def test_fault_of_the_answer_is_the_same_as_ever(
    foreign: str, fault: dict[str, Any], status: int
) -> None:
    rule_id = add(foreign, fault)
    answer = CALL.send(foreign)
    assert (answer.status_code, answer.headers["X-Mock-Fault"]) == (status, rule_id)
    assert int(answer.headers["Content-Length"]) == len(answer.content)


def test_drip_takes_its_time(foreign: str) -> None:
    add(foreign, {"type": "drip", "over_ms": 60})
    started = time.monotonic()
    assert CALL.send(foreign).json()["data"]["status"] == "read"
    assert time.monotonic() - started >= 0.06


def warnings_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith("mockserver") and record.levelno >= logging.WARNING
    ]


def test_server_says_once_that_it_is_not_the_built_in_one(
    foreign: str, caplog: pytest.LogCaptureFixture
) -> None:
    add(foreign, {"type": "latency", "ms": 1})
    for _ in range(3):
        CALL.send(foreign)
    [warning] = warnings_of(caplog)
    assert "not the built-in server" in warning


def test_server_says_nothing_without_such_faults(
    foreign: str, caplog: pytest.LogCaptureFixture
) -> None:
    add(foreign, {"type": "gateway"}, schedule={"skip": 1})
    for _ in range(2):
        CALL.send(foreign)
    assert warnings_of(caplog) == []
