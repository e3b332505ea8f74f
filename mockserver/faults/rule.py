"""One rule: whom a fault strikes, when and how often."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from mockserver.core.clock import parse_duration
from mockserver.core.content import one_of
from mockserver.core.provider import Exchange
from mockserver.core.sandbox import Blow, Hit
from mockserver.faults.match import MatchSchema, matches
from mockserver.faults.unit import Turn, Unit

LARGEST = 2**53  # the largest whole number that every JSON reader keeps


def instant(text: str, now: int) -> int:
    """Milliseconds of a time with its offset, or of a duration since ``now``.

    Raises ValidationError.
    """
    try:
        if text.startswith("P"):
            return now + parse_duration(text)
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValidationError(f"expected a time or a duration: {error}") from None
    if moment.tzinfo is None:
        raise ValidationError("expected a time with its offset, such as 2026-11-21T06:00:00Z")
    return round(moment.timestamp() * 1000)


def check_instant(text: str) -> None:
    instant(text, 0)


WHOLE = validate.Range(0, LARGEST)
ScheduleSchema = Schema.from_dict(
    {
        "skip": fields.Integer(strict=True, load_default=0, validate=WHOLE),
        "times": fields.Integer(
            strict=True, load_default=None, allow_none=True, validate=validate.Range(1, LARGEST)
        ),
        "every": fields.Integer(strict=True, validate=validate.Range(1, LARGEST)),
        "probability": fields.Float(load_default=1.0, validate=validate.Range(min=0, max=1)),
        "from": fields.String(validate=check_instant),
        "until": fields.String(validate=check_instant),
        "ordinals": fields.List(
            fields.Integer(strict=True, validate=validate.Range(1, LARGEST)),
            validate=validate.Length(max=100_000),
        ),
        "sequence": fields.String(
            validate=validate.Regexp(
                r"[F.]{1,10000}R?\Z", error="expected F and . for the calls, and R to start again"
            )
        ),
    }
)


class RuleSchema(Schema):
    name = fields.String(load_default=None, allow_none=True)
    match = fields.Nested(MatchSchema, load_default=dict)
    fault = fields.Dict(keys=fields.String(), required=True)
    when = fields.String(load_default="before", validate=one_of(("before", "after")))
    schedule = fields.Nested(ScheduleSchema, load_default=lambda: ScheduleSchema().load({}))
    seed = fields.Integer(
        strict=True,
        load_default=None,
        allow_none=True,
        validate=validate.Range(-LARGEST, LARGEST),
    )


@dataclass(slots=True)
class Rule:
    """A fault with its envelope.

    ``number`` is its place in the order of creation, ``twin`` tells it from equal
    rules that are in force, ``made_at`` is when it was made.
    """

    id: str
    definition: Mapping[str, Any]
    fault: Unit
    seed: int
    made_at: int
    seed_chosen: bool = False
    number: int = 0
    twin: int = 0
    calls: int = 0
    hits: int = 0
    ordinals: frozenset[int] | None = None
    key: str = field(init=False)
    """What the rule does, as text: the same in every run, unlike its id."""

    def __post_init__(self) -> None:
        said = {**self.definition, "name": None, "seed": self.seed}
        self.key = json.dumps(said, sort_keys=True)

    def to_json(self) -> dict[str, Any]:
        return {"id": self.id, **self.definition, "seed": self.seed, "hits": self.hits}

    def strike(self, blow: Blow, exchange: Exchange) -> None:
        """Strike if this call is one of those the rule is about and its turn has come."""
        if not self._open(exchange.call.received_at):
            return
        if not self.fault.fits(exchange.provider) or not matches(
            self.definition["match"], exchange
        ):
            return
        self.calls += 1
        if (blow.terminal and self.fault.terminal) or not self._due():
            return
        turn = Turn(self.id, self._draw("size"))
        came = self.fault.strike(blow, exchange, turn)
        if came is None:
            return
        self.hits += 1
        kind = self.definition["fault"]["type"]
        fault = {"type": kind, **came}
        blow.hits.append(Hit(self.id, self.seed, turn.draw, fault, self.fault.again(fault)))
        if self.fault.terminal:
            blow.terminal = self.id
            blow.after = self.definition["when"] == "after"

    def _open(self, now: int) -> bool:
        schedule = self.definition["schedule"]
        if "from" in schedule and now < instant(schedule["from"], self.made_at):
            return False
        return "until" not in schedule or now < instant(schedule["until"], self.made_at)

    def _due(self) -> bool:
        schedule = self.definition["schedule"]
        turn = self.calls - schedule["skip"]
        if turn <= 0 or turn % schedule.get("every", 1):
            return False
        if schedule["times"] is not None and self.hits >= schedule["times"]:
            return False
        if "ordinals" in schedule and turn not in self._ordinals():
            return False
        if "sequence" in schedule and not _struck_in(schedule["sequence"], turn):
            return False
        probability: float = schedule["probability"]
        return probability >= 1 or self._draw("strike") < probability

    def _ordinals(self) -> frozenset[int]:
        if self.ordinals is None:
            self.ordinals = frozenset(self.definition["schedule"]["ordinals"])
        return self.ordinals

    def _draw(self, purpose: str) -> float:
        """A number from 0 to below 1 that depends on seed, rule and ordinal of the call alone."""
        text = f"{self.seed}\0{self.key}\0{self.twin}\0{self.calls}\0{purpose}"
        digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
        return (int.from_bytes(digest) >> 11) / (1 << 53)


def _struck_in(sequence: str, turn: int) -> bool:
    """``R`` starts the letters again; without it no call is struck after them."""
    letters = sequence.rstrip("R")
    place = (turn - 1) % len(letters) if sequence.endswith("R") else turn - 1
    return letters[place : place + 1] == "F"
