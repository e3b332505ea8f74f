"""Blanks around a header's value are no part of it, whatever server reads it."""

import json

import pytest

from mockserver import create_app
from tests.calls import BY_PROVIDER, CALLS, KIRIM_RECEIPT, ValidCall, named
from tests.conftest import Server
from tests.sockets import Answer, headers_of, raw
from tests.web.wsgi import ask, environ_of

BLANKS = (" ", "\t", " \t  \t")
each_blank = pytest.mark.parametrize("blank", BLANKS, ids=repr)


def send(url: str, call: ValidCall, blank: str, **more: str) -> Answer:
    """Send it with blanks on both sides of every value."""
    headers = {"Host": "localhost", **headers_of(call, call.body), **more}
    headers["Content-Length"] = str(len(call.body))
    lines = [f"{name}:{blank}{value}{blank}" for name, value in headers.items()]
    head = "\r\n".join([f"{call.method} {call.path} HTTP/1.1", *lines, "", ""])
    return raw(url, head.encode() + call.body)


def assert_success(call: ValidCall, answer: Answer) -> None:
    assert call.succeeded(answer.status, json.loads(answer.body)), answer.body


@each_blank
@pytest.mark.parametrize("call", CALLS, ids=named)
def test_every_header_of_a_call_may_have_blanks_around(
    server: Server, call: ValidCall, blank: str
) -> None:
    assert_success(call, send(server.url, call, blank))


@each_blank
@pytest.mark.parametrize("call", CALLS, ids=named)
def test_they_may_so_past_hooks_and_on_other_servers(url: str, call: ValidCall, blank: str) -> None:
    assert_success(call, send(url, call, blank))


@each_blank
@pytest.mark.parametrize("provider", BY_PROVIDER)
def test_each_header_may_have_them_alone(server: Server, provider: str, blank: str) -> None:
    call = BY_PROVIDER[provider]
    for name in headers_of(call, call.body):
        lines = {**headers_of(call, call.body), "Content-Length": str(len(call.body))}
        lines[name] = f"{lines[name]}{blank}"
        head = "".join(f"{key}: {value}\r\n" for key, value in lines.items())
        request = f"{call.method} {call.path} HTTP/1.1\r\nHost: x\r\n{head}\r\n"
        assert_success(call, raw(server.url, request.encode() + call.body))


@each_blank
def test_header_that_asks_for_a_fault_may_have_blanks(server: Server, blank: str) -> None:
    answer = send(server.url, KIRIM_RECEIPT, blank, **{"X-Mock-Fault": "error=INTERNAL_ERROR"})
    assert (answer.status, answer.headers["X-Mock-Fault"]) == (500, "header")


@each_blank
def test_idempotency_key_is_the_same_with_blanks(server: Server, blank: str) -> None:
    first = send(server.url, KIRIM_RECEIPT, "", **{"Idempotency-Key": "order 77"})
    again = send(server.url, KIRIM_RECEIPT, blank, **{"Idempotency-Key": "order 77"})
    assert (first.headers["Idempotent-Replayed"], again.headers["Idempotent-Replayed"]) == (
        "false",
        "true",
    )


@each_blank
def test_name_of_a_host_may_have_blanks(server: Server, blank: str) -> None:
    answer = send(server.url, KIRIM_RECEIPT, blank, Host="api.kirim.chat")
    assert_success(KIRIM_RECEIPT, answer)
    unknown = raw(server.url, f"GET / HTTP/1.1\r\nHost: api.kirim.chat{blank}\r\n\r\n".encode())
    assert json.loads(unknown.body)["error"]["code"] == "resource_not_found"


def test_length_may_have_blanks_where_a_server_leaves_them() -> None:
    environ = environ_of(KIRIM_RECEIPT, now=0)
    environ["CONTENT_LENGTH"] += "\t "
    assert ask(create_app(), environ).status == "200 OK"


def test_blanks_within_a_value_are_part_of_it(server: Server) -> None:
    kaleyra = BY_PROVIDER["kaleyra"]
    key = kaleyra.headers["api-key"]
    answer = send(server.url, kaleyra, "", **{"api-key": f"{key[:9]} {key[9:]}"})
    assert answer.status == 401
