"""What struck whom: the transcript, its replay, and the calls whose answers were lost."""

import hashlib
import json
from collections import Counter, OrderedDict, deque
from collections.abc import Iterable
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields

from mockserver.core.clock import iso
from mockserver.core.injection import Injection
from mockserver.core.provider import Exchange
from mockserver.core.validation import LARGEST, first_mistake, one_of, whole
from mockserver.faults import header

RETRY_MS = 600_000  # an equal call within this time is a retry
KEPT = 10_000  # calls that can be retried
LINES = 4_000  # of the transcript: as many as one request can bring back


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


class History:
    """Counts the calls of every operation and account, and writes down those that were struck."""

    def __init__(self) -> None:
        self._ordinals: Counter[tuple[str, str | None, str | None]] = Counter()
        self._transcript: deque[dict[str, Any]] = deque(maxlen=LINES)
        self._lost: OrderedDict[str, tuple[int, str]] = OrderedDict()

    def count(self, exchange: Exchange) -> None:
        self._ordinals[_whose(exchange)] += 1

    def write_down(self, injection: Injection, exchange: Exchange) -> None:
        call, whose = exchange.call, _whose(exchange)
        for hit in injection.hits:
            self._transcript.append(
                {
                    "at": iso(call.received_at),
                    "request": call.id,
                    "provider": whose[0],
                    "operation": whose[1],
                    "account": whose[2],
                    "ordinal": self._ordinals[whose],
                    "rule": hit.rule,
                    "fault": dict(hit.again),
                    "when": "after" if injection.after else "before",
                }
            )
        if injection.terminal:
            self._lost[_likeness(exchange)] = (call.received_at + RETRY_MS, call.id)
            if len(self._lost) > KEPT:
                self._lost.popitem(last=False)

    def transcript(self) -> list[dict[str, Any]]:
        return list(self._transcript)

    def retried(self, exchange: Exchange) -> str | None:
        """The id of an equal call of the last ten minutes whose answer a fault had taken."""
        if not self._lost:
            return None
        until, entry = self._lost.get(_likeness(exchange), (0, ""))
        return entry if exchange.call.received_at < until else None

    def clear(self) -> None:
        self._ordinals.clear()
        self._transcript.clear()
        self._lost.clear()


def read_transcript(text: str) -> list[dict[str, Any]]:
    """The lines of a transcript. Raises ValueError that tells the first wrong one."""
    return [
        _read(line, number) for number, line in enumerate(text.split("\n"), start=1) if line.strip()
    ]


def replay_rules(lines: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rules that strike what a transcript tells of once more, in the order that they struck.

    Equal faults of one operation and account share a rule. What a request's own header asked for
    is left out: the request will ask again.
    """
    rules: dict[tuple[int, str], dict[str, Any]] = {}
    struck: Counter[str] = Counter()
    for line in lines:
        if line["rule"] == header.RULE:
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


def _whose(exchange: Exchange) -> tuple[str, str | None, str | None]:
    account = exchange.account.label if exchange.account else None
    return exchange.provider.id, exchange.operation_name, account


def _likeness(exchange: Exchange) -> str:
    """The same for calls of one account with the same operation, path and body."""
    path = exchange.call.target.removeprefix(f"/{exchange.provider.id}/").lstrip("/")
    said = json.dumps([*_whose(exchange), path])
    return hashlib.sha256(said.encode() + b"\0" + exchange.call.body).hexdigest()
