"""Paths, queries and methods that are strange or unknown."""

import json
from urllib.parse import unquote

import pytest
import requests

from tests.calls import BY_PROVIDER, CALLS, KIRIM_RECEIPT, ValidCall, named
from tests.conftest import Server
from tests.sockets import connected, headers_of, raw, read_answer, whole
from tests.wire.bad_input.checks import assert_own_error, messages

STRANGE_PARTS = {
    "NUL": "%00",
    "an encoded slash": "%2F",
    "an encoded line feed": "%0A",
    "letters around an encoded line feed": "a%0Ab",
    "carriage return and line feed": "a%0D%0Ab",
    "an encoded line separator": "%E2%80%A8",
    "two dots": "..",
    "dots upwards": "../../../etc/passwd",
    "encoded dots": "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "no UTF-8": "%ff%fe",
    "a surrogate": "%ED%A0%80",
    "a bare percent sign": "%",
    "half an escape": "%e",
    "no hexadecimal": "%zz",
    "an encoded percent sign": "%25",
    "a space": "%20",
    "a question mark": "%3F",
    "two slashes": "/a",
    "three slashes": "//a",
    "a slash at the end": "a/",
    "two slashes in the middle": "a//b",
    "a semicolon": "a;b=c",
    "braces": "{message_id}",
    "a placeholder": "<message_id>",
    "60,000 letters": "x" * 60_000,
    "20,000 slashes": "/" * 20_000,
    "5,000 encoded NULs": "%00" * 5_000,
}


@pytest.mark.sample(16)
@pytest.mark.parametrize("part", STRANGE_PARTS.values(), ids=STRANGE_PARTS)
@pytest.mark.parametrize("provider", BY_PROVIDER)
def test_strange_path_under_a_prefix_is_the_providers_404(
    server: Server, provider: str, part: str
) -> None:
    data = f"GET /{provider}/{part} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    answer = raw(server.url, data)
    assert answer.status == 404
    assert_own_error(provider, answer.status, answer.body)


@pytest.mark.sample(8)
@pytest.mark.parametrize("part", STRANGE_PARTS.values(), ids=STRANGE_PARTS)
def test_strange_path_at_the_root_is_a_json_404(server: Server, part: str) -> None:
    answer = raw(server.url, f"GET /{part} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    assert answer.status == 404
    assert set(json.loads(answer.body)["error"]) >= {"code", "message", "hint"}


@pytest.mark.sample(8)
@pytest.mark.parametrize("part", STRANGE_PARTS.values(), ids=STRANGE_PARTS)
@pytest.mark.parametrize("path", ["/_mock/{}", "/_mock/sandboxes/default/messages/{}"])
def test_strange_path_of_the_administration_is_a_json_404(
    server: Server, path: str, part: str
) -> None:
    data = f"GET {path.format(part)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    answer = raw(server.url, data)
    assert answer.status == 404
    assert set(json.loads(answer.body)["error"]) >= {"code", "message", "hint"}


ARGUMENTS = [(call, name) for call in CALLS for name in call.arguments]


@pytest.mark.sample(20)
@pytest.mark.parametrize("part", STRANGE_PARTS.values(), ids=STRANGE_PARTS)
@pytest.mark.parametrize(
    ("call", "name"), ARGUMENTS, ids=[f"{named(call)} {name}" for call, name in ARGUMENTS]
)
def test_strange_path_argument_is_refused(
    server: Server, call: ValidCall, name: str, part: str
) -> None:
    before = messages(server)
    path = call.template.format_map(call.arguments | {name: part})
    answer = raw(server.url, whole(call, path=f"/{call.provider}{path}"))
    # Kaleyra's account is in the path: another one is wrong credentials, a longer path is none.
    longer = "/" in unquote(part)
    unknown = 401 if call.provider == "kaleyra" and not longer else 404
    assert answer.status == unknown
    assert_own_error(call.provider, answer.status, answer.body)
    assert messages(server) == before


@pytest.mark.sample(8)
@pytest.mark.parametrize("query", ["", "a", "a=%ff", "%00", "a=b&a=b", "x" * 50_000, "%zz", "?&=;"])
@pytest.mark.parametrize("call", CALLS, ids=named)
def test_query_is_of_no_account(server: Server, call: ValidCall, query: str) -> None:
    answer = raw(server.url, whole(call, path=f"{call.path}?{query}"))
    assert answer.status == call.success


@pytest.mark.sample(12)
@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "PUT", "PATCH", "DELETE", "PROPFIND"])
@pytest.mark.parametrize("call", CALLS, ids=named)
def test_other_method_is_the_providers_405(server: Server, call: ValidCall, method: str) -> None:
    before = messages(server)
    url = f"{server.url}/{call.provider}{call.path}"
    answer = requests.request(method, url, headers=headers_of(call, b""), timeout=10)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == call.method
    assert_own_error(call.provider, 405, answer.content)
    assert messages(server) == before


@pytest.mark.parametrize("call", CALLS, ids=named)
def test_head_is_405_without_a_body(server: Server, call: ValidCall) -> None:
    data = whole(call).replace(call.method.encode(), b"HEAD", 1)
    with connected(server.url) as (connection, stream):
        connection.sendall(data)
        assert read_answer(stream, to_head=True).status == 405
        connection.sendall(whole(KIRIM_RECEIPT))
        assert read_answer(stream).status == 200
