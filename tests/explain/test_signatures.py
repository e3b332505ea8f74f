"""Each usual mistake in signing for NXCloud is told, made here by an independent small client."""

import hashlib
import hmac
import json
from base64 import b64encode
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
import requests

from tests.calls import NX_RECEIPT
from tests.conftest import Server
from tests.explain.asking import codes, explain, failed
from tests.explain.signing import NAMES, build, md5, send, sha256
from tests.nxcloud_signature import ACCESS_KEY, ACCESS_SECRET

CONTENT = {**NX_RECEIPT, "note": "Grüße / Ü"}
SPACED = json.dumps(CONTENT, ensure_ascii=False).encode()
COMPACT = json.dumps(CONTENT, ensure_ascii=False, separators=(",", ":")).encode()
ESCAPED = json.dumps(CONTENT).encode()
SORTED = json.dumps(CONTENT, ensure_ascii=False, sort_keys=True).encode()
INDENTED = json.dumps(CONTENT, ensure_ascii=False, indent=2).encode()
CAPITALS = ESCAPED.replace(b"\\u00fc", b"\\u00FC").replace(b"\\u00df", b"\\u00DF")
CAPITALS = CAPITALS.replace(b"\\u00dc", b"\\u00DC")
LINES = json.dumps(CONTENT, indent=4, sort_keys=True).encode()
REVERSED = json.dumps(dict(reversed(CONTENT.items())), ensure_ascii=False).encode()
PHP = COMPACT.replace(b"/", b"\\/")
NO_PERMISSION = "f2nopermission"


def mac(digest: str, tail: bool) -> Any:
    def sign(values: dict[str, str]) -> str:
        text = build(SPACED, secret="", **values).removesuffix(b"&accessSecret=")
        text += f"&accessSecret={ACCESS_SECRET}".encode() if tail else b""
        return hmac.new(ACCESS_SECRET.encode(), text, digest).hexdigest()

    return sign


def pack(text: bytes) -> str:
    return b64encode(hashlib.md5(text).digest()).decode()


def sort_all(values: dict[str, str]) -> str:
    """All six by their names, body and secret among them."""
    every = {**values, "body": SPACED.decode(), "accessSecret": ACCESS_SECRET}
    return md5("&".join(f"{name}={every[name]}" for name in sorted(every)).encode())


def put_secret_first(values: dict[str, str]) -> str:
    head = "&".join(f"{name}={values[name]}" for name in NAMES)
    return md5(f"{head}&accessSecret={ACCESS_SECRET}&body={SPACED.decode()}".encode())


MISTAKES: dict[str, tuple[str, dict[str, Any]]] = {
    "compact": ("body_reserialised", {"signed": COMPACT}),
    "escaped": ("body_reserialised", {"signed": ESCAPED}),
    "key order": ("body_reserialised", {"signed": SORTED}),
    "indented": ("body_reserialised", {"signed": INDENTED}),
    "as PHP does": ("body_reserialised", {"signed": PHP}),
    "escapes in capitals": ("body_reserialised", {"signed": CAPITALS}),
    "other order": ("body_reserialised", {"signed": REVERSED}),
    "indented and escaped": ("body_reserialised", {"signed": LINES}),
    "line feed": ("trailing_newline", {"signed": SPACED + b"\n"}),
    "no body": ("body_left_out", {"signed": None}),
    "empty body": ("body_left_out", {"name": b"&body=", "sign": lambda v: md5(build(b"", **v))}),
    "no name": ("body_name_missing", {"name": b""}),
    "no name but &": ("body_name_missing", {"name": b"&"}),
    "header order": ("keys_unsorted", {"names": ("accessKey", "ts", "bizType", "action")}),
    "all sorted": ("keys_unsorted", {"sign": sort_all}),
    "secret first": ("keys_unsorted", {"sign": put_secret_first}),
    "reversed": ("keys_unsorted", {"names": NAMES[::-1]}),
    "percent": ("values_urlencoded", {"signed": quote(SPACED, safe="").encode()}),
    "form": ("values_urlencoded", {"signed": quote_plus(SPACED).encode()}),
    "access key": ("other_secret", {"secret": ACCESS_KEY}),
    "None": ("other_secret", {"secret": "None"}),
    "empty": ("other_secret", {"secret": ""}),
    "quoted": ("other_secret", {"secret": f'"{ACCESS_SECRET}"'}),
    "read with its line feed": ("other_secret", {"secret": f"{ACCESS_SECRET}\n"}),
    "template": ("other_secret", {"secret": "{{accessSecret}}"}),
    "blank": ("other_secret", {"secret": f" {ACCESS_SECRET}"}),
    "upper case": ("signed_uppercase", {"digest": lambda text: md5(text).upper()}),
    "base 64": (
        "signed_base64", {"digest": pack},
    ),
    "secret without its name": (
        "secret_name_missing",
        {"digest": lambda text: md5(text.replace(b"&accessSecret=", b""))},
    ),
    "secret of another name": (
        "secret_name_missing",
        {"digest": lambda text: md5(text.replace(b"&accessSecret=", b"&secret="))},
    ),
    "sha256": ("other_algorithm", {"digest": sha256}),
    "md5": ("other_algorithm", {"headers": {"algorithm": "sha256"}}),
    "hmac md5": ("hmac", {"sign": mac("md5", False)}),
    "hmac md5 with secret": ("hmac", {"sign": mac("md5", True)}),
    "hmac sha256": (
        "hmac", {"sign": mac("sha256", False), "headers": {"algorithm": "sha256"}},
    ),
    "seconds": ("seconds_for_milliseconds", {"signed_ts": lambda ts: ts[:-3]}),
    "action": ("other_action", {"action": "markMessageAsRead"}),
    "other action": ("other_action", {"action": "send"}),
    "biz type": ("other_biz_type", {"biz_type": "1"}),
    "empty object": ("other_body", {"signed": b"{}"}),
    "python": ("other_body", {"signed": str(CONTENT).encode()}),
}  # fmt: skip


