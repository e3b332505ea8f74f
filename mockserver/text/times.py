"""Instants and durations. An instant is an ``int``: milliseconds since 1970, UTC."""

import re
from datetime import UTC, datetime
from functools import lru_cache

from mockserver.text.shown import shown

SECOND = 1_000
DAY = 86_400 * SECOND
"""In milliseconds, as all instants and durations are."""
FIRST, LAST = 0, 221_876_927_999_999
"""What a clock can be set to: the years 1970 to 9000. What is due or remembered for a time after
that is an instant, too."""
TIME = "expected a time with its offset, such as 2026-11-21T06:00:00Z"

_DURATION = re.compile(
    r"P(?:(?P<weeks>\d{1,9})W)?(?:(?P<days>\d{1,9})D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d{1,9})H)?(?:(?P<minutes>\d{1,9})M)?(?:(?P<seconds>\d{1,9}(?:\.\d{1,3})?)S)?)?"
)
_UNIT = {"weeks": 7 * DAY, "days": DAY, "hours": 3_600_000, "minutes": 60_000, "seconds": SECOND}
_LONGEST = 100 * 366 * DAY


def iso(instant: int) -> str:
    """``2026-11-21T05:00:00Z``, with milliseconds only where there are some."""
    seconds, milliseconds = divmod(instant, SECOND)
    moment = _to_the_second(seconds)
    return f"{moment}.{milliseconds:03d}Z" if milliseconds else f"{moment}Z"


@lru_cache(maxsize=64)
def _to_the_second(seconds: int) -> str:
    """Cached: many calls fall into one second."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def instant_of(text: str) -> int:
    """What ``iso`` wrote. Raises ValueError."""
    return round(datetime.fromisoformat(text).timestamp() * SECOND)


def iso_or_none(instant: int | None) -> str | None:
    return None if instant is None else iso(instant)


def parse_instant(text: str, expected: str = TIME) -> int:
    """Milliseconds of an ISO 8601 time with its offset. Raises ValueError, which tells what was
    ``expected``.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(expected) from None
    if moment.tzinfo is None:
        raise ValueError(f"{expected}: the offset, such as Z, is missing")
    return round(moment.timestamp() * SECOND)


def write_duration(length: int) -> str:
    """``PT61S``, ``P1DT0.5S``, ``-PT61S``: an ISO 8601 duration, with its sign in front."""
    days, milliseconds = divmod(abs(length), DAY)
    seconds = f"{milliseconds / SECOND:.3f}".rstrip("0").rstrip(".")
    time = f"T{seconds}S" if milliseconds or not days else ""
    return f"{'-' if length < 0 else ''}P{f'{days}D' if days else ''}{time}"


def parse_shift(text: str) -> int:
    """Milliseconds of a duration that may be negative, such as ``-PT61S``. Raises ValueError."""
    if text.startswith("-"):
        return -parse_duration(text[1:])
    return parse_duration(text)


def parse_duration(text: str) -> int:
    """Milliseconds of an ISO 8601 duration such as ``P8D`` or ``PT1H30M``.

    Years and months are refused: they have no fixed length. Raises ValueError.
    """
    match = _DURATION.fullmatch(text)
    if match is None or text == "P":
        raise ValueError(
            "expected an ISO 8601 duration of weeks, days, hours, minutes and seconds, such as "
            f'"P8D" or "PT1H30M", came {shown(text)}'
        )
    given = {unit: float(amount) for unit, amount in match.groupdict().items() if amount}
    length = round(sum(amount * _UNIT[unit] for unit, amount in given.items()))
    if length > _LONGEST:
        raise ValueError(f"expected at most 100 years, came {shown(text)}")
    return length
