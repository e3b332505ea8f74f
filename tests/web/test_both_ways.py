"""Flask's whole way, taken where a user has a hook, and the short one: the same to the byte."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from mockserver import create_app
from mockserver.faults.unit import find_faults
from mockserver.pipeline.keys import ANSWERS
from mockserver.web.flask_app import App
from mockserver.web.request import BODY_LIMIT
from tests.calls import BY_PROVIDER, CALLS, D7_REPORT, JSON, KIRIM_RECEIPT, ValidCall, named
from tests.conftest import STATE, StillClock
from tests.web.wsgi import Environ, Seen, ask, environ_of, make_environ


class Pair(NamedTuple):
    """Two equal servers: at one of them a user looks at every request."""

    short: App
    whole: App


Make = Callable[[], Environ]


@pytest.fixture(scope="module")
def shared_pair() -> Pair:
    short, whole = (create_app(clock=StillClock(), seed=1) for _ in range(2))
    whole.teardown_request(lambda error: None)
    return Pair(short, whole)


@pytest.fixture
def pair(shared_pair: Pair) -> Pair:
    """Both in their first state."""
    for app in shared_pair:
        assert ask(app, make_environ("POST", f"{STATE}/reset")).status == "204 No Content"
    return shared_pair


def assert_alike(pair: Pair, make: Make) -> Seen:
    """The answer of both to such a request. The server's own pages draw ids anew each time."""
    answers = [ask(app, make()) for app in pair]
    path = make()["PATH_INFO"]
    own = "/_mock" in path or path in ("", "/")
    short, whole = map(without_id, answers) if own else answers
    assert whole == short
    return short


def without_id(seen: Seen) -> Seen:
    headers = [(name, value) for name, value in seen.headers if name != "X-Mock-Request-Id"]
    return seen._replace(headers=headers)


def assert_delivered_alike(pair: Pair, make: Make) -> Seen:
    """The same of our own server, which gets the delivery beside the answer."""
    environs = [make() | {ANSWERS: []} for _ in pair]
    short, whole = (ask(app, environ) for app, environ in zip(pair, environs, strict=True))
    told = [[shape_of(each.delivery) for each in environ[ANSWERS]] for environ in environs]
    assert (whole, told[1]) == (short, told[0])
    return short


def shape_of(delivery: Any) -> Any:
    """A delivery as it can be compared: what it makes of an answer rather than how."""
    if delivery is None:
        return None
    ending = delivery.ending
    made = ending and (ending.data(b"head", b"body of it"), ending.reset, ending.hold_ms)
    return delivery.before_ms, delivery.between_ms, delivery.drip, made


# Valid calls


@pytest.mark.parametrize("addressed", ["", "by prefix", "by host"])
@pytest.mark.parametrize("call", CALLS, ids=named)
def test_valid_call(pair: Pair, call: ValidCall, addressed: str) -> None:
    headers = {"Host": call.host} if addressed == "by host" else {}
    prefix = f"/{call.provider}" if addressed == "by prefix" else ""
    seen = assert_alike(pair, lambda: environ_of(call, prefix, **headers))
    assert seen.status.startswith(str(call.success))
    assert [name for name, _ in seen.headers][:2] == ["Content-Type", "Content-Length"]


@pytest.mark.parametrize("call", CALLS, ids=named)
def test_call_in_a_sandbox_of_a_path(pair: Pair, call: ValidCall) -> None:
    for app in pair:
        made = make_environ("POST", "/_mock/sandboxes", JSON, b'{"id": "one", "seed": 1}')
        assert ask(app, made).status == "201 Created"
    codes = {app: app.sandboxes.find("one").code for app in pair}
    short, whole = (ask(app, environ_of(call, f"/~{codes[app]}/{call.provider}")) for app in pair)
    for app in pair:
        ask(app, make_environ("DELETE", "/_mock/sandboxes/one"))
    assert whole == short
    assert whole.header("X-Mock-Request-Id") != ""


# What is refused


@pytest.mark.parametrize("call", CALLS, ids=named)
@pytest.mark.parametrize("kind", ["no credentials", "no body", "no JSON", "HEAD", "PUT", "BREW"])
def test_wrong_call(pair: Pair, call: ValidCall, kind: str) -> None:
    def make() -> Environ:
        if kind == "no credentials":
            return make_environ(call.method, call.path, {}, call.body)
        environ = environ_of(call)
        if kind.isupper():
            return environ | {"REQUEST_METHOD": kind}
        body = b"" if kind == "no body" else b"{"
        return make_environ(call.method, call.path, call.headers, body)

    assert_alike(pair, make)


@pytest.mark.parametrize("provider", BY_PROVIDER)
def test_body_that_is_too_large(pair: Pair, provider: str) -> None:
    call = BY_PROVIDER[provider]
    declared = {"CONTENT_LENGTH": str(BODY_LIMIT + 1)}
    assert assert_alike(pair, lambda: environ_of(call) | declared).status.startswith("413 ")
    large = bytes(BODY_LIMIT + 1)
    chunked = {"CONTENT_LENGTH": "", "wsgi.input_terminated": True}
    seen = assert_alike(pair, lambda: make_environ("POST", call.path, body=large) | chunked)
    assert seen.status.startswith("413 ")


