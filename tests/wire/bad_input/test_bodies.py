"""Bodies that are no JSON, hold wrong fields or strange values."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.calls import (
    D7_RECEIPT,
    KALEYRA_RECEIPT,
    KIRIM_RECEIPT,
    NXCLOUD_RECEIPT,
    NXCLOUD_TYPING,
    ValidCall,
    named,
)
from tests.conftest import Server
from tests.sockets import headers_of
from tests.wire.bad_input.checks import READERS, assert_own_error, messages, nested, send

UNREADABLE = {
    "empty": b"",
    "a form": b"message_id=1&status=read",
    "truncated": b'{"messaging_product": "whatsapp", "status',
    "single quotes": b"{'status': 'read'}",
    "trailing comma": b'{"status": "read",}',
    "two values": b"{} {}",
    "unquoted key": b'{status: "read"}',
    "NaN": b'{"status": NaN}',
    "Infinity": b'{"status": Infinity}',
    "-Infinity": b'{"status": -Infinity}',
    "invalid UTF-8": b'{"status": "\xff\xfe"}',
    "a surrogate in UTF-8": b'{"status": "\xed\xa0\x80"}',
    "UTF-16": '{"status": "read"}'.encode("utf-16"),
    "NUL": b"\0",
    "10,000 opened arrays": b"[" * 10_000,
    "10,000 nested arrays": b"[" * 10_000 + b"]" * 10_000,
    "10,000 opened objects": b'{"a":' * 10_000,
    "an integer of 5,000 digits": b"1" * 5_000,
    "an array": b"[]",
    "an array of objects": b"[{}]",
    "a string": b'"read"',
    "a number": b"5",
    "null": b"null",
    "true": b"true",
}
CODE_OF_UNREADABLE = {
    KALEYRA_RECEIPT: (400, "WA400"),
    NXCLOUD_RECEIPT: (200, 1002),
    NXCLOUD_TYPING: (200, 1002),
    KIRIM_RECEIPT: (400, "invalid_request"),
}


def code_of(answer: requests.Response) -> tuple[int, Any]:
    body = answer.json()
    return answer.status_code, body.get("code", body.get("error", {}).get("code"))


@pytest.mark.sample(20)
@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
@pytest.mark.parametrize("call", READERS, ids=named)
def test_unreadable_body_is_refused(server: Server, call: ValidCall, body: bytes) -> None:
    before = messages(server)
    answer = send(server, call, body)
    assert code_of(answer) == CODE_OF_UNREADABLE[call]
    assert_own_error(call.provider, answer.status_code, answer.content)
    assert messages(server) == before


@pytest.mark.sample(8)
@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
def test_d7_does_not_look_at_the_body(server: Server, body: bytes) -> None:
    assert send(server, D7_RECEIPT, body).status_code == 200


def paths_of(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, inner in value.items():
        yield (*path, key), inner
        if isinstance(inner, dict):
            yield from paths_of(inner, (*path, key))


def replaced(value: Any, path: tuple[str, ...], new: Any) -> Any:
    first, *rest = path
    return value | {first: replaced(value[first], tuple(rest), new) if rest else new}


CODE_OF_WRONG = {
    KALEYRA_RECEIPT: (400, "WA400"),
    NXCLOUD_RECEIPT: (200, 9000),
    NXCLOUD_TYPING: (200, 9000),
    KIRIM_RECEIPT: (400, "invalid_field_value"),
}
WRONG = [None, True, 1.5, ["read"]]
FIELDS = [
    (call, path, wrong)
    for call in READERS
    for path, right in paths_of(call.full)
    for wrong in [*WRONG, "read" if isinstance(right, dict) else {}]
    if path[-1] != "wa_source"
]


@pytest.mark.sample(20)
@pytest.mark.parametrize(
    ("call", "path", "wrong"), FIELDS, ids=[f"{named(c)} {'.'.join(p)}={w}" for c, p, w in FIELDS]
)
def test_field_of_wrong_type_is_refused(
    server: Server, call: ValidCall, path: tuple[str, ...], wrong: Any
) -> None:
    before = messages(server)
    answer = send(server, call, json.dumps(replaced(call.full, path, wrong)).encode())
    assert code_of(answer) == CODE_OF_WRONG[call]
    assert_own_error(call.provider, answer.status_code, answer.content)
    assert messages(server) == before


STRANGE = {
    "unreadable": {
        "a lone surrogate": r'"\ud800"',
        "two surrogates the wrong way round": r'"\udc00\ud800"',
        "an integer of 5,000 digits": "9" * 5_000,
        "a negative integer of 5,000 digits": "-" + "9" * 5_000,
        "an exponent out of range": "1e400",
        "NaN": "NaN",
        "Infinity": "Infinity",
        "10,000 nested arrays": nested("[", "]", 10_000),
        "10,000 nested objects": nested('{"a":', "}", 10_000),
        "a key that is a surrogate": r'{"\ud800": "read"}',
    },
    "text": {
        "NUL": r'"\u0000"',
        "line breaks": r'"\r\n\r\n"',
        "500,000 letters": '"' + "x" * 500_000 + '"',
        "900,000 bytes of emoji": '"' + "😀" * 225_000 + '"',
    },
    "no text": {
        "-0": "-0",
        "200 nested arrays": nested("[", "]", 200),
        "300 nested objects": nested('{"a":', "}", 300),
        "990 nested arrays": nested("[", "]", 990),
        "1,000 nested arrays": nested("[", "]", 1_000),
        "1,000 nested objects": nested('{"a":', "}", 1_000),
        "50,000 keys": "{" + ",".join(f'"{place}":{place}' for place in range(50_000)) + "}",
        "100,000 nulls": "[" + ",".join(["null"] * 100_000) + "]",
        "the key __proto__": '{"__proto__": {"type": "text"}}',
        "an empty key": '{"": "read"}',
    },
}
STRANGE_IN_PLACES: list[tuple[ValidCall, tuple[str, ...], dict[str, tuple[int, Any]]]] = [
    (
        KALEYRA_RECEIPT,
        ("messaging_object", "message_id"),
        {"unreadable": (400, "WA400"), "text": (202, "WA202"), "no text": (400, "WA400")},
    ),
    (
        KALEYRA_RECEIPT,
        ("extra_info", "wa_source"),
        {"unreadable": (400, "WA400"), "text": (202, "WA202"), "no text": (202, "WA202")},
    ),
    (
        NXCLOUD_RECEIPT,
        ("message_id",),
        {"unreadable": (200, 1002), "text": (200, -1), "no text": (200, 9000)},
    ),
    (
        NXCLOUD_TYPING,
        ("typing_indicator",),
        {"unreadable": (200, 1002), "text": (200, 9000), "no text": (200, 9000)},
    ),
    (
        KIRIM_RECEIPT,
        ("message_id",),
        {
            "unreadable": (400, "invalid_request"),
            "text": (404, "resource_not_found"),
            "no text": (400, "invalid_field_value"),
        },
    ),
    (
        KIRIM_RECEIPT,
        ("something_else",),
        {"unreadable": (400, "invalid_request"), "text": (200, None), "no text": (200, None)},
    ),
]
STRANGE_CASES = [
    pytest.param(call, path, strange, codes[kind], id=f"{named(call)} {'.'.join(path)} {what}")
    for call, path, codes in STRANGE_IN_PLACES
    for kind, values in STRANGE.items()
    for what, strange in values.items()
]


def with_strange(call: ValidCall, path: tuple[str, ...], strange: str) -> bytes:
    valid = call.full | {"something_else": 1}
    return json.dumps(replaced(valid, path, "STRANGE")).replace('"STRANGE"', strange).encode()


@pytest.mark.sample(24)
@pytest.mark.parametrize(("call", "path", "strange", "expected"), STRANGE_CASES)
def test_strange_value_gets_its_answer(
    server: Server, call: ValidCall, path: tuple[str, ...], strange: str, expected: tuple[int, Any]
) -> None:
    before = messages(server)
    answer = send(server, call, with_strange(call, path, strange))
    assert code_of(answer) == expected
    if not call.succeeded(answer.status_code, answer.json()):
        assert_own_error(call.provider, answer.status_code, answer.content)
        assert messages(server) == before


@pytest.mark.parametrize("kind", STRANGE)
def test_d7_does_not_mind_strange_values(server: Server, kind: str) -> None:
    for strange in STRANGE[kind].values():
        answer = send(server, D7_RECEIPT, with_strange(D7_RECEIPT, ("typing",), strange))
        assert answer.status_code == 200


def test_kaleyra_accepts_any_source_however_deep(server: Server) -> None:
    deep = nested("[", "]", 990)
    body = json.dumps(replaced(KALEYRA_RECEIPT.full, ("extra_info", "wa_source"), "DEEP"))
    answer = send(server, KALEYRA_RECEIPT, body.replace('"DEEP"', deep).encode())
    assert answer.status_code == 202


@pytest.mark.parametrize("levels", [200, 990, 1_000, 1_015])
def test_idempotency_key_is_replayed_for_a_body_however_deep(server: Server, levels: int) -> None:
    body = json.dumps(KIRIM_RECEIPT.full | {"further": "DEEP"}).encode()
    body = body.replace(b'"DEEP"', nested("[", "]", levels).encode())
    headers = headers_of(KIRIM_RECEIPT, body) | {"Idempotency-Key": "deep"}
    url = f"{server.url}{KIRIM_RECEIPT.path}"
    first, again = (requests.post(url, data=body, headers=headers, timeout=10) for _ in range(2))
    assert (first.status_code, first.headers["Idempotent-Replayed"]) == (200, "false")
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (200, "true")
    assert again.content == first.content
