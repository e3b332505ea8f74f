"""What schemathesis is told besides the document: to authenticate, and what is no finding.

It loads this module by the variable SCHEMATHESIS_HOOKS. ``MOCKSERVER`` is the server's URL, and
``PROVIDER`` the one whose document it goes by; without it that of the administration.
"""

import functools
import os
import time
import zlib
from typing import Any

import requests
import schemathesis
from requests import PreparedRequest
from requests.auth import AuthBase

from mockserver.api import Account, Provider, Signing
from mockserver.registry import find_providers
from mockserver.text.times import parse_duration
from tests.openapi.documents import examples_of, fetch

VALID_AND_REFUSED, THERE_AFTER_DELETING, NOT_FOUND_AFTER_MAKING = "ST202", "ST301", "ST302"
EXPECTED = {
    (
        VALID_AND_REFUSED,
        "GET …/faults/transcript",
    ): "this after is a number of lines, others are ids",
    (VALID_AND_REFUSED, "GET …/messages"): "account and after name what is there",
    (VALID_AND_REFUSED, "GET …/reports"): "account and after name what is there",
    (VALID_AND_REFUSED, "GET …/requests"): "account, fault and since name what is there",
    (VALID_AND_REFUSED, "POST /_mock/sandboxes"): "snapshot excludes others; scenarios are named",
    (VALID_AND_REFUSED, "POST …/faults"): "settings exclude each other; match names what is there",
    (VALID_AND_REFUSED, "PUT …/faults"): "the same of each rule",
    (VALID_AND_REFUSED, "PUT …/clock"): "one key at a time, and texts are times or durations",
    (VALID_AND_REFUSED, "POST …/verify"): "members exclude each other; match names what is there",
    (VALID_AND_REFUSED, "POST …/sign"): "account and operation name what is there",
    (VALID_AND_REFUSED, "POST …/messages"): "a message has the content of its type alone",
    **{
        (THERE_AFTER_DELETING, each): "DELETE …/faults empties the list, which stays where it is"
        for each in ("GET …/faults", "POST …/faults", "PUT …/faults", "GET …/faults/transcript")
    },
    (NOT_FOUND_AFTER_MAKING, "POST …/restore"): "a new sandbox has no snapshot yet",
}
"""Findings about the administration that are none, by code and operation, and why. Mostly no schema
could tell: such requests are refused with a reason, as their answers' own checks see."""

TOLD_BY_CODE = ("ST201", "ST203")
IGNORED_CREDENTIALS = "ST401"


@functools.cache
def provider() -> Provider | None:
    return find_providers().providers.get(os.environ.get("PROVIDER", ""))


@functools.cache
def account() -> Account:
    """The first one of the server's sandbox ``default``."""
    known = provider()
    assert known is not None
    world = fetch(os.environ["MOCKSERVER"], "sandboxes/default")
    told = world["providers"][known.id]["accounts"][0]
    credentials = {name: told[name] for name in known.account.credentials}
    return Account(known.id, told["label"], credentials, told["condition"], ())


