"""The way of one request, from the chosen route to the journal."""

import difflib
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from mockserver.core.call import Call, Reply
from mockserver.core.errors import Fail, Refused
from mockserver.core.injection import Injection
from mockserver.core.masking import masked
from mockserver.core.provider import Exchange, Operation, Provider
from mockserver.core.sandbox import Outcome, Sandbox

log = logging.getLogger("mockserver.calls")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What one provider has at a path: its operations by method, none where it has no such path."""

    provider: Provider
    names: tuple[str, ...] = ()
    operations: Mapping[str, Operation] = field(default_factory=dict)

    def arguments(self, call: Call) -> dict[str, str]:
        """What stands in the path for its placeholders, by name."""
        return dict(zip(self.names, call.segments, strict=True))


def answer(sandbox: Sandbox, endpoints: Sequence[Endpoint], call: Call) -> Reply:
    """Answer a call to one of the endpoints that share its path, and record it."""
    started = time.perf_counter()
    endpoint, exchange = _choose(sandbox, endpoints, call)
    outcome = Outcome(call, Reply(500), exchange, retry_of=sandbox.faults.retried(exchange))
    try:
        _play(endpoint, exchange, sandbox.faults.strike(exchange), outcome)
    except Refused as refused:
        outcome.reply = Reply(refused.status, refused.body(), because=refused.message)
    except Exception as bug:
        log.exception("a bug in the server itself")
        outcome.reply = bug_reply(bug)
    delay = outcome.reply.delivery.planned_ms if outcome.reply.delivery else 0.0
    outcome.duration_ms = (time.perf_counter() - started) * 1000 + delay
    return _recorded(sandbox, outcome)


def _play(
    endpoint: Endpoint, exchange: Exchange, injection: Injection | None, outcome: Outcome
) -> None:
    """Do the work, or find out what it would have answered, and let the faults have their way."""
    exchange.rehearsal = bool(injection and injection.terminal and not injection.after)
    outcome.reply, outcome.error = _natural(endpoint, exchange)
    outcome.committed = outcome.error is None and not exchange.rehearsal
    if injection is not None:
        _inject(endpoint, exchange, outcome, injection)


def _natural(endpoint: Endpoint, exchange: Exchange) -> tuple[Reply, str | None]:
    """The provider's own answer, and the name of the error if it is one."""
    try:
        return _finished(endpoint, exchange, _worked(endpoint, exchange)), None
    except Fail as fail:
        return _failed(endpoint, exchange, fail), fail.row.name


def _finished(endpoint: Endpoint, exchange: Exchange, reply: Reply) -> Reply:
    if endpoint.provider.finish is not None:
        endpoint.provider.finish(exchange, reply)
    return reply


def _failed(endpoint: Endpoint, exchange: Exchange, fail: Fail) -> Reply:
    reply = endpoint.provider.envelope(fail, exchange.call)
    reply.because = fail.because
    if fail.row is endpoint.provider.errors["METHOD_NOT_ALLOWED"]:
        reply.headers["Allow"] = ", ".join(endpoint.operations)
    if "retry_after" in fail.details:
        reply.headers["Retry-After"] = str(fail.details["retry_after"])
    return _finished(endpoint, exchange, reply)


def _inject(endpoint: Endpoint, exchange: Exchange, outcome: Outcome, injection: Injection) -> None:
    """Put what the faults make of the answer in its place."""
    natural = outcome.reply
    outcome.injection, outcome.natural = injection, natural
    if injection.fail is not None:
        outcome.reply = _failed(endpoint, exchange, injection.fail)
        outcome.error = injection.fail.row.name
    else:
        outcome.reply = replace(natural, headers=dict(natural.headers))
        if injection.rewrite is not None:
            outcome.reply = injection.rewrite(outcome.reply)
        if injection.terminal:
            outcome.error = None
            outcome.reply.because = f"injected by {injection.rule}: {injection.kind}"
    outcome.reply.delivery = injection.delivery
    outcome.reply.headers["X-Mock-Fault"] = injection.rule or ""


def bug_reply(bug: Exception) -> Reply:
    """Our own fault, never dressed as a provider's error."""
    message = f"{type(bug).__name__}: this is a fault of the server, not of your call"
    hint = "the traceback is in the server's log; please report it"
    refused = Refused("mock_bug", message, hint, status=500)
    return Reply(refused.status, refused.body(), because=message)


def answer_nobodys(sandbox: Sandbox, paths: Sequence[str], call: Call) -> Reply:
    """Answer a call to a path that is no provider's: say which ones are like it."""
    error = {
        "code": "not_found",
        "message": f"no provider documents {call.path}",
        "hint": "GET /_mock/providers lists every path",
        "nearest": _nearest(call.path, paths),
    }
    reply = Reply(404, {"error": error}, because="the path is no provider's")
    return _recorded(sandbox, Outcome(call, reply))


def _nearest(came: str, paths: Sequence[str]) -> list[str]:
    return difflib.get_close_matches(came[:200], paths, n=3, cutoff=0)


def _recorded(sandbox: Sandbox, outcome: Outcome) -> Reply:
    call, reply = outcome.call, outcome.reply
    reply.headers["X-Mock-Request-Id"] = call.id
    sandbox.journal.record(outcome)
    if reply.because:
        sent = "all" if reply.delivery is None else reply.delivery.sent
        came = f"{reply.status} {outcome.error or ''}".strip() if sent == "all" else f"{sent} sent"
        path = masked(call.target[:200])
        log.info("%s %s %s -> %s: %s", call.id, call.method, path, came, reply.because)
    return reply


def _choose(
    sandbox: Sandbox, endpoints: Sequence[Endpoint], call: Call
) -> tuple[Endpoint, Exchange]:
    """The endpoint whose kind of credential the call carries, or else the first."""
    for endpoint in endpoints:
        call.args = endpoint.arguments(call)
        credential = endpoint.provider.claim(call)
        if credential is not None:
            break
    else:
        endpoint = endpoints[0]
        call.args = endpoint.arguments(call)
    account = sandbox.account(endpoint.provider.id, credential)
    operation = endpoint.operations.get(call.method)
    return endpoint, Exchange(call, endpoint.provider, sandbox, account, operation)


def _worked(endpoint: Endpoint, exchange: Exchange) -> Reply:
    rows, call, operation = endpoint.provider.errors, exchange.call, exchange.operation
    if not endpoint.operations:
        paths = [path for each in endpoint.provider.operations for path in each.paths]
        came = call.path.removeprefix(f"/{endpoint.provider.id}")
        near = ", ".join(_nearest(came, paths))
        because = f"{endpoint.provider.title} documents no such path; the nearest are {near}"
        raise Fail(rows["NOT_FOUND"], because)
    if operation is None:
        known = ", ".join(endpoint.operations)
        raise Fail(rows["METHOD_NOT_ALLOWED"], f"{call.method} here; documented: {known}")
    if call.too_large:
        raise Fail(rows["BODY_TOO_LARGE"], "the body is larger than the server's limit")
    for check in operation.checks:
        check(exchange)
    return operation.handler(exchange)
