"""What is refused before it is a call: one line of the log, one entry of the journal."""

import json
from typing import Any

import pytest
import requests

from tests.calls import D7_RECEIPT, KIRIM_RECEIPT
from tests.clocks import wait_until
from tests.conftest import Server
from tests.sockets import head, until_closed, whole

HOST = b"Host: localhost\r\n"
REFUSED = {
    "no HTTP": (b"\0\0nonsense\r\n\r\n", 400),
    "no host": (whole(D7_RECEIPT).replace(HOST, b""), 400),
    "two hosts": (whole(D7_RECEIPT).replace(HOST, HOST * 2), 400),
    "another version": (whole(D7_RECEIPT, version="2.0"), 505),
    "another coding": (head(D7_RECEIPT, b"", "Transfer-Encoding: gzip"), 501),
    "a large head": (whole(D7_RECEIPT, "X-Big: " + "x" * 70_000), 431),
    "bad chunks": (head(KIRIM_RECEIPT, b"", "Transfer-Encoding: chunked") + b"x\r\n", 400),
}


def entries(server: Server) -> list[dict[str, Any]]:
    answer = requests.get(f"{server.state}/requests", timeout=10)
    found: list[dict[str, Any]] = answer.json()["requests"]
    return found


@pytest.mark.parametrize(("data", "status"), REFUSED.values(), ids=REFUSED)
def test_refusal_is_one_line_and_one_entry(server: Server, data: bytes, status: int) -> None:
    logged = server.log.stat().st_size
    answer = until_closed(server.url, data)
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    wait_until(lambda: len(entries(server)) == 1)
    [entry] = entries(server)
    assert entry["response"]["status"] == status
    assert entry["because"]
    assert entry["hint"]
    assert entry["closed_by"] == "server"
    [line] = server.log.read_bytes()[logged:].decode().splitlines()
    assert f"-> {status}: {entry['because']}; {entry['hint']}" in line


def test_credentials_of_what_was_refused_are_not_told(server: Server) -> None:
    logged = server.log.stat().st_size
    until_closed(server.url, whole(KIRIM_RECEIPT).replace(HOST, b""))
    wait_until(lambda: len(entries(server)) == 1)
    told = json.dumps(entries(server)) + server.log.read_bytes()[logged:].decode()
    assert "kdv_live_TavbPKwIuqOr69ALEKLNennZ" not in told


def test_refusals_of_one_client_do_not_flood_the_journal(server: Server) -> None:
    """One for each connection: what comes behind a refusal is not read."""
    until_closed(server.url, (b"nonsense\r\n\r\n") * 1_000)
    wait_until(lambda: len(entries(server)) == 1)
