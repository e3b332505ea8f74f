"""For any body, path and header: a declared answer, the provider's own shape, and no harm done."""

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from mockserver.app import create_app
from mockserver.core.ids import Ids

NOW = 1_795_240_800_000  # 2026-11-21T06:00:00Z
STATE = "/_mock/sandboxes/default"
JSON_TYPE = {"Content-Type": "application/json"}

# The same examples in every run, so that a failure is one everywhere.
FEW = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=30,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
)
MANY = settings(FEW, max_examples=60)


class Operation(NamedTuple):
    """Of an operation what its page says, and values with which it succeeds."""

    provider: str
    name: str
    method: str
    path: str
    arguments: dict[str, str]
    headers: dict[str, str]
    body: Any
    success: int


NXCLOUD_RECEIPT = {
    "business_phone": "8615800001795",
    "messaging_product": "whatsapp",
    "message_id": "ABGHhhdgYFCBnwIQNkLO2ipL1_ZpZ41mwgMHEg",
    "status": "read",
}
D7_TOKEN = {"Authorization": "Bearer d7-mock-token-main", **JSON_TYPE}
OPERATIONS = (
    Operation(
        "d7",
        "mark_as_read",
        "POST",
        "/whatsapp/v2/read-receipt/{message_id}",
        {"message_id": "492a17b0-9cd7-11ef-b4bf-0242ac1b0024"},
        D7_TOKEN,
        {"typing": True},
        200,
    ),
    Operation(
        "d7",
        "get_status",
        "GET",
        "/whatsapp/v2/report/{request_id}",
        {"request_id": "f44e3f43-6d4e-4e46-becd-21993f3dcb8e"},
        D7_TOKEN,
        {},
        200,
    ),
    Operation(
        "kaleyra",
        "mark_as_read",
        "POST",
        "/v2/{sid}/whatsapp/{phone_number}/messages",
        {"sid": "HXIN1690413850IN", "phone_number": "+919606012124"},
        {"api-key": "A3b8497f58a94e84b671aca43d06c1e27", **JSON_TYPE},
        {
            "messaging_object": {
                "messaging_product": "whatsapp",
                "status": "read",
                "message_id": "AXXXXXXXXXXXXXXXXXXX",
                "typing_indicator": {"type": "text"},
            },
            "extra_info": {"ref": "order 77", "wa_source": "zoho"},
        },
        202,
    ),
    Operation(
        "nxcloud",
        "mark_as_read",
        "POST",
        "/api/wa/markMessageAsRead",
        {},
        JSON_TYPE,
        NXCLOUD_RECEIPT,
        200,
    ),
    Operation(
        "nxcloud",
        "typing_indicator",
        "POST",
        "/api/wa/typingIndicator",
        {},
        JSON_TYPE,
        NXCLOUD_RECEIPT | {"appkey": "f543ertg", "typing_indicator": {"type": "text"}},
        200,
    ),
    Operation(
        "kirim",
        "mark_as_read",
        "POST",
        "/v1/{phone_number_id}/messages",
        {"phone_number_id": "106540352242922"},
        {"Authorization": "Bearer kdv_live_TavbPKwIuqOr69ALEKLNennZ", **JSON_TYPE},
        {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": "wamid.HBgNNjI4MTIzNDU2Nzg5FQIAEhgg"
            "MUE5MDM1QzVDMUYxQTAyRkVCNzZDQjVDMjFFRDQzNTUA",
            "typing_indicator": {"type": "text"},
        },
        200,
    ),
)
NAMES = [f"{each.provider} {each.name}" for each in OPERATIONS]

# Statuses that an account, number or message of the fixtures, or a wrong call, can bring about.
BY_CALL = {
    "d7": {401, 402, 404, 405, 413},
    "kaleyra": {400, 401, 404, 405, 413},
    "nxcloud": {200, 404, 405, 413},
    "kirim": {400, 401, 403, 404, 405, 413, 422, 429, 502},
}


class Still:
    """A clock that stands."""

    def now(self) -> int:
        return NOW


class World:
    """The application in process, and what its operations declare."""

    def __init__(self) -> None:
        self.client = create_app(clock=Still(), ids=Ids(seed=1)).test_client()
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


def signed(body: bytes) -> dict[str, str]:
    text = f"accessKey=fme2na3kdi3ki&action=read&bizType=2&ts={NOW}".encode()
    text += (b"&body=" + body if body else b"") + b"&accessSecret=abciiiko2k3"
    sign = hashlib.md5(text).hexdigest()
    common = {"accessKey": "fme2na3kdi3ki", "ts": str(NOW), "bizType": "2", "action": "read"}
    return common | {"sign": sign}


