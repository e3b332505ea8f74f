"""From what was computed to the answer that is sent."""

from dataclasses import replace

from mockserver.api.call import Reply
from mockserver.api.catalogue import Fail
from mockserver.api.exchange import Exchange
from mockserver.pipeline.answer import Answer, encode_reply
from mockserver.pipeline.endpoint import Endpoint
from mockserver.pipeline.ports import Outcome

FAULT = "X-Mock-Fault"
POLICY = "Content-Security-Policy"
SHOWN_AS_PAGES = ("document", "iframe", "frame", "fencedframe", "embed", "object")
"""What a browser says in Sec-Fetch-Dest (Fetch, 3.2.7) where it would show the answer as a page."""


def render_reply(endpoint: Endpoint, exchange: Exchange, reply: Reply) -> Answer:
    """A success, with what stands on every answer of the provider."""
    if endpoint.provider.finish is not None:
        endpoint.provider.finish(exchange, reply)
    return encode_reply(reply)


def render_failure(endpoint: Endpoint, exchange: Exchange, fail: Fail) -> Answer:
    reply = endpoint.provider.envelope(fail, exchange.id)
    reply.because = fail.because
    if fail.row is endpoint.provider.errors["METHOD_NOT_ALLOWED"]:
        reply.headers["Allow"] = ", ".join(endpoint.operations)
    if "retry_after" in fail.details:
        reply.headers["Retry-After"] = str(fail.details["retry_after"])
    return render_reply(endpoint, exchange, reply)


def render_faults(endpoint: Endpoint, exchange: Exchange, outcome: Outcome) -> None:
    """Put what the faults make of the natural answer in its place."""
    plan, natural = outcome.plan, outcome.answer
    if plan is None:
        return
    outcome.natural = natural
    if plan.fail is not None:
        outcome.answer = render_failure(endpoint, exchange, plan.fail)
        outcome.error = plan.fail.row.name
    else:
        outcome.answer = replace(natural, headers=dict(natural.headers))
        if plan.rewrite is not None:
            outcome.answer = plan.rewrite(outcome.answer)
            if exchange.call.header("sec-fetch-dest") in SHOWN_AS_PAGES:
                forbid_scripts(outcome.answer)
        if plan.terminal:
            outcome.error = None
            outcome.answer.because = f"injected by {plan.rule}: {plan.kind}"
    outcome.answer.delivery = plan.delivery
    outcome.answer.headers[FAULT] = plan.rule or ""


def forbid_scripts(answer: Answer) -> None:
    """Have a browser show what a rule wrote as a page of nobody's: a script in it could steer the
    server otherwise. A policy of the rule's own stays beside it, and both are in force.
    """
    own = [name for name in answer.headers if name.lower() == POLICY.lower()]
    answer.headers[POLICY] = ", ".join(["sandbox", *(answer.headers.pop(name) for name in own)])
