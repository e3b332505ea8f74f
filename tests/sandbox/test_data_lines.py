"""What stands in the lines of a data file: checksums, and documents that are judged at start."""

import json
import re
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockserver.text.mistakes import Mistakes
from tests.calls import D7, D7_MESSAGE, D7_REQUEST
from tests.sandbox.worlds import ALL, make, show, write

Start = Callable[..., Any]
RULE = {"fault": {"type": "latency", "ms": 0}, "seed": 1}


def summed(text: bytes) -> bytes:
    return b"%b\t%08x" % (text, zlib.crc32(text))


def refused(start: Start) -> str:
    with pytest.raises(Mistakes) as wrong:
        start()
    [mistake] = wrong.value.mistakes
    return str(mistake)


@pytest.fixture
def lines(start: Start, data: Path) -> list[bytes]:
    """Those of a file with a message, a rule and a snapshot, in a line each: 3, 4 and 5."""
    client = start()
    write(client, "default", "d7", id="mine")
    client.post(f"{ALL}/default/faults", json=RULE)
    client.post(f"{ALL}/default/snapshot")
    write(client, "default", "d7", id="last")
    client.application.sandboxes.close()
    return data.read_bytes().splitlines()


@pytest.mark.parametrize("number", [1, 2, 3, 6])
def test_changed_line_is_refused_with_its_number_and_what_to_do(
    start: Start, data: Path, lines: list[bytes], number: int
) -> None:
    """Also where it is still JSON, and though it is the last."""
    text = lines[number - 1]
    digit = re.search(rb"[1-8](?=[\],}])", text)
    assert digit is not None
    at = digit.start()
    lines[number - 1] = text[:at] + b"9" + text[at + 1 :]
    content = b"\n".join(lines) + b"\n"
    data.write_bytes(content)
    said = refused(start)
    assert f"{data}: line {number} cannot be read: its checksum is wrong" in said
    assert "move it away to start anew" in said
    assert (f"head -n {number - 1} " in said) == (number > 1)
    assert data.read_bytes() == content


def test_what_the_refusal_says_to_do_works(start: Start, data: Path, lines: list[bytes]) -> None:
    data.write_bytes(b"\n".join([*lines[:4], b"x" + lines[4], *lines[5:]]) + b"\n")
    assert "head -n 4 keeps what was before that line" in refused(start)
    data.write_bytes(b"\n".join(lines[:4]) + b"\n")
    ids = {each["id"] for each in show(start(), "default", "/messages")["messages"]}
    assert "mine" in ids
    assert "last" not in ids


def test_line_without_a_checksum_is_refused_where_the_header_has_one(
    start: Start, data: Path, lines: list[bytes]
) -> None:
    lines[2] = lines[2].partition(b"\t")[0]
    data.write_bytes(b"\n".join(lines) + b"\n")
    assert "line 3 cannot be read: it has no checksum" in refused(start)


def test_file_without_checksums_is_read_and_gets_them(
    start: Start, data: Path, lines: list[bytes]
) -> None:
    plain = [line.partition(b"\t")[0] for line in lines]
    data.write_bytes(b"\n".join(plain) + b"\n")
    ids = {each["id"] for each in show(start(), "default", "/messages")["messages"]}
    assert {"mine", "last"} <= ids
    for line in data.read_bytes().splitlines():
        text = line.rpartition(b"\t")[0]
        assert line == summed(text)


def test_kept_rule_for_an_operation_that_never_answers_its_error_strikes_nothing(
    start: Start, data: Path
) -> None:
    """As earlier versions took such rules."""
    client = start()
    match = {"provider": "d7", "operation": "mark_as_read"}
    fault = {"type": "error", "error": "INSUFFICIENT_CREDIT"}
    client.post(f"{ALL}/default/faults", json={"match": match, "fault": fault})
    client.application.sandboxes.close()
    plain = [line.partition(b"\t")[0] for line in data.read_bytes().splitlines()]
    plain[-1] = plain[-1].replace(b"mark_as_read", b"get_status")
    data.write_bytes(b"\n".join(plain) + b"\n")
    again = start()
    report = again.get(f"/whatsapp/v2/report/{D7_REQUEST}", headers=D7)
    [rule] = show(again, "default", "/faults")["faults"]
    assert (report.status_code, rule["hits"]) == (200, 0)
    assert rule["match"]["operation"] == "get_status"


def test_blank_changes_of_a_trial_are_no_damage(
    start: Start, data: Path, lines: list[bytes]
) -> None:
    """As a server leaves them that is killed right after one."""
    lines.append(summed(b'{"default":[   ]}'))
    data.write_bytes(b"\n".join(lines) + b"\n")
    assert show(start(), "default", "/messages")["messages"]


