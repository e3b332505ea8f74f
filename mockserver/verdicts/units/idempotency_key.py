"""An Idempotency-Key is kept when a call is tried again, and changed for other work.

It is to be kept where the client does not know whether the work was done; after a refusal a new
one is as good. Bodies of the same JSON are the same work, however they are written.
"""

from collections.abc import Iterator
from itertools import pairwise

import orjson

from mockserver.sandbox.records import Body
from mockserver.verdicts.history import History
from mockserver.verdicts.thresholds import Thresholds
from mockserver.verdicts.tried import Tried
from mockserver.verdicts.verdict import Case
from mockserver.verdicts.wording import name_call

FINE = "Idempotency-Keys were kept when a call was tried again, and changed for other work"
REFUSED = (400, 401, 403, 404, 409, 422)


def judge(history: History, thresholds: Thresholds) -> Iterator[Case]:
    yield from _find_changed(history)
    yield from _find_reused(history)


def _find_changed(history: History) -> Iterator[Case]:
    for calls, sure in history.chains:
        for call, again in pairwise(calls):
            if call.key is None or call.key == again.key or call.means in REFUSED:
                continue
            how = "without the" if again.key is None else "with another"
            text = f"{name_call(call)} was tried again {how} Idempotency-Key"
            yield Case(text, [call.id, again.id], sure)


def _find_reused(history: History) -> Iterator[Case]:
    first: dict[tuple[str | None, ...], Tried] = {}
    for call in history.keyed:
        before = first.setdefault((call.provider, call.account, call.key), call)
        one, other = before.equality, call.equality
        if one.likeness == other.likeness and _is_same(one.body, other.body):
            continue
        text = f"{name_call(call)} was called with the Idempotency-Key of another call"
        yield Case(text, [before.id, call.id], not (before.cut or call.cut))


def _is_same(one: Body, other: Body) -> bool:
    if one == other:
        return True
    try:
        return bool(orjson.loads(one.kept) == orjson.loads(other.kept))
    except (orjson.JSONDecodeError, RecursionError):  # comparing what is deep recurses
        return False
