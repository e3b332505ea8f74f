"""From try to try of one call the client waits longer.

An interval may be somewhat shorter than the one before, as chance has it, but in all they must
grow: those of the later half must be longer than those of the earlier one. Fewer than three tries
say nothing. Intervals that the server asked for with Retry-After do not count, nor those after an
answer that may have come too late; after tries that ended in different ways they are not compared,
since the client's own timeout is a part of some.
"""

from collections.abc import Hashable, Iterator
from itertools import pairwise

from mockserver.verdicts.history import History
from mockserver.verdicts.thresholds import Thresholds
from mockserver.verdicts.tried import Tried
from mockserver.verdicts.verdict import Case
from mockserver.verdicts.wording import ids_of, list_words, name_call, write_seconds

FINE = "the intervals between tries grow, where there were enough of them"
GROWTH = 1.25  # of the later half over the earlier one: less is what timers do by themselves
SHORTEST = 10  # milliseconds: what is less is as good as nothing


def judge(history: History, thresholds: Thresholds) -> Iterator[Case]:
    for calls, sure in history.chains:
        for intervals in _measure(calls).values():
            if not _grow([max(each, SHORTEST) for each in intervals], thresholds.back_off):
                told = list_words([write_seconds(each) for each in intervals])
                text = f"{len(calls)} tries of {name_call(calls[0])}, {told} s apart"
                yield Case(f"{text}: the intervals do not grow", ids_of(calls), sure)
                break


def _measure(calls: list[Tried]) -> dict[Hashable, list[int]]:
    """Milliseconds from each try to the next, by how that try ended."""
    found: dict[Hashable, list[int]] = {}
    for call, following in pairwise(calls):
        if call.wait_until is not None:
            continue
        if following.at < call.ended:
            found.setdefault("given up", []).append(following.at - call.at)
        elif not call.is_maybe_unheard(following):
            how = call.faults if call.sent == "nothing" else "answered"
            found.setdefault(how, []).append(following.at - call.ended)
    return found


def _grow(intervals: list[int], tolerance: int) -> bool:
    if len(intervals) < 2:
        return True
    least = (100 - tolerance) / 100
    if any(each < least * before for before, each in pairwise(intervals)):
        return False
    half = len(intervals) // 2
    earlier, later = intervals[:half], intervals[half:]
    return sum(later) / len(later) >= GROWTH * sum(earlier) / len(earlier)
