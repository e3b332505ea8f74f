"""The way of one request, from the chosen route to the journal."""

import difflib
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mockserver.core.call import Call, Reply
from mockserver.core.errors import Fail, Refused
from mockserver.core.masking import masked
from mockserver.core.provider import Exchange, Operation, Provider
from mockserver.core.sandbox import Blow, Outcome, Sandbox

log = logging.getLogger("mockserver.calls")


@dataclass(frozen=True, slots=True)
class Target:
    """What one provider has at a path: its operations by method, none where it has no such path."""

    provider: Provider
    names: tuple[str, ...] = ()
    operations: Mapping[str, Operation] = field(default_factory=dict)


def answer(sandbox: Sandbox, targets: Sequence[Target], call: Call) -> Reply:
    """Answer a call to one of the targets that share its path, and record it."""
    started = time.perf_counter()
    target, exchange = _choose(sandbox, targets, call)
    blow = Blow()
    error = None
    try:
        exchange.operation = _operation(target, call)
        blow = sandbox.faults.strike(exchange)
        reply = _perform(exchange, blow)
    except Fail as fail:
        error = fail.row.name
        reply = target.provider.envelope(fail, call)
        reply.because = fail.because
        if fail.row is target.provider.errors["METHOD_NOT_ALLOWED"]:
            reply.headers["Allow"] = ", ".join(target.operations)
    except Refused as refused:
        reply = Reply(refused.status, refused.body(), because=refused.message)
    except Exception as bug:
        log.exception("a bug in the server itself")
        reply = bug_reply(bug)
    reply.delay_ms = blow.delay_ms
    if blow.rule:
        reply.headers["X-Mock-Fault"] = blow.rule
    duration = (time.perf_counter() - started) * 1000 + reply.delay_ms
    return _recorded(sandbox, Outcome(call, reply, exchange, error, blow.rule, duration))


def bug_reply(bug: Exception) -> Reply:
    """Our own fault, never dressed as a provider's error."""
    message = f"{type(bug).__name__}: this is a fault of the server, not of your call"
    hint = "the traceback is in the server's log; please report it"
    refused = Refused("mock_bug", message, hint, status=500)
    return Reply(refused.status, refused.body(), because=message)


def answer_nobodys(sandbox: Sandbox, paths: Sequence[str], call: Call) -> Reply:
    """Answer a call to a path that is no provider's: say which ones are like it."""
    came = call.target.partition("?")[0]
    error = {
        "code": "not_found",
        "message": f"no provider documents {came}",
        "hint": "GET /_mock/providers lists every path",
        "nearest": difflib.get_close_matches(came[:200], paths, n=3, cutoff=0),
    }
    reply = Reply(404, {"error": error}, because="the path is no provider's")
    return _recorded(sandbox, Outcome(call, reply))


def _recorded(sandbox: Sandbox, outcome: Outcome) -> Reply:
    call, reply = outcome.call, outcome.reply
    reply.headers["X-Mock-Request-Id"] = call.id
    sandbox.journal.record(outcome)
    if reply.because:
        log.info(
            "%s %s %s -> %d %s: %s",
            call.id,
            call.method,
            masked(call.target[:200]),
            reply.status,
            outcome.error or "",
            reply.because,
        )
    return reply


def _choose(sandbox: Sandbox, targets: Sequence[Target], call: Call) -> tuple[Target, Exchange]:
    """The target whose kind of credential the call carries, the first where that tells nothing."""
    for target in (*targets, targets[0]):
        call.args = dict(zip(target.names, call.segments, strict=True))
        credential = target.provider.claim(call)
        if credential is not None or len(targets) == 1:
            break
    account = sandbox.account(target.provider.id, credential)
    return target, Exchange(call, target.provider, sandbox, account)


def _operation(target: Target, call: Call) -> Operation:
    rows = target.provider.errors
    if not target.operations:
        raise Fail(rows["NOT_FOUND"], f"{target.provider.title} documents no such path")
    operation = target.operations.get(call.method)
    if operation is None:
        known = ", ".join(target.operations)
        raise Fail(rows["METHOD_NOT_ALLOWED"], f"{call.method} here; documented: {known}")
    if call.too_large:
        raise Fail(rows["BODY_TOO_LARGE"], "the body is larger than the server's limit")
    return operation


def _perform(exchange: Exchange, blow: Blow) -> Reply:
    assert exchange.operation is not None
    if blow.fail:
        raise blow.fail
    for check in exchange.operation.checks:
        check(exchange)
    return exchange.operation.handler(exchange)
