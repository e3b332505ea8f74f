"""A compressed body is not unpacked, and the journal says that this is what is wrong."""

import gzip
from typing import Any

import pytest

from tests.calls import (
    D7_RECEIPT,
    KALEYRA_RECEIPT,
    KIRIM_RECEIPT,
    NXCLOUD_RECEIPT,
    NXCLOUD_TYPING,
    ValidCall,
    named,
)
from tests.conftest import NOW, STATE
from tests.providers.causes import newest_entry

ERRORS = {
    KALEYRA_RECEIPT: (400, "INCORRECT_PAYLOAD"),
    NXCLOUD_RECEIPT: (200, "PARAMETER_ERROR"),
    NXCLOUD_TYPING: (200, "PARAMETER_ERROR"),
    KIRIM_RECEIPT: (400, "INVALID_REQUEST"),
}


def send(client: Any, call: ValidCall, encoding: str, body: bytes, signed: bytes) -> Any:
    headers = {**call.headers, **call.signature(signed, NOW), "Content-Encoding": encoding}
    return client.open(call.path, method=call.method, headers=headers, data=body)


def is_read(client: Any, call: ValidCall) -> bool:
    return client.get(f"{STATE}/messages/{call.message_id}").json["read_at"] is not None


@pytest.mark.parametrize("encoding", ["gzip", "X-GZIP", "identity, br"])
@pytest.mark.parametrize("call", ERRORS, ids=named)
def test_compressed_body_is_answered_as_one_that_is_no_json(
    client: Any, call: ValidCall, encoding: str
) -> None:
    body = gzip.compress(call.body)
    answer = send(client, call, encoding, body, body)
    plain = {**call.headers, **call.signature(b"\x1f", NOW)}
    bad = client.open(call.path, method=call.method, headers=plain, data=b"\x1f")
    told = newest_entry(client)["error"]
    entries = client.get(f"{STATE}/requests").json["requests"]
    assert (answer.status_code, entries[0]["error"], told) == (*ERRORS[call], ERRORS[call][1])
    if "request_id" not in answer.text:
        assert answer.json == bad.json
    name = encoding.lower().removeprefix("identity, ")
    expected = f"Content-Encoding: {name} is not undone here; send the body plain"
    assert entries[0]["because"].endswith(expected)
    assert not is_read(client, call)


def test_signature_over_what_was_compressed_is_told_why_it_is_wrong(client: Any) -> None:
    body = gzip.compress(NXCLOUD_RECEIPT.body)
    send(client, NXCLOUD_RECEIPT, "gzip", body, NXCLOUD_RECEIPT.body)
    entry = newest_entry(client)
    assert entry["error"] == "INVALID_SIGNATURE"
    assert "Content-Encoding: gzip is not undone here" in entry["because"]


def test_body_that_nobody_reads_is_told_to_be_unread(client: Any) -> None:
    body = gzip.compress(b'{"typing": true}')
    answer = send(client, D7_RECEIPT, "gzip", body, body)
    assert answer.status_code == 200
    expected = "the body, with Content-Encoding: gzip, is not looked at"
    assert newest_entry(client)["because"] == expected


@pytest.mark.parametrize("encoding", ["identity", "UTF-8", "", "none, ," * 10_000])
@pytest.mark.parametrize("call", ERRORS, ids=named)
def test_what_is_no_compression_changes_nothing(
    client: Any, call: ValidCall, encoding: str
) -> None:
    answer = send(client, call, encoding, call.body, call.body)
    assert call.succeeded(answer.status_code, answer.json)
    assert is_read(client, call)


def test_administration_tells_the_same(client: Any) -> None:
    body = gzip.compress(b"{}")
    answer = client.post(f"{STATE}/faults", data=body, headers={"Content-Encoding": "gzip"})
    assert answer.status_code == 400
    assert "Content-Encoding: gzip is not undone here" in answer.json["error"]["message"]