ID = "492a17b0-9cd7-11ef-b4bf-0242ac1b0024"
assert ID == D7_MESSAGE
NUMBERS = [{"number": "+971500000000", "state": "active", "ids": {}}]
ACCOUNT = {"provider": "d7", "label": "x", "condition": "good", "credentials": {"token": "t"}}
WRONG: dict[str, tuple[list[Any], str]] = {
    "a time": (["set", "messages/d7", ID, {"read_at": "today"}], "read_at: expected a whole"),
    "a number": (["set", "messages/d7", ID, {"sequence": True}], "sequence: expected a whole"),
    "a direction": (["set", "messages/d7", ID, {"direction": "up"}], "direction: expected one of"),
    "a text": (["set", "messages/d7", ID, {"customer": 7}], "customer: expected a text"),
    "a colour": (["set", "messages/d7", ID, {"colour": "red"}], "colour: unknown key"),
    "a message": (["put", "messages/d7", ID, {"id": ID}], "missing"),
    "an id": (["set", "messages/d7", ID, {"id": "y"}], "id: expected it again, came 'y'"),
    "a provider": (["set", "messages/d7", ID, {"provider": "y"}], "provider: expected that of"),
    "no document": (["put", "messages/d7", ID, 7], "expected an object"),
    "an account": (["put", "accounts", "d7/x", ACCOUNT], "numbers: missing"),
    "its numbers": (
        ["put", "accounts", "d7/x", ACCOUNT | {"numbers": [{"number": 7}]}],
        "numbers[0]",
    ),
    "its states": (
        ["put", "accounts", "d7/x", ACCOUNT | {"numbers": [*NUMBERS, {**NUMBERS[0], "x": 1}]}],
        "numbers[1].x: unknown key",
    ),
    "a counter": (["put", "counters", "r", {"calls": -1, "hits": 0}], "calls: expected a whole"),
    "an ordinal": (["put", "ids", "request", {"n": "1"}], "n: expected a whole number"),
    "a note": (["put", "notes", "k", {"until": 1}], "value: missing"),
    "a rule": (
        ["put", "rules", "r", {"seed": 1, "number": 1, "twin": 0, "made_at": 1, "fault": {}}],
        "fault",
    ),
    "a report": (["put", "records/d7/reports", "r", {"id": "r"}], "missing"),
    "a sandbox": (["set", "sandbox", "self", {"seed": "x"}], "seed"),
    "a snapshot": (
        ["put", "snapshots", "s", {"at": 1, "tables": {"ordinals": {"o": {"n": "x"}}}}],
        "s: tables: ordinals: o: n: expected a whole number",
    ),
    "a table": (["put", "colours", "red", {}], "there is no such table"),
}


@pytest.mark.sample(6)
@pytest.mark.parametrize(("change", "reason"), WRONG.values(), ids=WRONG)
def test_document_that_its_schema_does_not_take_is_refused_with_its_line(
    start: Start, data: Path, lines: list[bytes], change: list[Any], reason: str
) -> None:
    """Whatever its checksum says."""
    lines.insert(4, summed(json.dumps({"default": [change]}).encode()))
    content = b"\n".join(lines) + b"\n"
    data.write_bytes(content)
    said = refused(start)
    assert f"{data}: line 5: default: {change[1]}: {change[2]}: " in said
    assert reason in said
    assert data.read_bytes() == content


def test_line_of_a_wrong_document_is_the_last_that_says_so(
    start: Start, data: Path, lines: list[bytes]
) -> None:
    """What later lines set right is no mistake."""
    wrong = summed(json.dumps({"default": [["set", "ids", "message", {"n": "x"}]]}).encode())
    right = summed(json.dumps({"default": [["set", "ids", "message", {"n": 9}]]}).encode())
    data.write_bytes(b"\n".join([*lines, wrong, right]) + b"\n")
    client = start()
    client.application.sandboxes.close()
    data.write_bytes(b"\n".join([*lines, wrong, right, wrong]) + b"\n")
    assert f"line {len(lines) + 3}: default: ids: message: n: " in refused(start)


def test_documents_of_every_kind_are_taken(start: Start) -> None:
    """Also of sandboxes that come from fixtures of their own, and from snapshots."""
    client = start()
    number = {"number": "+971500000001", "state": "active"}
    own = {"d7": {"accounts": [{"label": "main", "numbers": [number]}], "conversations": []}}
    make(client, id="own", fixtures=own, ttl="P1D", faults=[RULE], credentials="any")
    make(client, id="copy", snapshot=show(client, "default", "/snapshot"))
    make(client, id="scenario", scenario="rate-limited", fixtures="default")
    client.post(f"{ALL}/copy/snapshot", json={"name": "n"})
    before = [show(client, each, "/snapshot")["tables"] for each in ("own", "copy", "scenario")]
    again = start()
    after = [show(again, each, "/snapshot")["tables"] for each in ("own", "copy", "scenario")]
    assert after == before
