"""The log's line about a call: of one that failed at ``info``, of any other at ``debug``."""

import logging
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any

from mockserver.pipeline.ports import Outcome
from mockserver.pipeline.refusal import Refusal
from mockserver.text.masking import Masking

log = logging.getLogger("mockserver.calls")

LONGEST_PATH = 200


def log_call(outcome: Outcome, find_masking: Callable[[Outcome], Masking]) -> None:
    """Tell a call that was answered: before the answer goes out, so as that is planned. The record
    has its parts as ``call``, a JSON object.
    """
    level = logging.INFO if outcome.answer.because else logging.DEBUG
    if not log.isEnabledFor(level):
        return
    answer, exchange, masking = outcome.answer, outcome.exchange, find_masking(outcome)
    sent = "all" if answer.delivery is None else answer.delivery.sent
    planned_ms = 0.0 if answer.delivery is None else answer.delivery.planned_ms
    call = {
        "request": outcome.stamp.id,
        "method": masking.mask(outcome.call.method),
        "path": masking.mask(outcome.call.target)[:LONGEST_PATH],
        "provider": exchange.provider.id if exchange else None,
        "status": answer.status if sent == "all" else None,
        "error": outcome.error,
        "sent": sent,
        "duration_ms": round((perf_counter() - outcome.arrived) * 1000 + planned_ms, 3),
        "fault": outcome.plan.rule if outcome.plan else None,
        "because": masking.mask(answer.because) if answer.because else None,
    }
    log.log(level, "%s", _write_line(call), extra={"call": call})


def log_refusal(outcome: Outcome, refusal: Refusal, masking: Masking) -> None:
    """Tell what was refused before it was a call."""
    if not log.isEnabledFor(logging.INFO):
        return
    method, target = masking.mask(refusal.method), masking.mask(refusal.target)[:LONGEST_PATH]
    because, hint = masking.mask(refusal.reason), masking.mask(refusal.hint)
    host, peer = masking.mask(refusal.host), masking.mask(refusal.peer)
    call = {
        "request": outcome.stamp.id,
        "method": method,
        "path": target,
        "host": host or None,
        "peer": peer or None,
        "status": refusal.status,
        "because": because,
        "hint": hint,
    }
    named = (("host", host), ("from", peer))
    about = ", ".join(f"{name} {value}" for name, value in named if value)
    about = f"({about})" if about else ""
    head = " ".join(filter(None, (outcome.stamp.id, "refused", method, target, about)))
    line = f"{head} -> {refusal.status or 'no answer'}: {because}; {hint}"
    log.info("%s", " ".join(line.split("\n")), extra={"call": call})


def _write_line(call: Mapping[str, Any]) -> str:
    about = [call["provider"] or "no provider", f"{call['duration_ms']:.1f} ms"]
    if call["fault"]:
        about.append(f"fault {call['fault']}")
    came = f"{call['status']} {call['error'] or ''}".strip()
    came = came if call["sent"] == "all" else f"{call['sent']} sent"
    because = f": {call['because']}" if call["because"] else ""
    head = f"{call['request']} {call['method']} {call['path']}"
    return f"{head} ({', '.join(map(str, about))}) -> {came}{because}"
