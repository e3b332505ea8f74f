"""A client that is told when to come again, by Retry-After, comes no sooner with an equal call.

Other calls are not held against it: they may be on their way already.
"""

from collections.abc import Iterator

from mockserver.verdicts.history import History
from mockserver.verdicts.thresholds import Thresholds
from mockserver.verdicts.tried import Tried
from mockserver.verdicts.verdict import Case
from mockserver.verdicts.wording import name_call, write_seconds

FINE = "no equal call came before a Retry-After was over"
SLACK = 50  # milliseconds that clocks and timers of two programs may differ by


def judge(history: History, thresholds: Thresholds) -> Iterator[Case]:
    for group in history.equal:
        told: Tried | None = None
        for call in group:
            if told is not None and told.ended <= call.at < _due(told) - SLACK:
                sure = not (told.is_maybe_unheard(call) or call.cut)
                yield Case(_describe(told, call), [told.id, call.id], sure)
            if _due(call) > (0 if told is None else _due(told)):
                told = call


def _due(call: Tried) -> int:
    """0 where nothing was said."""
    return call.wait_until or 0


def _describe(told: Tried, call: Tried) -> str:
    waited, said = write_seconds(call.at - told.ended), write_seconds(_due(told) - told.ended)
    return f"{name_call(call)} was called again after {waited} s, but Retry-After said {said} s"