def call(
    world: World,
    operation: Operation,
    body: bytes,
    *,
    path: str = "",
    method: str = "",
    **headers: str,
) -> Any:
    """Make the call, valid but for what is given, and check what holds of every answer."""
    given = operation.headers | (signed(body) if operation.provider == "nxcloud" else {})
    own = path or operation.path.format_map(operation.arguments)
    before = world.messages()
    answer = world.client.open(
        f"/{operation.provider}{own}",
        method=method or operation.method,
        data=body,
        headers=given | headers,
    )
    check(world, operation, answer)
    if not succeeded(operation, answer):
        assert world.messages() == before
    return answer


def check(world: World, operation: Operation, answer: Any) -> None:
    declared = world.declared[operation.provider, operation.name]
    assert answer.status_code in declared | {operation.success}
    assert answer.status_code in BY_CALL[operation.provider] | {operation.success}
    assert answer.headers["X-Mock-Request-Id"]
    assert answer.headers["Content-Type"] == "application/json"
    SHAPES[operation.provider](answer.status_code, json.loads(answer.data))


def succeeded(operation: Operation, answer: Any) -> bool:
    if operation.provider == "nxcloud":
        return bool(answer.status_code == 200 and answer.json["code"] == 0)
    return bool(answer.status_code == operation.success)


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


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
def test_valid_call_succeeds(world: World, operation: Operation) -> None:
    answer = call(world, operation, encoded(operation.body))
    assert succeeded(operation, answer)


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
def test_operations_are_those_written_here(world: World, operation: Operation) -> None:
    assert set(world.declared) == {(each.provider, each.name) for each in OPERATIONS}
    assert world.declared[operation.provider, operation.name] >= {404, 405, 413}


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
@given(data=st.data())
@FEW
def test_any_bytes_as_body_get_a_declared_answer(
    world: World, operation: Operation, data: st.DataObject
) -> None:
    call(world, operation, data.draw(st.binary(max_size=200)))


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
@given(data=st.data())
@FEW
def test_any_json_as_body_gets_a_declared_answer(
    world: World, operation: Operation, data: st.DataObject
) -> None:
    call(world, operation, encoded(data.draw(VALUES)))


@pytest.mark.parametrize(
    "operation",
    [each for each in OPERATIONS if each.body],
    ids=[n for n in NAMES if "get" not in n],
)
@given(data=st.data())
@MANY
def test_changed_valid_body_gets_a_declared_answer(
    world: World, operation: Operation, data: st.DataObject
) -> None:
    call(world, operation, encoded(data.draw(mutated(operation.body))))


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
@given(data=st.data())
@FEW
def test_cut_or_doubled_valid_body_gets_a_declared_answer(
    world: World, operation: Operation, data: st.DataObject
) -> None:
    body = encoded(operation.body)
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(0, len(body)))
    call(world, operation, body[:start] + body[end:])


@pytest.mark.parametrize(
    "operation",
    [each for each in OPERATIONS if each.arguments],
    ids=[name for name in NAMES if "nxcloud" not in name],
)
@given(data=st.data())
@MANY
def test_any_path_argument_gets_a_declared_answer(
    world: World, operation: Operation, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted(operation.arguments)))
    argument = quote(data.draw(SEGMENTS), safe="")
    path = operation.path.format_map(operation.arguments | {name: argument})
    call(world, operation, encoded(operation.body), path=path)


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
@given(data=st.data())
@FEW
def test_any_path_gets_a_declared_answer(
    world: World, operation: Operation, data: st.DataObject
) -> None:
    segments = data.draw(st.lists(SEGMENTS, max_size=5))
    path = "/" + "/".join(quote(each, safe="") for each in segments)
    answer = call(world, operation, encoded(operation.body), path=path)
    assert answer.status_code == 404


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
@given(data=st.data())
@MANY
def test_any_headers_get_a_declared_answer(
    world: World, operation: Operation, data: st.DataObject
) -> None:
    headers = data.draw(st.dictionaries(HEADER_NAMES, HEADER_VALUES, min_size=1, max_size=4))
    call(world, operation, encoded(operation.body), **headers)


@given(data=st.data())
@MANY
def test_any_body_with_an_idempotency_key_gets_a_declared_answer(
    world: World, data: st.DataObject
) -> None:
    kirim = OPERATIONS[-1]
    body = encoded(data.draw(st.just(kirim.body) | mutated(kirim.body) | VALUES))
    key = data.draw(IDEMPOTENCY_KEYS)
    answer = call(world, kirim, body, **{"Idempotency-Key": key})
    replayed = answer.headers.get("Idempotent-Replayed")
    assert (replayed in ("true", "false")) == (bool(key) and answer.status_code == 200)


@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
@given(method=st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]))
@FEW
def test_other_method_is_405_with_what_is_allowed(
    world: World, operation: Operation, method: str
) -> None:
    answer = call(world, operation, encoded(operation.body), method=method)
    if method == operation.method:
        assert succeeded(operation, answer)
    else:
        assert answer.status_code == 405
        assert answer.headers["Allow"] == operation.method


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
