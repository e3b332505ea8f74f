"""The calls that come nearest to a match."""

import heapq
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from mockserver.sandbox.disclosure import Disclosure
from mockserver.sandbox.journal import Kept
from mockserver.sandbox.kept_call import KeptCall
from mockserver.verify.differences import describe_call
from mockserver.verify.matcher import Matcher, Step, make_step

MOST = 5
"""Calls that are told."""
LOOKED_AT = 200
"""Calls that are read as a whole, of those whose traits differ least."""


def find_nearest(
    matcher: Matcher, match: Mapping[str, Any], calls: Sequence[Kept], disclosure: Disclosure
) -> list[dict[str, Any]]:
    """Those that differ in the fewest fields, the newest first among equals, and how.

    ``match`` is as it was sent, while the matcher's has the ids of rules.
    """
    steps = [*matcher.quick, *(single for step in matcher.slow for single in _split(step))]
    differing = []
    for kept in _select(matcher, calls):
        call = KeptCall(*kept)
        wrong = [(step, passed) for step in steps if (passed := step.judge(call)) is not True]
        if wrong:
            differing.append((call, wrong))
    nearest = heapq.nsmallest(MOST, differing, key=lambda each: len(each[1]))
    return [describe_call(call, wrong, match, disclosure) for call, wrong in nearest]


def _select(matcher: Matcher, calls: Sequence[Kept]) -> list[Kept]:
    """Newest first, those whose traits differ in the fewest fields."""
    kinds = {id(kept[0]): kept for kept in calls}
    by_distance: dict[int, set[int]] = {}
    for kind, kept in kinds.items():
        wrong = sum(step.judge(KeptCall(*kept)) is not True for step in matcher.quick)
        by_distance.setdefault(wrong, set()).add(kind)
    found: list[Kept] = []
    for _, near in sorted(by_distance.items()):
        same = (kept for kept in reversed(calls) if id(kept[0]) in near)
        found += islice(same, LOOKED_AT - len(found))
    return found


def _split(step: Step) -> list[Step]:
    """A test of each header, and of each part of the body."""
    if step.name not in ("header", "body"):
        return [step]
    return [make_step(step.name, {name: wanted}) for name, wanted in step.wanted.items()]
