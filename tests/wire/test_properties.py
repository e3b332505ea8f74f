"""For any body, path and header: a declared answer, the provider's own shape, and no harm done."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.calls import CALLS, KIRIM_RECEIPT, ValidCall, named
from tests.conftest import NOW, STATE, StillClock, new_client
from tests.derived import EVERY_CALL
from tests.sockets import headers_of

# The same examples in every run, so that a failure is one everywhere.
FEW = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=30,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
)
MANY = settings(FEW, max_examples=60)


# Statuses that an account, number or message of the fixtures, or a wrong call, can bring about.
BY_CALL = {
    "d7": {401, 402, 404, 405, 413},
    "kaleyra": {400, 401, 404, 405, 413},
    "nxcloud": {200, 404, 405, 413},
    "kirim": {400, 401, 403, 404, 405, 413, 422, 429, 502},
}


class World:
    """The application in process, and what its operations declare."""

    def __init__(self) -> None:
        self.client = new_client(StillClock())
        self.declared: dict[tuple[str, str], set[int]] = {}
        for provider in self.client.get("/_mock/providers").json["providers"]:
            status_of = {row["name"]: row["status"] for row in provider["errors"]}
            for operation in provider["operations"]:
                declared = {status_of[name] for name in operation["errors"]}
                self.declared[provider["id"], operation["name"]] = declared

    def messages(self) -> bytes:
        content: bytes = self.client.get(f"{STATE}/messages").data
        return content


@pytest.fixture(scope="module")
def world() -> World:
    return World()


def make(
    world: World,
    call: ValidCall,
    body: bytes,
    *,
    path: str = "",
    method: str = "",
    **headers: str,
) -> Any:
    """Make the call, valid but for what is given, and check what holds of every answer."""
    given = headers_of(call, body, NOW)
    before = world.messages()
    answer = world.client.open(
        f"/{call.provider}{path or call.path}",
        method=method or call.method,
        data=body,
        headers=given | headers,
    )
    check(world, call, answer)
    if not call.succeeded(answer.status_code, answer.json):
        assert world.messages() == before
    return answer


def check(world: World, call: ValidCall, answer: Any) -> None:
    declared = world.declared[call.provider, call.operation]
    assert answer.status_code in declared | {call.success}
    assert answer.status_code in BY_CALL.get(call.provider, declared) | {call.success}
    assert answer.headers["X-Mock-Request-Id"]
    assert answer.headers["Content-Type"] == "application/json"
    SHAPES.get(call.provider, check_nothing)(answer.status_code, json.loads(answer.data))


def check_d7(status: int, body: Any) -> None:
    if status != 200:
        detail = body.pop("detail")
        assert body == {}
        assert isinstance(detail, str) or set(detail) == {"code", "message"}
    elif body != "Message successfully marked as read":
        assert set(body) == {"request_id", "messages", "request_stage", "schedule_time"}


def check_kaleyra(status: int, body: Any) -> None:
    assert set(body) == {"code", "message", "data", "error"}
    assert isinstance(body["code"], str)
    assert (body["error"] == {}) == (status == 202)
    assert (body["data"] in ({}, [])) == (status != 202)


def check_nxcloud(status: int, body: Any) -> None:
    assert set(body) == {"code", "message", "data"}
    assert isinstance(body["code"], int)
    assert isinstance(body["message"], str)
    assert body["data"] is None


def check_kirim(status: int, body: Any) -> None:
    if status == 200:
        assert set(body) == {"data", "request_id"}
        assert set(body["data"]) == {"id", "object", "status", "message_id"}
    else:
        assert set(body) == {"error"}
        assert set(body["error"]) - {"param"} == {"type", "code", "message", "request_id"}
        assert re.fullmatch("req_[0-9A-Z]{26}", body["error"]["request_id"])


def check_nothing(status: int, body: Any) -> None:
    """Of a provider that is not written about here."""


SHAPES = {"d7": check_d7, "kaleyra": check_kaleyra, "nxcloud": check_nxcloud, "kirim": check_kirim}


# Strategies

TEXT = st.text(max_size=30) | st.sampled_from(["", "read", "whatsapp", "text", "\0", "\r\n", "🙏"])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=2**62, max_value=2**80)
    | st.floats()
    | TEXT
)
KEYS = TEXT | st.sampled_from(["messaging_object", "message_id", "status", "extra_info", "typing"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
HEADER_VALUES = st.text(
    st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=60
)
HEADER_NAMES = st.sampled_from(
    [
        "Authorization", "api-key", "accessKey", "ts", "bizType", "action", "sign", "algorithm",
        "Content-Type", "Accept", "Host", "Content-Encoding", "User-Agent", "X-Request-Id",
        "X-Forwarded-For", "Idempotency-Key", "If-None-Match", "Range", "Cookie", "Origin",
    ]
)  # fmt: skip
SEGMENTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="/"), max_size=40
) | st.sampled_from(["..", ".", "a\nb", "\0", "%", "{message_id}"])


IDEMPOTENCY_KEYS = st.sampled_from(["", "k-1", "k-2", "k-3"]) | HEADER_VALUES


def paths_in(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every member of an object."""
    for key in value:
        yield (*path, key)
        if isinstance(value[key], dict):
            yield from paths_in(value[key], (*path, key))


