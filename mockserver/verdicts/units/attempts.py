"""A call is tried so and so often, and then given up."""

from collections.abc import Iterator

from mockserver.verdicts.history import History
from mockserver.verdicts.thresholds import Thresholds
from mockserver.verdicts.verdict import Case
from mockserver.verdicts.wording import ids_of, name_call

FINE = "no call was tried more often than allowed"


def judge(history: History, thresholds: Thresholds) -> Iterator[Case]:
    most = thresholds.attempts
    for calls, sure in history.chains:
        if len(calls) > most:
            text = f"{len(calls)} tries of {name_call(calls[0])}: at most {most} are allowed"
            yield Case(text, ids_of(calls), sure)
