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
from mockserver.api.provider import Provider
from mockserver.pipeline.answer import REQUEST_ID, Answer, bug_answer, encode_json, encode_refusal
from mockserver.pipeline.call_log import log_call
from mockserver.pipeline.check import find_nearest, require_operation, run_checks
from mockserver.pipeline.claim import Claimed, claim_call
from mockserver.pipeline.documented import (
    Documented,
    explain_not_emulated,
    find_documented,
    list_emulated,
)
from mockserver.pipeline.endpoint import Endpoint
from mockserver.pipeline.plan import Plan
from mockserver.pipeline.ports import CallWorld, CallWorlds, Outcome
from mockserver.pipeline.render import render_failure, render_faults, render_reply
from mockserver.pipeline.resolve import resolve_call
from mockserver.text.mistakes import Refused
from mockserver.text.shown import shown

log = logging.getLogger("mockserver.calls")


def answer_call(sandboxes: CallWorlds, endpoints: Sequence[Endpoint], call: Call) -> Answer:
    """Answer a call to one of the endpoints that share its path, and record it."""
    started = time.perf_counter()
    claimed = claim_call(sandboxes, endpoints, call)
    if claimed is not None:
        if claimed.unattributed is not None:
            sandboxes.count_unattributed()
        answer = _answer_claimed(claimed, call, started)
        if answer is not None:
            return answer
        if call.code is None:
            return _answer_stranded(sandboxes, claimed, call, started)
    return answer_unknown_code(sandboxes, call)


def answer_elsewhere(sandboxes: CallWorlds, provider: Provider, call: Call) -> Answer:
    """Answer a call to one of the provider's addresses where it has no operation.

    What stands in a documented path may tell whose the call is.
    """
    documented = find_documented([provider], call)
    if documented is not None:
        return answer_call(sandboxes, [documented.endpoint], documented.call)
    return answer_call(sandboxes, [Endpoint(provider)], call._replace(segments=()))


def answer_unknown_path(
    sandboxes: CallWorlds, providers: Sequence[Provider], paths: Sequence[str], call: Call
) -> Answer:
    """Answer a call to a path where no provider has an operation: say which ones are like it, or
    that one documents it.
    """
    documented = find_documented(providers, call)
    if documented is not None:
        return _answer_not_emulated(sandboxes, documented, call)
    path = call.target.partition("?")[0]
    error = {
        "code": "not_found",
        "message": f"no provider documents {path}",
        "hint": "GET /_mock/providers lists every path",
        "nearest": find_nearest(path, paths),
    }
    sandbox = sandboxes.default if call.code is None else sandboxes.find_by_code(call.code)
    answer = encode_json(404, {"error": error}, because="the path is no provider's")
    return _answer_apart(sandboxes, sandbox, call, answer)


def _answer_not_emulated(sandboxes: CallWorlds, documented: Documented, call: Call) -> Answer:
    """In our own words, since at the root the path alone does not name the provider."""
    claimed = claim_call(sandboxes, [documented.endpoint], documented.call)
    if claimed is None:
        return answer_unknown_code(sandboxes, call)
    provider = documented.endpoint.provider
    message = explain_not_emulated(provider, documented.what, call)
    hint = f"{list_emulated(provider)}; GET /_mock/providers lists what is not"
    answer = encode_refusal(Refused("not_emulated", message, hint, status=404))
    if claimed.unattributed is not None:
        sandboxes.count_unattributed()
    return _answer_apart(sandboxes, claimed.sandbox, call, answer, claimed.unattributed)


def _answer_apart(
    sandboxes: CallWorlds,
    sandbox: CallWorld | None,
    call: Call,
    answer: Answer,
    unattributed: str | None = None,
) -> Answer:
    """Write down an answer without an exchange, if the sandbox is there and stays."""
    if sandbox is not None:
        with sandbox.lock:
            if not sandbox.closed:
                return _answer_without_exchange(sandbox, call, answer, unattributed)
    return answer_unknown_code(sandboxes, call)


def answer_unknown_code(sandboxes: CallWorlds, call: Call) -> Answer:
    """Answer a call whose path names a sandbox that is not there."""
    reason = f"no sandbox has the code {shown(call.code)}"
    hint = "it may have been deleted, or have expired; GET /_mock/sandboxes lists them with theirs"
    sandboxes.count_unattributed()
    answer = encode_refusal(Refused("sandbox_not_found", reason, hint, status=404))
    return _answer_without_exchange(sandboxes.default, call, answer, reason)


def _answer_without_exchange(
    sandbox: CallWorld, call: Call, answer: Answer, unattributed: str | None = None
) -> Answer:
    with sandbox.lock:
        stamp = sandbox.stamp()
        try:
            sandbox.change([stamp.ordinal])
        except Refused as refused:
            answer = encode_refusal(refused)
        except Exception as bug:
            log.exception("a bug in the server itself")
            answer = bug_answer(bug)
        return _record(sandbox, Outcome(call, stamp, answer, unattributed=unattributed))


def _answer_claimed(claimed: Claimed, call: Call, started: float) -> Answer | None:
    """None where the sandbox was deleted since it was found."""
    with claimed.sandbox.lock:
        if claimed.sandbox.closed:
            return None
        outcome = _answer_in_sandbox(claimed, call)
        delivery = outcome.answer.delivery
        delay = 0.0 if delivery is None else delivery.planned_ms
        outcome.duration_ms = (time.perf_counter() - started) * 1000 + delay
        return _record(claimed.sandbox, outcome)


def _answer_stranded(sandboxes: CallWorlds, claimed: Claimed, call: Call, started: float) -> Answer:
    """Answer in ``default``, which always is, a call whose sandbox went since it was found."""
    gone = "its sandbox was deleted, or expired, while the call was on its way"
    sandboxes.count_unattributed()
    stranded = claimed._replace(sandbox=sandboxes.default, unattributed=gone)
    answer = _answer_claimed(stranded, call, started)
    assert answer is not None, "default is never closed"
    return answer


def _answer_in_sandbox(claimed: Claimed, call: Call) -> Outcome:
    stamp = claimed.sandbox.stamp()
    outcome = Outcome(call, stamp, Answer(500, {}, b""), unattributed=claimed.unattributed)
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
    changes, notes = [outcome.stamp.ordinal], dict[str, Any]()
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
        outcome.error = fail.row.name
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


def _record(sandbox: CallWorld, outcome: Outcome) -> Answer:
    outcome.answer.headers[REQUEST_ID] = outcome.stamp.id
    sandbox.write_down(outcome)
    log_call(outcome, sandbox.masking_of)
    return outcome.answer