def changed(value: dict[str, Any], path: tuple[Any, ...], new: Any) -> dict[str, Any]:
    """A copy with another value there, or without the member where the value is ``...``."""
    first, *rest = path
    if rest:
        return value | {first: changed(value[first], tuple(rest), new)}
    if new is ...:
        return {key: inner for key, inner in value.items() if key != first}
    return value | {first: new}


@st.composite
def mutated(draw: st.DrawFn, body: dict[str, Any]) -> dict[str, Any]:
    """The valid body with up to three members replaced, left out or added."""
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from([*paths_in(body), ("added",)]))
        body = changed(body, path, draw(st.just(...) | VALUES))
    return body


def encoded(value: Any) -> bytes:
    return json.dumps(value).encode()


# Properties


@pytest.mark.parametrize("call", EVERY_CALL, ids=named)
def test_valid_call_succeeds(world: World, call: ValidCall) -> None:
    answer = make(world, call, call.full_body)
    assert call.succeeded(answer.status_code, answer.json)


@pytest.mark.parametrize("call", EVERY_CALL, ids=named)
def test_operations_are_those_written_here(world: World, call: ValidCall) -> None:
    known = {(each.provider, each.operation) for each in CALLS}
    assert {each for each in world.declared if each[0] in BY_CALL} == known
    assert world.declared[call.provider, call.operation] >= {404, 405, 413}


@pytest.mark.sample(1)
@pytest.mark.parametrize("call", EVERY_CALL, ids=named)
@given(data=st.data())
@FEW
def test_any_bytes_as_body_get_a_declared_answer(
    world: World, call: ValidCall, data: st.DataObject
) -> None:
    make(world, call, data.draw(st.binary(max_size=200)))


@pytest.mark.sample(1)
@pytest.mark.parametrize("call", EVERY_CALL, ids=named)
@given(data=st.data())
@FEW
def test_any_json_as_body_gets_a_declared_answer(
    world: World, call: ValidCall, data: st.DataObject
) -> None:
    make(world, call, encoded(data.draw(VALUES)))


@pytest.mark.sample(2)
@pytest.mark.parametrize("call", [each for each in EVERY_CALL if each.full], ids=named)
@given(data=st.data())
@MANY
def test_changed_valid_body_gets_a_declared_answer(
    world: World, call: ValidCall, data: st.DataObject
) -> None:
    make(world, call, encoded(data.draw(mutated(call.full))))


@pytest.mark.sample(1)
@pytest.mark.parametrize("call", EVERY_CALL, ids=named)
@given(data=st.data())
@FEW
def test_cut_or_doubled_valid_body_gets_a_declared_answer(
    world: World, call: ValidCall, data: st.DataObject
) -> None:
    body = call.full_body
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(0, len(body)))
    make(world, call, body[:start] + body[end:])