TARGETS = (
    "", "/", "//", "/nowhere", "/nowhere?a=b", "//nowhere", "/%FF", "/a%0Ab", "/a//../b",
    "/kirim", "/kirim/", "/kirim//", "/kirim/nowhere", "/kirim//v1/1/messages", "/kirim/%FF%FE",
    "//kirim/v1/1/messages", "/kirim/a%0Ab", "/kirim/../_mock", "/d7/a;b=c",
    "/v1/1/messages", "/v1/1/messages/", "//v1/1/messages", "/v1//1/messages",
    "/v1/%2F/messages", "/v1/a%2Fb/messages", "/v1/%ff%fe/messages", "/v1/%00/messages",
    "/v1/a%0Ab/messages", "/v1/%C3%A9/messages", "/v1/%3F/messages?x=%3F&y",
    f"/v1/{'x' * 600}/messages",
    "/~", "/~/", "/~12345678", "/~12345678/kirim/v1/1/messages", "/~12345678/_mock", "/%7E1/x",
    "/_mock", "/_mock/", "/_mock//sandboxes", "/_mock/nowhere", "/_mock/sandboxes/no",
    "/_mock/providers", "/_mock/livez", f"{STATE}", f"{STATE}/messages", f"{STATE}/faults",
    f"{STATE}/messages?unread=maybe", f"{STATE}/messages/%FF", f"{STATE}/requests",
)  # fmt: skip


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: repr(target[:40]))
def test_any_path(pair: Pair, target: str, method: str) -> None:
    assert_alike(pair, lambda: make_environ(method, target, KIRIM_RECEIPT.headers, b"{}"))


@pytest.mark.parametrize("target", ["/nowhere", KIRIM_RECEIPT.path, "/_mock/sandboxes/default"])
@pytest.mark.parametrize(
    "host",
    ["", " ", "a b", "x:y:z", "[::1]:80", "[::1", "api.kirim.chat:99", "API.Kirim.CHAT.",
     "api.kirim.chat\t", "\xff", "a/b", "a@b", "..", "a" * 70, "evil\x00"],
    ids=repr,
)  # fmt: skip
def test_any_host(pair: Pair, host: str, target: str) -> None:
    seen = assert_alike(pair, lambda: make_environ("POST", target) | {"HTTP_HOST": host})
    assert seen.header("Content-Type") == "application/json"


def test_wish_for_a_web_socket(pair: Pair) -> None:
    wish = {"HTTP_CONNECTION": "Upgrade", "HTTP_UPGRADE": "websocket"}
    seen = assert_alike(pair, lambda: environ_of(KIRIM_RECEIPT) | wish)
    assert seen.status == "200 OK"


# Faults

FAULTS = (
    "drip=1000000", "empty", "error=INTERNAL_ERROR", "error=INTERNAL_ERROR;retry_after=3",
    "garbage=10", "gateway=503;flavour=alb", "gateway;when=after", "hang=1", "latency=1",
    "latency=1;between=headers and body", "malformed_json", "malformed_json=bom", "outage",
    "rate_limit=1", "reset", "reset=40", "status=200", "status=204", "status=205", "status=299",
    "status=304", "tls", "truncate", "truncate=0", "truncate;when=after", "nonsense",
)  # fmt: skip


def test_every_type_of_fault_is_among_them() -> None:
    assert {fault.partition("=")[0].partition(";")[0] for fault in FAULTS} >= set(find_faults())


@pytest.mark.parametrize("method", ["POST", "HEAD"])
@pytest.mark.parametrize("fault", FAULTS)
def test_fault(pair: Pair, fault: str, method: str) -> None:
    def make() -> Environ:
        return environ_of(KIRIM_RECEIPT, **{"X-Mock-Fault": fault}) | {"REQUEST_METHOD": method}

    assert_alike(pair, make)
    assert_delivered_alike(pair, make)


@pytest.mark.parametrize(
    "settings",
    ['"status": 302, "headers": {"Location": "/a b/?x=|"}',
     '"status": 304, "headers": {"Last-Modified": "now", "Allow": "GET", "Expires": "0"}',
     '"status": 204, "headers": {"content-type": "text/plain"}',
     '"status": 200, "headers": {"content-type": "x", "X-A": ""}, "body": "é"',
     '"status": 503, "body": {"a": null}'],
)  # fmt: skip
def test_fault_that_answers_anything(pair: Pair, settings: str) -> None:
    rule = '{"fault": {"type": "status", ' + settings + "}}"
    for app in pair:
        made = make_environ("POST", f"{STATE}/faults", JSON, rule.encode())
        assert ask(app, made).status == "201 Created"
    seen = assert_alike(pair, lambda: environ_of(D7_REPORT))
    assert seen.header("X-Mock-Fault").startswith("rule_")


@pytest.mark.parametrize("path", ["/~{code}/shop", "/~{code}", "/d7/nothing"])
def test_empty_keys_of_the_environment_may_be_left_out(app: App, path: str) -> None:
    """PEP 3333: SCRIPT_NAME, PATH_INFO and QUERY_STRING may be absent where they are empty."""
    made = ask(app, make_environ("POST", "/_mock/sandboxes", body=b'{"id": "bare"}'))
    environ = make_environ("GET", path.format(code=json.loads(made.body)["code"]))
    for key in ("SCRIPT_NAME", "QUERY_STRING"):
        del environ[key]
    assert ask(app, environ).status.startswith("404")
    root = make_environ("GET", "/")
    del root["PATH_INFO"]
    assert ask(app, root).status.startswith("200")
