"""Headers that are repeated, strange or wrong."""

import json
from typing import Any

import pytest

from tests.calls import (
    D7,
    D7_RECEIPT,
    D7_REPORT,
    KALEYRA_KEY,
    KALEYRA_RECEIPT,
    KIRIM_RECEIPT,
    NXCLOUD_RECEIPT,
    NXCLOUD_TYPING,
    ValidCall,
    named,
)
from tests.conftest import Server
from tests.sockets import Answer, headers_of, raw, whole
from tests.wire.bad_input.checks import messages


def test_repeated_authorization_counts_once(server: Server) -> None:
    more = f"Authorization: {D7['Authorization']}"
    assert raw(server.url, whole(D7_RECEIPT, more)).status == 200


D7_UNKNOWN = "ACCESS_TOKEN_SIGNATURE_VERIFICATION_FAILED"

# What a strange value of a header gets, and what two more of it after the right one get.
HEADERS: list[tuple[ValidCall, str, tuple[int, Any], tuple[int, Any]]] = [
    (D7_RECEIPT, "Authorization", (401, D7_UNKNOWN), (200, None)),
    (D7_REPORT, "X-Anything", (200, None), (200, None)),
    (KALEYRA_RECEIPT, "api-key", (401, "RBC001"), (401, "RBC001")),
    (KALEYRA_RECEIPT, "Content-Type", (400, "WA400"), (400, "WA400")),
    (NXCLOUD_RECEIPT, "accessKey", (200, 1005), (200, 1005)),
    (NXCLOUD_RECEIPT, "ts", (200, 1004), (200, 1004)),
    (NXCLOUD_RECEIPT, "sign", (200, 1003), (200, 1003)),
    (NXCLOUD_TYPING, "Content-Type", (200, 1003), (200, 1003)),
    (KIRIM_RECEIPT, "Authorization", (401, "invalid_api_key"), (200, None)),
    (KIRIM_RECEIPT, "X-Anything", (200, None), (200, None)),
]
HEADER_NAMES = [f"{named(call)} {header}" for call, header, _, _ in HEADERS]


def code_in(answer: Answer) -> tuple[int, Any]:
    body = json.loads(answer.body)
    if not isinstance(body, dict):
        return answer.status, None
    inner = body.get("detail") or body.get("error") or {}
    return answer.status, body.get("code", inner.get("code") if isinstance(inner, dict) else None)


@pytest.mark.parametrize(("call", "header", "_", "expected"), HEADERS, ids=HEADER_NAMES)
def test_repeated_header_gets_its_answer(
    server: Server, call: ValidCall, header: str, _: Any, expected: tuple[int, Any]
) -> None:
    answer = raw(server.url, whole(call, f"{header}: other", f"{header}: another"))
    assert code_in(answer) == expected


@pytest.mark.parametrize("name", ["Host", "HOST"])
def test_second_host_is_refused(server: Server, name: str) -> None:
    answer = raw(server.url, whole(D7_REPORT, f"{name}: other"))
    assert answer.status == 400
    assert b"2 Host headers" in answer.body


CREDENTIAL = f"api-key: {KALEYRA_KEY}".encode()
UNDERSCORED = CREDENTIAL.replace(b"-", b"_", 1)


@pytest.mark.parametrize("sent", [UNDERSCORED, b"api-key: wrong\r\n" + UNDERSCORED])
def test_header_with_an_underscore_is_another_header(server: Server, sent: bytes) -> None:
    before = messages(server)
    answer = raw(server.url, whole(KALEYRA_RECEIPT).replace(CREDENTIAL, sent))
    assert (answer.status, json.loads(answer.body)["code"]) == (401, "RBC001")
    assert messages(server) == before


def test_header_with_an_underscore_does_no_harm_to_its_namesake(server: Server) -> None:
    assert raw(server.url, whole(KALEYRA_RECEIPT, "api_key: wrong")).status == 202


STRANGE_VALUES = ["", " ", ",", "\x80\xff", "é", "x" * 9_000, "Bearer", "Bearer ,", '"', "%00"]


@pytest.mark.sample(20)
@pytest.mark.parametrize("value", STRANGE_VALUES)
@pytest.mark.parametrize(("call", "header", "expected", "_"), HEADERS, ids=HEADER_NAMES)
def test_strange_header_value_gets_its_answer(
    server: Server, call: ValidCall, header: str, value: str, expected: tuple[int, Any], _: Any
) -> None:
    if expected[1] in (1003, 1004, 1005) and header != "Content-Type" and not value.strip():
        expected = (200, 1001)
    body = json.dumps(call.full)
    headers = {key.lower(): text for key, text in headers_of(call, body.encode()).items()}
    headers |= {"host": "localhost", "content-length": str(len(body)), header.lower(): value}
    lines = [f"{call.method} {call.path} HTTP/1.1"]
    lines += [f"{key}: {text}" for key, text in headers.items()]
    answer = raw(server.url, "\r\n".join([*lines, "", body]).encode("latin-1"))
    assert code_in(answer) == expected


FAULT_HEADERS = [
    "",
    "=",
    "error",
    "error=",
    "error=NOTHING",
    "latency=",
    "latency=-1",
    "latency=nan",
    "latency=inf",
    "latency=1e400",
    "latency=" + "9" * 5_000,
    "\xff=\xff",
    "error=__class__",
]


@pytest.mark.sample(8)
@pytest.mark.parametrize("value", FAULT_HEADERS)
@pytest.mark.parametrize("call", [D7_RECEIPT, NXCLOUD_TYPING], ids=named)
def test_wrong_fault_header_is_400_and_changes_nothing(
    server: Server, call: ValidCall, value: str
) -> None:
    before = messages(server)
    data = whole(call).replace(b"\r\n", f"\r\nX-Mock-Fault: {value}\r\n".encode("latin-1"), 1)
    answer = raw(server.url, data)
    assert answer.status == 400
    assert set(json.loads(answer.body)["error"]) == {"code", "message", "hint"}
    assert messages(server) == before