class Signature(AuthBase):
    """What ``mockserver sign`` prints, over the body and the headers as they are sent."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        known, body = provider(), request.body or b""
        assert known is not None
        options = {
            option: _text(request.headers[name])
            for option, name in (
                ("algorithm", "algorithm"),
                ("action", "action"),
                ("biz_type", "bizType"),
            )
            if option in known.sign_options and name in request.headers
        }
        content = body.encode() if isinstance(body, str) else body
        now = time.time_ns() // 1_000_000
        signed = known.sign(Signing(account(), known.operations[0], content, now, options))
        secret = {each.name for each in known.headers if each.credential}
        for name, value in signed.items():
            if name in secret or (name in request.headers and name != "Content-Type"):
                request.headers[name] = value
        return request


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def map_case(context: Any, case: Any) -> Any:
    """Three of four sound cases are about what is there, so that they get on.

    Not where cases follow from each other: then earlier ones tell what is there.
    """
    meta = case.meta
    one_of_four = zlib.crc32(repr((case.path_parameters, case.body)).encode()) % 4 == 0
    if meta is None or meta.generation.mode.is_negative or meta.phase.name == "stateful":
        return case
    if one_of_four:
        return case
    known, path = provider(), case.operation.path
    if known is None:
        arguments, body = there_is(), BODIES.get(f"{case.method} {shorten(path)}")
    else:
        document = fetch(os.environ["MOCKSERVER"], f"openapi/{known.id}.json")
        arguments, body = examples_of(document, path, case.method)
    case.path_parameters = {
        name: arguments.get(name, came) for name, came in (case.path_parameters or {}).items()
    }
    for name, make in FRESH.items():
        if name in case.path_parameters:
            case.path_parameters[name] = make()
    if isinstance(case.body, dict) and isinstance(body, dict):
        case.body = _complete({} if known is None else case.body, body)
    return case


BODIES: dict[str, Any] = {
    "POST …/messages": {"provider": "kirim", "from": "+628999000111"},
    "POST …/faults": {"fault": {"type": "latency", "ms": 1}},
    "PUT …/faults": {"faults": [{"fault": {"type": "reset"}, "match": {"provider": "d7"}}]},
    "PUT …/clock": {"reset": True},
    "POST …/sign": {"provider": "nxcloud", "body": "{}"},
    "POST …/verify": {"match": {"provider": "d7"}, "count": {"at_most": 9_999}},
    "POST /_mock/sandboxes": {"fixtures": "default"},
    "PATCH …/accounts/{provider}/{label}": {"condition": "good"},
}
"""Requests that are sound and make sense."""


@functools.cache
def there_is() -> dict[str, str]:
    """What stands in paths of the administration and is there, of the sandbox ``default``."""
    url = f"{os.environ['MOCKSERVER']}/_mock/sandboxes/default"
    requests.post(f"{url}/snapshot", timeout=10).raise_for_status()
    [message] = requests.get(f"{url}/messages?limit=1", timeout=10).json()["messages"]
    return {
        "sandbox": "default",
        "name": "flaky-network",
        "provider": message["provider"],
        "label": message["account"],
        "message_id": message["id"],
    }


def make_entry() -> str:
    """The id of a new entry of the journal, which other cases empty."""
    call = requests.post(f"{os.environ['MOCKSERVER']}/kirim/v1/1/messages", timeout=10)
    return call.headers["X-Mock-Request-Id"]


def make_rule() -> str:
    """The id of a new rule, which others clear away."""
    url = f"{os.environ['MOCKSERVER']}/_mock/sandboxes/default/faults"
    made = requests.post(url, json=BODIES["POST …/faults"], timeout=10)
    made.raise_for_status()
    return str(made.json()["id"])


FRESH = {"entry_id": make_entry, "rule_id": make_rule}


def shorten(path: str) -> str:
    return path.replace("/_mock/sandboxes/{sandbox}", "…")


def _complete(came: dict[str, Any], valid: dict[str, Any]) -> dict[str, Any]:
    """What came, with the members that a valid body has."""
    return {
        **came,
        **{
            name: _complete(came.get(name, {}), value) if isinstance(value, dict) else value
            for name, value in valid.items()
        },
    }


def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Nobody waits for what does not come: no time is as good as ten minutes."""
    body = case.body if isinstance(case.body, dict) else {}
    listed = body.get("expectations")
    for place in (case.query, body, *(listed if isinstance(listed, list) else ())):
        if isinstance(place, dict) and _is_duration(place.get("within")):
            place["within"] = "PT0S"


def _is_duration(value: Any) -> bool:
    try:
        parse_duration(value)
    except (TypeError, ValueError):
        return False
    return True


def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    """Leave out what is as it should be."""
    known = provider()
    if known is None and failure.code == VALID_AND_REFUSED and response.status_code != 400:
        return True
    if known is None:
        return (failure.code, f"{case.method} {shorten(case.operation.path)}") not in EXPECTED
    if failure.code in TOLD_BY_CODE:
        return not _is_refusal_in_200(response)
    if failure.code == IGNORED_CREDENTIALS:
        secret = {each.name.lower() for each in known.headers if each.credential}
        bare = response.request.copy()
        bare.headers = {
            name: value for name, value in bare.headers.items() if name.lower() not in secret
        }
        return not _is_refusal_in_200(requests.Session().send(bare, timeout=10))
    return True


def _is_refusal_in_200(response: Any) -> bool:
    """NXCloud documents that a refusal is HTTP 200 and a code other than 0; schemathesis goes by
    the status alone.
    """
    body = response.json()
    return bool(response.status_code == 200 and isinstance(body, dict) and body.get("code"))


for hook in (map_case, before_call, filter_failure):
    schemathesis.hook(hook)
if provider() is not None:
    schemathesis.auth.set_from_requests(Signature())
