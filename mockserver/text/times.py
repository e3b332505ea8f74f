"""Instants and durations. An instant is an ``int``: milliseconds since 1970, UTC."""

import re
from datetime import UTC, datetime
from functools import lru_cache

from mockserver.text.shown import shown

SECOND = 1_000
DAY = 86_400 * SECOND
"""In milliseconds, as all instants and durations are."""

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


def iso_or_none(instant: int | None) -> str | None:
    return None if instant is None else iso(instant)


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
