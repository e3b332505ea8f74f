"""Saying what a client did."""

from collections.abc import Iterable, Sequence

from mockserver.verdicts.tried import Tried

MANY = 6  # items of a list that are told


def name_call(call: Tried) -> str:
    """``mark_as_read of kirim``."""
    if call.provider is None:
        return "a call to a path that is no provider's"
    return f"{call.operation or 'a call to no operation'} of {call.provider}"


def ids_of(calls: Iterable[Tried]) -> list[str]:
    return [each.id for each in calls]


def write_seconds(milliseconds: float) -> str:
    return f"{milliseconds / 1_000:.2f}"


def list_words(words: Sequence[str]) -> str:
    """``0.10, 0.11 and 0.09``; of many the first."""
    if len(words) > MANY:
        words = [*words[:MANY], f"{len(words) - MANY} more"]
    *before, last = words
    return f"{', '.join(before)} and {last}" if before else last


def count(number: int, what: str) -> str:
    """``1 call``, ``2 calls``."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
