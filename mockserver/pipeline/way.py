"""The way of one call, from the route that was found for it to the journal.

Claim, stamp, resolve, strike, check, handle, commit, render, record: each step has what the ones
before it found, and none finds it again.
"""

import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from mockserver.api.call import Call
from mockserver.api.catalogue import Fail
from mockserver.api.changes import Change
from mockserver.api.exchange import Done, Exchange
from mockserver.pipeline.answer import Answer, bug_answer, encode_refusal
from mockserver.pipeline.check import require_operation, run_checks
from mockserver.pipeline.claim import Claimed, claim_call
from mockserver.pipeline.endpoint import Endpoint
from mockserver.pipeline.plan import Plan
from mockserver.pipeline.ports import CallWorld, CallWorlds, Outcome
from mockserver.pipeline.recording import answer_unknown_code, record_call
from mockserver.pipeline.render import render_failure, render_faults, render_reply
from mockserver.pipeline.resolve import resolve_call
from mockserver.text.mistakes import Refused

log = logging.getLogger("mockserver.calls")
UNANSWERED = Answer(500, {}, b"")
"""Of a call that is still on its way, in place of what it will get."""


def answer_call(sandboxes: CallWorlds, endpoints: Sequence[Endpoint], call: Call) -> Answer:
    """Answer a call to one of the endpoints that share its path, and record it."""
    arrived = time.perf_counter()
    claimed = claim_call(sandboxes, endpoints, call)
    if claimed is not None:
        if claimed.unattributed is not None:
            sandboxes.count_unattributed()
        answer = _answer_claimed(claimed, call, arrived)
        if answer is not None:
            return answer
        if call.code is None:
            return _answer_stranded(sandboxes, claimed, call, arrived)
    return answer_unknown_code(sandboxes, call, arrived)


def _answer_claimed(claimed: Claimed, call: Call, arrived: float) -> Answer | None:
    """None where the sandbox was deleted since it was found."""
    with claimed.sandbox.lock:
        if claimed.sandbox.closed:
            return None
        return record_call(claimed.sandbox, _answer_in_sandbox(claimed, call, arrived))


def _answer_stranded(sandboxes: CallWorlds, claimed: Claimed, call: Call, arrived: float) -> Answer:
    """Answer in ``default``, which always is, a call whose sandbox went since it was found."""
    gone = "its sandbox was deleted, or expired, while the call was on its way"
    sandboxes.count_unattributed()
    stranded = claimed._replace(sandbox=sandboxes.default, unattributed=gone)
    answer = _answer_claimed(stranded, call, arrived)
    assert answer is not None, "default is never closed"
    return answer


def _answer_in_sandbox(claimed: Claimed, call: Call, arrived: float) -> Outcome:
    stamp = claimed.sandbox.stamp()
    outcome = Outcome(call, stamp, UNANSWERED, arrived, unattributed=claimed.unattributed)
    try:
        _play(claimed, outcome)
    except Refused as refused:  # it cannot be kept
        outcome.answer = encode_refusal(refused)
    except Exception as bug:
        log.exception("a bug in the server itself")
        outcome.answer = bug_answer(bug)
        with suppress(Refused):
            claimed.sandbox.change([stamp.ordinal])
    return outcome


def _play(claimed: Claimed, outcome: Outcome) -> None:
    endpoint, sandbox = claimed.endpoint, claimed.sandbox
    outcome.exchange = exchange = resolve_call(claimed, outcome.call, outcome.stamp)
    changes = [outcome.stamp.ordinal]
    notes: dict[str, Any] = {}
    try:
        plan = sandbox.faults.strike(exchange, changes, notes)
    except Refused as refused:
        sandbox.change([outcome.stamp.ordinal])
        outcome.answer = encode_refusal(refused)
        return
    done, fail = _handle(endpoint, exchange)
    _commit(sandbox, exchange, changes, notes, plan, done, outcome)
    if done is not None:
        outcome.answer = render_reply(endpoint, exchange, done.reply)
    elif fail is not None:
        outcome.answer = render_failure(endpoint, exchange, fail)
        outcome.error, outcome.failure = fail.row.name, fail
    render_faults(endpoint, exchange, outcome)


def _handle(endpoint: Endpoint, exchange: Exchange) -> tuple[Done | None, Fail | None]:
    """What the call's work would be, or the documented error that it gets instead."""
    try:
        operation = require_operation(endpoint, exchange)
        run_checks(exchange, operation)
    except Fail as fail:
        return None, fail
    return operation.handler(exchange), None


def _commit(
    sandbox: CallWorld,
    exchange: Exchange,
    changes: list[Change],
    notes: dict[str, Any],
    plan: Plan | None,
    done: Done | None,
    outcome: Outcome,
) -> None:
    """Make the work and the bookkeeping true in one step, beside the changes that count the call.

    Where a fault takes the call before its work, the counting alone.
    """
    if plan is not None and plan.prevents_work:
        exchange.notes.clear()
        done = None
    notes |= exchange.notes
    if done is not None:
        notes |= done.notes
    if notes:
        changes += sandbox.keep_notes(notes)
    if done is not None:
        changes += done.changes
    sandbox.change(changes)
    outcome.plan = plan
    if done is not None:
        outcome.committed, outcome.changes, outcome.events = True, done.changes, done.events
