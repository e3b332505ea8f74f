"""A sandbox's clock."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from mockserver.client.failures import is_told_in_words
from mockserver.client.values import Duration, Instant, write_duration, write_instant

__tracebackhide__ = is_told_in_words


class Clock:
    """What time it is in a sandbox, and how it passes.

    Each method answers with the instant that it is then, in UTC.
    """

    def __init__(self, ask: Callable[..., Any]) -> None:
        self._ask = ask

    def now(self) -> datetime:
        """What time it is there."""
        return _read_now(self.describe())

    def describe(self) -> dict[str, Any]:
        """``{"now", "running", "rate", "next_job", "skew"}``, as the server tells it."""
        document: dict[str, Any] = self._ask("GET", "/clock")
        return document

    def set(self, now: Instant) -> datetime:
        """Have it be that instant, and stand still."""
        return self._change({"now": write_instant(now)})

    def advance(self, by: Duration) -> datetime:
        """Move on: all that falls due on the way happens before this returns."""
        return self._change({"advance": write_duration(by)})

    def rate(self, rate: float) -> datetime:
        """Have it run so many times as fast as the machine's."""
        return self._change({"rate": rate})

    def run(self) -> datetime:
        """Have it go on from where it stands."""
        return self._change({"run": True})

    def reset(self) -> datetime:
        """Have it be the machine's time again."""
        return self._change({"reset": True})

    def skew(self, by: Duration) -> datetime:
        """How far stamps that are judged by the machine's time, such as that of a signature, are
        off: a server whose clock is wrong. May be negative.
        """
        return self._change({"skew": write_duration(by)})

    def _change(self, wish: dict[str, Any]) -> datetime:
        return _read_now(self._ask("PUT", "/clock", wish))


def _read_now(document: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(document["now"])
