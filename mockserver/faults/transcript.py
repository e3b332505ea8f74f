"""What struck whom, and how it can be brought back."""

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any, Protocol

import orjson
from marshmallow import EXCLUDE, Schema, ValidationError, fields

from mockserver.api.exchange import Exchange
from mockserver.faults.rules.language import BY_HEADER
from mockserver.pipeline.plan import Plan
from mockserver.text.masking import Masking
from mockserver.text.shown import shown
from mockserver.text.times import iso
from mockserver.text.validation import LARGEST, first_mistake, one_of, whole

PAGE_LIMIT = 4 * 1_048_576
"""Bytes of the lines that one answer prints, so that it holds up nobody for long."""
LONG = 512
"""Characters of a fault's JSON that every line of a transcript tells."""
AS_IN = "as_in"


class LineSchema(Schema):
    """One line of a transcript, as far as a replay needs it."""

    class Meta:
        unknown = EXCLUDE

    request = fields.String(required=True)
    provider = fields.String(required=True)
    operation = fields.String(required=True, allow_none=True)
    account = fields.String(required=True, allow_none=True)
    ordinal = whole(1, LARGEST, required=True)
    rule = fields.String(load_default="")
    fault = fields.Dict(required=True)
    when = fields.String(required=True, validate=one_of(("before", "after")))


class TranscriptLog(Protocol):
    """A bounded list of texts; what several of them share it keeps once."""

    def append(self, text: bytes, shared: bytes) -> object: ...
    def entries(self) -> list[tuple[bytes, bytes]]: ...
    @property
    def dropped(self) -> int:
        """How many were there before the oldest."""


def write_lines(log: TranscriptLog, plan: Plan, exchange: Exchange) -> None:
    """A line for each rule that struck a call, in order; equal faults share their settings."""
    for hit in plan.hits:
        line = {
            "at": iso(exchange.at),
            "request": exchange.id,
            "provider": exchange.provider.id,
            "operation": exchange.operation_name,
            "account": exchange.account_label,
            "ordinal": plan.ordinal,
            "rule": hit.rule,
            "when": "after" if plan.after else "before",
        }
        log.append(_dump(line), _dump(hit.again))


def _dump(value: Any) -> bytes:
    """As JSON; the sum is an exact copy, as orjson's own keeps four times the memory and more."""
    return orjson.dumps(value) + b"\n"


def print_transcript(
    log: TranscriptLog, after: int, limit: int, masking: Masking
) -> tuple[str, int]:
    """So many of the lines after the first ``after``, as JSON Lines without secrets; and after how
    many there are more, 0 for none.

    A fault that is long is told once: further lines tell its type, and in ``as_in`` the request
    and the rule of the line that tells it all.
    """
    entries, start = log.entries(), max(0, after - log.dropped)
    faults: dict[bytes, str] = {}
    printed: list[str] = []
    size = 0
    for text, shared in entries[start : start + limit]:
        size += len(text) + (0 if shared in faults else len(shared))
        if printed and size > PAGE_LIMIT:
            break
        line = masking.mask_tree(orjson.loads(text))
        fault = faults.get(shared)
        if fault is None:
            fault = _print_fault(masking.mask_tree(orjson.loads(shared)), line, faults, shared)
        printed.append(f'{json.dumps(line, ensure_ascii=False)[:-1]}, "fault": {fault}}}\n')
    end = start + len(printed)
    return "".join(printed), log.dropped + end if end < len(entries) else 0


def _print_fault(
    fault: dict[str, Any], line: dict[str, Any], faults: dict[bytes, str], shared: bytes
) -> str:
    """The fault as its first line tells it; ``faults`` are given what the next lines tell."""
    whole = again = json.dumps(fault, ensure_ascii=False)
    if len(whole) > LONG:
        place = {"request": line["request"], "rule": line["rule"]}
        again = json.dumps({"type": fault["type"], AS_IN: place}, ensure_ascii=False)
    faults[shared] = again
    return whole


def read_transcript(text: str) -> list[dict[str, Any]]:
    """The lines of a transcript. Raises ValueError that tells the first wrong one."""
    faults: dict[tuple[Any, Any], dict[str, Any]] = {}
    lines = []
    for number, written in enumerate(text.split("\n"), start=1):
        if written.strip():
            line = _read(written, number)
            line["fault"] = faults[line["request"], line["rule"]] = _find_fault(
                line, faults, number
            )
            lines.append(line)
    return lines


def make_replay_rules(lines: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rules that strike what a transcript tells of once more, in the order that they struck.

    Equal faults of one operation and account share a rule. What a request's own header asked for
    is left out: the request will ask again.
    """
    rules: dict[tuple[int, str], dict[str, Any]] = {}
    struck: Counter[str] = Counter()
    for line in lines:
        if line["rule"] == BY_HEADER:
            continue
        whose = {name: line[name] for name in ("provider", "operation", "account")}
        rule = {"name": "replay", "match": whose, "fault": line["fault"], "when": line["when"]}
        place = (struck[line["request"]], json.dumps(rule, sort_keys=True))
        struck[line["request"]] += 1
        rules.setdefault(place, rule | {"schedule": {"ordinals": []}})
        rules[place]["schedule"]["ordinals"].append(line["ordinal"])
    return [rules[place] for place in sorted(rules, key=lambda place: place[0])]


def _find_fault(
    line: dict[str, Any], faults: dict[tuple[Any, Any], dict[str, Any]], number: int
) -> dict[str, Any]:
    """The line's own, or that of the line that it names."""
    fault: dict[str, Any] = line["fault"]
    place = fault.get(AS_IN)
    if not isinstance(place, dict):
        return fault
    try:
        return faults[place.get("request"), place.get("rule")]
    except (KeyError, TypeError):
        missing = f"expected the fault of an earlier line, came {shown(place)}"
        raise ValueError(f"line {number}: fault.{AS_IN}: {missing}") from None


def _read(line: str, number: int) -> dict[str, Any]:
    data = None
    try:
        data = json.loads(line)
        read: dict[str, Any] = LineSchema().load(data)
    except ValidationError as error:
        path, reason = first_mistake(error, data)
        raise ValueError(f"line {number}: {path or 'the whole'}: {reason}") from None
    except (ValueError, RecursionError) as error:
        raise ValueError(f"line {number}: not JSON: {error}") from None
    return read
