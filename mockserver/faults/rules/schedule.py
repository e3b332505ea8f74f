"""When and how often a rule strikes."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from mockserver.text.times import parse_duration
from mockserver.text.validation import LARGEST, number, whole

EXPECTED = (
    "expected a time such as 2026-11-21T06:00:00Z, or a duration of weeks, days, hours, minutes "
    "and seconds such as PT5S"
)


def read_instant(text: str, now: int) -> int:
    """Milliseconds of a time with its offset, or of a duration since ``now``.

    Raises ValidationError.
    """
    try:
        if text.startswith("P"):
            return now + parse_duration(text)
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValidationError(EXPECTED) from None
    if moment.tzinfo is None:
        raise ValidationError(f"{EXPECTED}: the offset, such as Z, is missing")
    return round(moment.timestamp() * 1000)


def check_instant(text: str) -> None:
    read_instant(text, 0)


ScheduleSchema = Schema.from_dict(
    {
        "skip": whole(0, LARGEST, load_default=0),
        "times": whole(1, LARGEST, load_default=None, allow_none=True),
        "every": whole(1, LARGEST),
        "probability": number(0, 1, load_default=1.0),
        "from": fields.String(validate=check_instant),
        "until": fields.String(validate=check_instant),
        "ordinals": fields.List(whole(1, LARGEST), validate=validate.Length(1, 100_000)),
        "sequence": fields.String(
            validate=validate.Regexp(
                r"(?=[F.]{1,10000}R?\Z)\.*F",
                error="expected F and . for the calls, of them one F, and R to start again",
            )
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Schedule:
    """In force from ``begin`` until ``end``, which are instants; there for so many of the calls."""

    begin: float
    end: float
    skip: int
    every: int
    times: float
    ordinals: frozenset[int] | None
    sequence: str | None
    probability: float

    def is_open(self, now: int) -> bool:
        return self.begin <= now < self.end

    def is_due(self, calls: int, hits: int) -> bool:
        """Whether the turn of the latest of so many matching calls has come."""
        turn = calls - self.skip
        return (
            turn > 0
            and turn % self.every == 0
            and hits < self.times
            and (self.ordinals is None or turn in self.ordinals)
            and (self.sequence is None or _struck_in(self.sequence, turn))
        )


def read_schedule(data: Mapping[str, Any], now: int) -> Schedule:
    """The schedule of a rule made now, from data as loaded. Raises ValidationError."""
    begin = read_instant(data["from"], now) if "from" in data else -math.inf
    end = read_instant(data["until"], now) if "until" in data else math.inf
    if end <= begin:
        reason = f"expected a time after {data['from']}, when it begins"
        raise ValidationError({"until": [reason]})
    return Schedule(
        begin,
        end,
        data["skip"],
        data.get("every", 1),
        math.inf if data["times"] is None else data["times"],
        frozenset(data["ordinals"]) if "ordinals" in data else None,
        data.get("sequence"),
        data["probability"],
    )


def _struck_in(sequence: str, turn: int) -> bool:
    """``R`` starts the letters again; without it no call is struck after them."""
    letters = sequence.rstrip("R")
    place = (turn - 1) % len(letters) if sequence.endswith("R") else turn - 1
    return letters[place : place + 1] == "F"
