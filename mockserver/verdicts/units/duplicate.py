"""What was done, and answered, is not done again.

An equal call within the window is a duplicate where the client had the whole answer to the first
and the repeat changed nothing: what shows a typing bubble anew, or marks a message that is unread
again since a snapshot was restored, had something to do. Where doing it twice is not as doing it
once, it is a duplicate also if the client had no answer. Questions, such as for a status, may be
asked again.
"""

from collections.abc import Iterator

from mockserver.verdicts.history import History
from mockserver.verdicts.thresholds import Thresholds
from mockserver.verdicts.tried import Tried
from mockserver.verdicts.verdict import Case
from mockserver.verdicts.wording import count, ids_of, name_call

FINE = "nothing was done again that was done and answered"


def judge(history: History, thresholds: Thresholds) -> Iterator[Case]:
    for group in history.equal:
        if not group[0].safe:
            yield from _judge_group(group, history.window_ms)


def _judge_group(group: list[Tried], window_ms: int) -> Iterator[Case]:
    done: Tried | None = None
    repeats: dict[bool, dict[str, Tried]] = {True: {}, False: {}}
    for call in group:
        if done is not None and call.at - done.at <= window_ms:
            repeated = _is_repeated(done, call)
            if repeated is not False:
                sure = repeated is True and not call.cut
                repeats[sure] |= {done.id: done, call.id: call}
        if call.committed and (done is None or call.changed or call.succeeded):
            done = call
    for sure, found in repeats.items():
        if found:
            yield _describe(list(found.values()), sure=sure)


def _is_repeated(done: Tried, call: Tried) -> bool | None:
    """None where it cannot be told."""
    if not done.idempotent:
        return done.changed and call.committed and call.changed
    if not done.succeeded or call.changed:
        return False
    if done.typing and not call.committed:
        return None  # what the call would have changed is known to nobody
    return done.had_answer(call)


def _describe(calls: list[Tried], *, sure: bool) -> Case:
    first, more = calls[0], count(len(calls) - 1, "more time")
    answered = f", answered with {first.status}" if first.idempotent else ""
    text = f"{name_call(first)} was done{answered}, and called {more} as it was"
    return Case(text, ids_of(calls), sure)
