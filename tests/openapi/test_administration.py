"""The document of the administration tells of every route what its handler says of itself."""

import inspect
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import requests

from mockserver.admin.described import Described
from mockserver.admin.routes import OPEN, load_routes
from tests.calls import CALLS, D7_RECEIPT
from tests.conftest import Server
from tests.openapi.documents import ADMINISTRATION, Json, fetch, operations_of
from tests.openapi.test_documents import judge

HANDLERS = [
    pytest.param(path, method, handler, id=f"{method} {path}")
    for path, handlers in load_routes().items()
    for method, handler in handlers.items()
]
EVENT_STREAM = "text/event-stream"
HOW = "put @described(…) of admin/described.py above it"
RULE = {"fault": {"type": "latency", "ms": 1}, "match": {"provider": "d7"}}
CUSTOMER = {"provider": "kirim", "from": "+628999000111"}
WORDS = {
    "entry_id": "last",
    "name": "flaky-network",
    "provider": "kirim",
    "label": "main",
    "sandbox": "default",
}


def document_of(server: Server) -> Json:
    return fetch(server.url, ADMINISTRATION)


def told_of(server: Server, path: str, method: str) -> Json:
    item: Json = document_of(server)["paths"][path.replace(":rest", "")]
    told: Json = item[method.lower()]
    return told


@pytest.mark.parametrize(("path", "method", "handler"), HANDLERS)
def test_every_handler_describes_itself(path: str, method: str, handler: Any) -> None:
    name = f"{handler.__module__}.{getattr(handler, '__name__', '')}"
    assert isinstance(handler, Described), f"{method} {path}: {name} says nothing: {HOW}"
    text = inspect.getdoc(handler.handler)
    assert text, f"{method} {path}: {handler.handler.__name__} has no doc string"
    assert text.partition("\n\n")[0].endswith("."), "the first sentence is its summary"


def test_document_tells_of_every_route_and_no_other(shared_server: Server) -> None:
    told = {(path, method) for path, method, _ in operations_of(document_of(shared_server))}
    assert told == {
        (path.replace(":rest", ""), method.lower())
        for path, handlers in load_routes().items()
        for method in handlers
    }


@pytest.mark.parametrize(("path", "method", "handler"), HANDLERS)
def test_parameters_are_those_that_are_read(
    shared_server: Server, path: str, method: str, handler: Described
) -> None:
    told = told_of(shared_server, path, method)
    names = [each["name"] for each in told["parameters"]]
    assert names == [*re.findall(r"\{(\w+)", path), *handler.query]
    answer = requests.request(
        method, fill(shared_server, path), params={"no_such_filter": "1"}, json=[], timeout=5
    )
    refused = answer.status_code == 400 and answer.json()["error"]["code"] == "unknown_filter"
    hint: str = answer.json()["error"]["hint"] if refused else ""
    assert {*filter(None, hint.partition(" are ")[2].split(", "))} - {"none"} == (
        {*handler.query} if refused else set()
    )


def fill(server: Server, path: str) -> str:
    return server.url + re.sub(
        r"\{(\w+)(:rest)?\}", lambda match: WORDS.get(match[1], "nothing"), path
    )


@pytest.mark.parametrize(("path", "method", "handler"), HANDLERS)
def test_body_that_is_no_object_is_refused_where_one_is_read(
    server: Server, path: str, method: str, handler: Described
) -> None:
    """So a body that is read is told of, and what is told of is read."""
    name, told = "requestBody", told_of(server, path, method)
    answer = requests.request(method, fill(server, path), data="[1", timeout=5, stream=True)
    if handler.media_type == EVENT_STREAM:
        answer.close()  # which has no end
        assert (answer.status_code, name in told) == (200, False)
        return
    refused = answer.status_code == 400 and answer.json()["error"]["code"] == "bad_json"
    assert refused == (name in told) or (path.endswith("}") and answer.status_code == 404)
    without = requests.request(method, fill(server, path), timeout=5)
    needed = without.status_code == 400 and without.json()["error"]["code"] == "bad_json"
    assert needed == told.get(name, {}).get("required", False)


@pytest.mark.parametrize(("path", "method", "handler"), HANDLERS)
def test_refusals_have_one_shape(
    shared_server: Server, path: str, method: str, handler: Described
) -> None:
    responses = told_of(shared_server, path, method)["responses"]
    refusals = {status: each for status, each in responses.items() if status >= "400"}
    assert ("403" in refusals) == ("401" in refusals) == (path not in OPEN)
    for status, each in refusals.items():
        if int(status) in handler.also:
            continue
        schema = {"$ref": "#/components/schemas/Error"}
        assert each["content"] == {"application/json": {"schema": schema}}, status


def test_only_health_is_open_to_all() -> None:
    assert {"/_mock/livez", "/_mock/readyz"} == OPEN


