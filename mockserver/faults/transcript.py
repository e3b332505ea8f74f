"""What struck whom, and how it can be brought back."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields

from mockserver.api.exchange import Exchange
from mockserver.faults.rules import header
from mockserver.pipeline.plan import Plan
from mockserver.text.times import iso
from mockserver.text.validation import LARGEST, first_mistake, one_of, whole


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


def write_lines(plan: Plan, exchange: Exchange) -> Iterator[dict[str, Any]]:
    """A line for each rule that struck a call, in order."""
    for hit in plan.hits:
        yield {
            "at": iso(exchange.at),
            "request": exchange.id,
            "provider": exchange.provider.id,
            "operation": exchange.operation_name,
            "account": exchange.account_label,
            "ordinal": plan.ordinal,
            "rule": hit.rule,
            "fault": dict(hit.again),
            "when": "after" if plan.after else "before",
        }


def read_transcript(text: str) -> list[dict[str, Any]]:
    """The lines of a transcript. Raises ValueError that tells the first wrong one."""
    return [
        _read(line, number) for number, line in enumerate(text.split("\n"), start=1) if line.strip()
    ]


def make_replay_rules(lines: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rules that strike what a transcript tells of once more, in the order that they struck.

    Equal faults of one operation and account share a rule. What a request's own header asked for
    is left out: the request will ask again.
    """
    rules: dict[tuple[int, str], dict[str, Any]] = {}
    struck: Counter[str] = Counter()
    for line in lines:
        if line["rule"] == header.BY_HEADER:
            continue
        whose = {name: line[name] for name in ("provider", "operation", "account")}
        rule = {"name": "replay", "match": whose, "fault": line["fault"], "when": line["when"]}
        place = (struck[line["request"]], json.dumps(rule, sort_keys=True))
        struck[line["request"]] += 1
        rules.setdefault(place, rule | {"schedule": {"ordinals": []}})
        rules[place]["schedule"]["ordinals"].append(line["ordinal"])
    return [rules[place] for place in sorted(rules, key=lambda place: place[0])]


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
