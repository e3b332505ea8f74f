"""Whom a call is for: exactly one ``Host``, and a target that names a host before it."""

import json
import re

import pytest

from tests.calls import D7_RECEIPT, KIRIM_RECEIPT, ValidCall
from tests.conftest import Server
from tests.sockets import connected, raw, read_answer, until_closed, whole

HOST = b"Host: localhost\r\n"
WRONG = {
    "none": b"",
    "two": HOST + b"Host: other\r\n",
    "two equal ones": HOST + HOST,
    "two in different cases": HOST + b"hOST: localhost\r\n",
    "three": HOST * 3,
    "two far apart": HOST + b"X-More: 1\r\n" * 50 + HOST,
}


@pytest.mark.parametrize("hosts", WRONG.values(), ids=WRONG)
def test_http_1_1_has_exactly_one_host(server: Server, hosts: bytes) -> None:
    data = whole(D7_RECEIPT).replace(HOST, hosts)
    answer = until_closed(server.url, data)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"\r\nconnection: close\r\n" in answer.lower()
    assert b"host" in answer.lower().partition(b"\r\n\r\n")[2]
    assert len(re.findall(rb"HTTP/1\.1 \d", answer)) == 1


def test_http_1_0_may_have_no_host(server: Server) -> None:
    data = whole(D7_RECEIPT, version="1.0").replace(HOST, b"")
    assert raw(server.url, data).status == 200


def test_http_1_0_has_no_two_hosts(server: Server) -> None:
    data = whole(D7_RECEIPT, version="1.0").replace(HOST, WRONG["two"])
    assert raw(server.url, data).status == 400


def test_empty_host_is_one(server: Server) -> None:
    assert raw(server.url, whole(D7_RECEIPT).replace(HOST, b"Host:\r\n")).status == 200


def test_call_without_host_is_answered_in_its_turn(server: Server) -> None:
    with connected(server.url) as (connection, stream):
        connection.sendall(whole(D7_RECEIPT) + whole(D7_RECEIPT).replace(HOST, b""))
        assert read_answer(stream).status == 200
        assert read_answer(stream).status == 400
        assert stream.read() == b""


def addressed(call: ValidCall, authority: str, host: str) -> bytes:
    """The call to an absolute target at that authority, with another ``Host``."""
    data = whole(call, path=f"http://{authority}{call.path}")
    return data.replace(HOST, f"Host: {host}\r\n".encode())


@pytest.mark.parametrize("host", ["localhost", "api.d7networks.com", ""])
def test_authority_of_the_target_wins_over_host(server: Server, host: str) -> None:
    answer = raw(server.url, addressed(KIRIM_RECEIPT, "api.kirim.chat", host))
    assert answer.status == 200
    assert json.loads(answer.body)["data"]["status"] == "read"


@pytest.mark.parametrize("authority", ["API.Kirim.Chat", "api.kirim.chat:80", "api.kirim.chat."])
def test_authority_is_read_as_a_host_is(server: Server, authority: str) -> None:
    data = addressed(KIRIM_RECEIPT, authority, "api.d7networks.com")
    assert raw(server.url, data).status == 200


def test_administration_is_not_asked_by_a_foreign_authority(server: Server) -> None:
    """A page of any other site could ask in the name of whoever reads it."""
    data = b"GET http://evil.example/_mock/sandboxes HTTP/1.1\r\nHost: localhost\r\n\r\n"
    assert raw(server.url, data).status == 403