ASKED: dict[str, Callable[[Server], tuple[str, str, Any]]] = {
    "livez": lambda server: ("GET", "/_mock/livez", None),
    "readyz": lambda server: ("GET", "/_mock/readyz", None),
    "providers": lambda server: ("GET", "/_mock/providers", None),
    "document": lambda server: ("GET", "/_mock/openapi.json", None),
    "sandboxes": lambda server: ("GET", "/_mock/sandboxes", None),
    "sandbox": lambda server: ("GET", "/_mock/sandboxes/{sandbox}", None),
    "snapshot": lambda server: ("GET", "/_mock/sandboxes/{sandbox}/snapshot", None),
    "remembered": lambda server: ("POST", "/_mock/sandboxes/{sandbox}/snapshot", None),
    "messages": lambda server: ("GET", "/_mock/sandboxes/{sandbox}/messages", None),
    "written": lambda server: ("POST", "/_mock/sandboxes/{sandbox}/messages", CUSTOMER),
    "clock": lambda server: ("GET", "/_mock/sandboxes/{sandbox}/clock", None),
    "set clock": lambda server: ("PUT", "/_mock/sandboxes/{sandbox}/clock", {"skew": "-PT1S"}),
    "reports": lambda server: ("GET", "/_mock/sandboxes/{sandbox}/reports", None),
    "rule": lambda server: ("POST", "/_mock/sandboxes/{sandbox}/faults", RULE),
    "rules": lambda server: ("PUT", "/_mock/sandboxes/{sandbox}/faults", {"faults": [RULE]}),
    "listed rules": lambda server: ("GET", "/_mock/sandboxes/{sandbox}/faults", None),
    "scenarios": lambda server: ("GET", "/_mock/sandboxes/{sandbox}/scenarios", None),
    "applied": lambda server: ("POST", "/_mock/sandboxes/{sandbox}/scenarios/{name}", None),
    "journal": lambda server: ("GET", "/_mock/sandboxes/{sandbox}/requests", None),
    "signed": lambda server: ("POST", "/_mock/sandboxes/{sandbox}/sign", {"provider": "nxcloud"}),
    "verdicts": lambda server: ("GET", "/_mock/sandboxes/{sandbox}/verdicts", None),
    "verified": lambda server: (
        "POST",
        "/_mock/sandboxes/{sandbox}/verify",
        {"match": {"provider": "d7"}, "count": {"at_least": 1}},
    ),
    "all verified": lambda server: (
        "POST",
        "/_mock/sandboxes/{sandbox}/verify",
        {"expectations": [{"match": {"committed": True}}, {"verdict": "attempts"}]},
    ),
    "entry": lambda server: ("GET", "/_mock/sandboxes/{sandbox}/requests/{entry_id}", None),
    "explanation": lambda server: (
        "GET",
        "/_mock/sandboxes/{sandbox}/requests/{entry_id}/explain",
        None,
    ),
    "patched": lambda server: (
        "PATCH",
        "/_mock/sandboxes/{sandbox}/accounts/{provider}/{label}",
        {"condition": "expired"},
    ),
}
"""Requests that succeed, some with all that may be in their answer."""


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
def test_answer_is_as_the_document_says(
    server: Server, ask: Callable[[Server], tuple[str, str, Any]]
) -> None:
    requests.post(f"{server.state}/faults", json=RULE, timeout=5).raise_for_status()
    for call in CALLS:
        call.send(server.url)
    requests.post(f"{server.url}/kirim/v1/1/messages", timeout=5)
    method, path, body = ask(server)
    answer = requests.request(method, fill(server, path), json=body, timeout=5)
    told = told_of(server, path, method)
    content = told["responses"][str(answer.status_code)]["content"]
    assert answer.status_code < 300
    assert judge(document_of(server), content["application/json"]["schema"], answer.json()) == []
    if body is not None:
        sent = told["requestBody"]["content"]["application/json"]["schema"]
        assert judge(document_of(server), sent, body) == []
        assert judge(document_of(server), sent, {**body, "no_such_key": 1})


def test_answer_to_what_does_not_hold_is_as_the_document_says(server: Server) -> None:
    D7_RECEIPT.send(server.url)
    path = "/_mock/sandboxes/{sandbox}/verify"
    body = {"match": {"provider": "kaleyra"}}
    for sent in (body, {"expectations": [body, {"verdict": "attempts", "attempts": 1}]}):
        answer = requests.post(fill(server, path), json=sent, timeout=5)
        told = told_of(server, path, "POST")["responses"]["409"]["content"]["application/json"]
        assert answer.status_code == 409
        assert judge(document_of(server), told["schema"], answer.json()) == []


def test_schema_of_a_rule_knows_the_types_and_their_settings(shared_server: Server) -> None:
    document, schema = document_of(shared_server), {"$ref": "#/components/schemas/Rule"}
    assert judge(document, schema, RULE) == []
    assert judge(document, schema, {"fault": {"type": "latency", "ms": "1"}})
    assert judge(document, schema, {"fault": {"type": "no_such"}})
    assert judge(document, schema, {"fault": {"type": "gateway", "ms": 1}})
    for rule in (
        {"fault": {"type": "error", "error": "LOW_BALANCE"}, "schedule": {"sequence": "F..R"}},
        {"fault": {"type": "status", "status": 418, "headers": {"X-A": "b"}, "body": None}},
        {"fault": {"type": "outage"}, "match": {"account": ["main"], "body": {"/a": 1}}},
    ):
        assert judge(document, schema, rule) == [], json.dumps(rule)