@pytest.mark.parametrize(("code", "how"), MISTAKES.values(), ids=MISTAKES)
def test_a_usual_mistake_is_told(server: Server, code: str, how: dict[str, Any]) -> None:
    answer = send(server.url, SPACED, **how)
    assert answer.json()["code"] == 1003
    told = explain(server.state)
    assert codes(told) == [code]
    assert told["advice"]
    check = failed(told)
    assert check["name"] == "signature"
    assert check["expected"]
    assert check["came"]
    assert [each["name"] for each in told["checks"]] == [
        "headers", "fixed_values", "algorithm", "timestamp", "access_key", "signature",
        "permission", "body", "number", "binding", "message",
    ]  # fmt: skip


PAIRS: dict[str, tuple[set[str], dict[str, Any]]] = {
    "compact with line feed": (
        {"body_reserialised", "trailing_newline"}, {"signed": COMPACT + b"\n"},
    ),
    "compact and in upper case": (
        {"body_reserialised", "signed_uppercase"},
        {"signed": COMPACT, "digest": lambda text: md5(text).upper()},
    ),
    "seconds and nameless": (
        {"seconds_for_milliseconds", "body_name_missing"},
        {"signed_ts": lambda ts: ts[:-3], "name": b""},
    ),
    "compact and unsorted": (
        {"body_reserialised", "keys_unsorted"},
        {"signed": COMPACT, "names": ("accessKey", "ts", "bizType", "action")},
    ),
    "escaped, the secret in quotes": (
        {"body_reserialised", "other_secret"}, {"signed": ESCAPED, "secret": f"'{ACCESS_SECRET}'"},
    ),
    "sorted by another algorithm": (
        {"body_reserialised", "other_algorithm"}, {"signed": SORTED, "digest": sha256},
    ),
    "action and no body": ({"other_action", "body_left_out"}, {"action": "send", "signed": None}),
    "sorted and nameless": (
        {"body_reserialised", "body_name_missing"}, {"signed": SORTED, "name": b""},
    ),
    "biz type and line feed": (
        {"other_biz_type", "trailing_newline"}, {"biz_type": "1", "signed": SPACED + b"\n"},
    ),
    "compact and URL-encoded": (
        {"body_reserialised", "values_urlencoded"}, {"signed": quote(COMPACT, safe="").encode()},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("expected", "how"), PAIRS.values(), ids=PAIRS)
def test_two_mistakes_at_once_are_told(
    server: Server, expected: set[str], how: dict[str, Any]
) -> None:
    assert send(server.url, SPACED, **how).json()["code"] == 1003
    assert set(codes(explain(server.state))) == expected


@pytest.mark.parametrize("length", [20_000, 40_000, 60_000])
def test_two_mistakes_are_told_of_long_bodies(server: Server, length: int) -> None:
    """Most of which the journal's entry does not keep."""
    content = {**CONTENT, "filler": "x" * length}
    body = json.dumps(content).encode()
    signed = json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()
    send(server.url, body, signed=signed, names=("accessKey", "ts", "bizType", "action"))
    assert set(codes(explain(server.state))) == {"body_reserialised", "keys_unsorted"}


def test_one_mistake_is_told_of_a_body_beyond_64_kib_and_two_are_not(server: Server) -> None:
    content = {**CONTENT, "filler": "x" * 300_000}
    body = json.dumps(content).encode()
    signed = json.dumps(content, separators=(",", ":")).encode()
    send(server.url, body, signed=signed)
    assert codes(explain(server.state)) == ["body_reserialised"]
    send(server.url, body, signed=signed, names=("accessKey", "ts", "bizType", "action"))
    assert codes(explain(server.state)) == ["nothing_found"]


def test_secret_of_another_account_is_told(server: Server) -> None:
    listed = requests.get(server.state, timeout=5).json()["providers"]["nxcloud"]["accounts"]
    other = next(each for each in listed if each["access_key"] != ACCESS_KEY)
    send(server.url, SPACED, secret=other["access_secret"])
    told = explain(server.state)
    assert codes(told) == ["other_secret"]
    assert f"the account {other['label']}" in told["findings"][0]["text"]
    assert other["access_secret"] not in json.dumps(told)


def test_secret_of_another_sandbox_is_told(server: Server) -> None:
    made = requests.post(f"{server.url}/_mock/sandboxes", json={}, timeout=5).json()
    [account, *_] = made["providers"]["nxcloud"]["accounts"]
    send(server.url, SPACED, secret=account["access_secret"])
    told = explain(server.state)
    assert codes(told) == ["other_secret"]
    assert made["id"] in told["findings"][0]["text"]
    assert account["access_secret"] not in json.dumps(told)
    requests.delete(f"{server.url}/_mock/sandboxes/{made['id']}", timeout=5).raise_for_status()


def test_body_of_an_earlier_call_is_told(server: Server) -> None:
    first = json.dumps({**CONTENT, "note": "the first"}).encode()
    earlier = send(server.url, first).headers["X-Mock-Request-Id"]
    send(server.url, SPACED, signed=first)
    told = explain(server.state)
    assert codes(told) == ["other_body"]
    assert earlier in told["findings"][0]["text"]


def test_what_cannot_be_told_is_said_with_the_string_to_compare(server: Server) -> None:
    send(server.url, SPACED, signed=b"something else", ts=(ts := _now()))
    told = explain(server.state)
    assert codes(told) == ["nothing_found"]
    assert "canonical" in told["advice"][0]
    canonical = failed(told)["canonical"]
    assert canonical.startswith("accessKey=")
    assert f"&action=read&bizType=2&ts={ts}&body={SPACED.decode()}&accessSecret=****" in canonical


def _now() -> str:
    return str(__import__("time").time_ns() // 1_000_000)


def test_sign_that_is_no_digest_is_told(server: Server) -> None:
    send(server.url, SPACED, sign=lambda _: "nonsense")
    assert codes(explain(server.state)) == ["nothing_found"]


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"signed": COMPACT},
        {"secret": "None"},
        {"digest": sha256, "signed": SPACED},
        {"digest": lambda text: md5(text).upper(), "signed": SPACED},
        {"digest": lambda text: pack(text), "signed": SPACED},
        {"digest": lambda text: pack(text).rstrip("="), "signed": SPACED},
    ],
)
def test_neither_secret_nor_right_signature_is_seen(server: Server, how: dict[str, Any]) -> None:
    ts = _now()
    signed = how.get("signed") or b"other"
    send(server.url, SPACED, **{"signed": signed, **how}, ts=ts)
    values = {"accessKey": ACCESS_KEY, "action": "read", "bizType": "2", "ts": ts}
    told = json.dumps(explain(server.state), ensure_ascii=False)
    kept = requests.get(f"{server.state}/requests/last", timeout=5).text
    for digest in (md5, sha256):
        assert digest(build(SPACED, **values)) not in told
        assert digest(build(SPACED, **values)).upper() not in told
    assert pack(build(SPACED, **values)).rstrip("=") not in told
    assert pack(build(SPACED, **values)).rstrip("=") not in kept
    assert ACCESS_SECRET not in told
    assert ACCESS_KEY not in told


def test_a_right_signature_is_not_seen_of_a_body_of_which_a_part_is_kept(server: Server) -> None:
    ts, body = _now(), json.dumps({**CONTENT, "filler": "y" * 50_000}).encode()
    send(server.url, body, signed=b"other", ts=ts)
    values = {"accessKey": ACCESS_KEY, "action": "read", "bizType": "2", "ts": ts}
    told = json.dumps(explain(server.state))
    assert md5(build(body, **values)) not in told
    assert hashlib.sha256(build(body, **values)).hexdigest() not in told


def test_a_signature_is_explained_that_a_fault_took_the_answer_of(server: Server) -> None:
    rule = {"fault": {"type": "gateway"}, "schedule": {"times": 1}}
    requests.post(f"{server.state}/faults", json=rule, timeout=5).raise_for_status()
    assert send(server.url, SPACED, signed=COMPACT).status_code == 502
    told = explain(server.state)
    assert codes(told) == ["body_reserialised", "injected"]
    assert told["fault"]["natural"]["error"] == "INVALID_SIGNATURE"
