"""When and how often a rule strikes."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from marshmallow import Schema, ValidationError, fields, validate

from mockserver.text.times import parse_duration, parse_instant
from mockserver.text.validation import LARGEST, number, whole

EXPECTED = (
    "expected a time such as 2026-11-21T06:00:00Z, or a duration of weeks, days, hours, minutes "
    "and seconds such as PT5S"
)


def read_instant(text: str, now: int) -> int:
    """Milliseconds of a time with its offset, or of a duration since ``now``.

    Raises ValidationError.
    """
    since_now = text.startswith("P")
    try:
        return now + parse_duration(text) if since_now else parse_instant(text, EXPECTED)
    except ValueError as error:
        raise ValidationError(EXPECTED if since_now else str(error)) from None


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


class Letters(NamedTuple):
    """``F`` for each call that is struck. ``again`` starts them anew; without it no call is struck
    after them.
    """

    letters: str
    again: bool

    def strikes(self, turn: int) -> bool:
        place = (turn - 1) % len(self.letters) if self.again else turn - 1
        return self.letters[place : place + 1] == "F"


Phase = Literal["waiting", "active", "spent", "over"]


@dataclass(frozen=True, slots=True)
class Schedule:
    """In force from ``begin`` until ``end``, which are instants; there for so many of the calls.

    ``ordinals`` are in order, and those alone that all else agrees to: then there is no sequence.
    """

    begin: float
    end: float
    skip: int
    every: int
    times: float
    ordinals: tuple[int, ...] | None
    sequence: Letters | None
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
            and (self.ordinals is None or _contains(self.ordinals, turn))
            and (self.sequence is None or self.sequence.strikes(turn))
        )

    def describe(self, calls: int, hits: int, now: int) -> tuple[Phase, int | None]:
        """After so many matching calls, of which so many were struck: in which phase it is, and
        how many more it can strike at most, None where there is no end to them.

        It waits for its time or for the calls that it lets through first, and is spent once it
        has struck as often as it can.
        """
        left = 0 if now >= self.end else self._count_left(calls - self.skip, hits)
        if now >= self.end:
            return "over", left
        if left == 0:
            return "spent", left
        return ("waiting" if now < self.begin or calls < self.skip else "active"), left

    def _count_left(self, turn: int, hits: int) -> int | None:
        """After the turn of the latest matching call."""
        done, counts = max(turn, 0), []
        if self.times < math.inf:
            counts.append(max(0, int(self.times) - hits))
        if self.ordinals is not None:
            counts.append(len(self.ordinals) - bisect_right(self.ordinals, done))
        if self.sequence is not None and not self.sequence.again:
            first = (done // self.every + 1) * self.every  # the next turn that counts
            counts.append(self.sequence.letters[first - 1 :: self.every].count("F"))
        return min(counts, default=None)


def read_window(data: Mapping[str, Any], now: int) -> tuple[float, float]:
    """When a rule made now begins and ends, from data as loaded. Raises ValidationError."""
    begin = read_instant(data["from"], now) if "from" in data else -math.inf
    end = read_instant(data["until"], now) if "until" in data else math.inf
    if end <= begin:
        reason = f"expected a time after {data['from']}, when it begins"
        raise ValidationError({"until": [reason]})
    return begin, end


def read_schedule(data: Mapping[str, Any], now: int) -> Schedule:
    """The schedule of a rule made now, from data as loaded. Raises ValidationError."""
    begin, end = read_window(data, now)
    every, sequence, ordinals = data.get("every", 1), None, None
    if "sequence" in data:
        sequence = Letters(data["sequence"].rstrip("R"), data["sequence"].endswith("R"))
    if "ordinals" in data:
        ordinals = tuple(_select(sorted(set(data["ordinals"])), every, sequence))
        sequence = None
    return Schedule(
        begin,
        end,
        data["skip"],
        every,
        math.inf if data["times"] is None else data["times"],
        ordinals,
        sequence,
        data["probability"],
    )


def _select(ordinals: Iterable[int], every: int, sequence: Letters | None) -> Iterator[int]:
    """Those of the turns that the rest of a schedule agrees to."""
    for turn in ordinals:
        if turn % every == 0 and (sequence is None or sequence.strikes(turn)):
            yield turn


def _contains(ordinals: tuple[int, ...], turn: int) -> bool:
    place = bisect_left(ordinals, turn)
    return place < len(ordinals) and ordinals[place] == turn