@pytest.mark.sample(1)
@pytest.mark.parametrize("call", [each for each in EVERY_CALL if each.arguments], ids=named)
@given(data=st.data())
@MANY
def test_any_path_argument_gets_a_declared_answer(
    world: World, call: ValidCall, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted(call.arguments)))
    argument = quote(data.draw(SEGMENTS), safe="")
    path = call.template.format_map(call.arguments | {name: argument})
    make(world, call, call.full_body, path=path)


@pytest.mark.sample(1)
@pytest.mark.parametrize("call", EVERY_CALL, ids=named)
@given(data=st.data())
@FEW
def test_any_path_gets_a_declared_answer(
    world: World, call: ValidCall, data: st.DataObject
) -> None:
    segments = data.draw(st.lists(SEGMENTS, max_size=5))
    path = "/" + "/".join(quote(each, safe="") for each in segments)
    answer = make(world, call, call.full_body, path=path)
    assert answer.status_code == 404


@pytest.mark.sample(1)
@pytest.mark.parametrize("call", EVERY_CALL, ids=named)
@given(data=st.data())
@MANY
def test_any_headers_get_a_declared_answer(
    world: World, call: ValidCall, data: st.DataObject
) -> None:
    headers = data.draw(st.dictionaries(HEADER_NAMES, HEADER_VALUES, min_size=1, max_size=4))
    make(world, call, call.full_body, **headers)


@given(data=st.data())
@MANY
def test_any_body_with_an_idempotency_key_gets_a_declared_answer(
    world: World, data: st.DataObject
) -> None:
    kirim = KIRIM_RECEIPT
    body = encoded(data.draw(st.just(kirim.full) | mutated(kirim.full) | VALUES))
    key = data.draw(IDEMPOTENCY_KEYS)
    answer = make(world, kirim, body, **{"Idempotency-Key": key})
    replayed = answer.headers.get("Idempotent-Replayed")
    assert (replayed in ("true", "false")) == bool(key)


@pytest.mark.sample(1)
@pytest.mark.parametrize("call", EVERY_CALL, ids=named)
@given(method=st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]))
@FEW
def test_other_method_is_405_with_what_is_allowed(
    world: World, call: ValidCall, method: str
) -> None:
    answer = make(world, call, call.full_body, method=method)
    if method == call.method:
        assert call.succeeded(answer.status_code, answer.json)
    else:
        assert answer.status_code == 405
        assert answer.headers["Allow"] == call.method


@pytest.mark.sample(1)
@pytest.mark.parametrize("kind", ["messages", "faults"])
@given(body=VALUES)
@MANY
def test_any_json_for_the_administration_is_refused(world: World, kind: str, body: Any) -> None:
    before = world.messages()
    answer = world.client.post(f"{STATE}/{kind}", data=encoded(body))
    assert answer.status_code == 400
    assert set(answer.json["error"]) == {"code", "message", "hint"}
    assert world.messages() == before


A_MESSAGE = {
    "provider": "d7",
    "account": "main",
    "from": "+971501112233",
    "to": "+971509752655",
    "type": "text",
    "text": {"body": "Hello"},
    "age": "PT1H",
}
A_RULE = {
    "name": "one",
    "match": {"provider": "d7", "operation": "mark_as_read", "account": "no_credit"},
    "fault": {"type": "latency", "ms": 0, "jitter_ms": 0},
    "schedule": {"skip": 0, "times": 1, "probability": 1.0},
    "seed": 1,
}


@pytest.mark.sample(1)
@pytest.mark.parametrize(("kind", "valid"), [("messages", A_MESSAGE), ("faults", A_RULE)])
@given(data=st.data())
@MANY
def test_changed_administration_request_is_done_or_refused(
    world: World, kind: str, valid: dict[str, Any], data: st.DataObject
) -> None:
    answer = world.client.post(f"{STATE}/{kind}", data=encoded(data.draw(mutated(valid))))
    listed = world.client.get(f"{STATE}/{kind}")
    world.client.post(f"{STATE}/reset")
    assert listed.status_code == 200
    assert answer.status_code in (201, 400)
    if answer.status_code == 400:
        assert set(answer.json["error"]) == {"code", "message", "hint"}
    else:
        assert answer.json in listed.json[kind]
