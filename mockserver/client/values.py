"""Instants and durations between Python's types and the text of the API."""

from datetime import UTC, datetime, timedelta

Duration = str | float | timedelta
"""An ISO 8601 duration such as ``"PT61S"``, a number of seconds, or a ``timedelta``."""
Instant = str | datetime


def write_duration(value: Duration) -> str:
    """As ISO 8601, to the millisecond; text stays as it is. A negative one begins with ``-``."""
    if isinstance(value, str):
        return value
    seconds = value.total_seconds() if isinstance(value, timedelta) else value
    digits = f"{abs(seconds):.3f}".rstrip("0").rstrip(".")
    return f"{'-' if seconds < 0 else ''}PT{digits}S"


def count_seconds(value: Duration) -> float:
    """Of a ``within``, so as to wait longer than the server does; 0 for text that tells no
    seconds, minutes or hours.
    """
    if isinstance(value, timedelta):
        return value.total_seconds()
    if not isinstance(value, str):
        return value
    total, number = 0.0, ""
    for character in value.partition("T")[2]:
        if character in "0123456789.":
            number += character
        else:
            total += float(number or 0) * {"H": 3600, "M": 60, "S": 1}.get(character, 0)
            number = ""
    return total


def write_instant(value: Instant) -> str:
    """As ISO 8601 in UTC. Raises ValueError for a ``datetime`` without a time zone."""
    if isinstance(value, str):
        return value
    if value.tzinfo is None:
        raise ValueError(f"expected an instant with a time zone, such as UTC, came {value}")
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def read_instant(text: str | None) -> datetime | None:
    """The ``datetime`` in UTC that the API tells, None for nothing."""
    return None if text is None else datetime.fromisoformat(text)
