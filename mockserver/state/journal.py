"""The newest calls and what became of them."""

from collections import deque
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

import orjson

from mockserver.core.call import JSON, Reply
from mockserver.core.clock import iso
from mockserver.core.injection import Injection
from mockserver.core.masking import masked, masked_headers
from mockserver.core.sandbox import Outcome

BODY_LIMIT = 8_192
HEADER_LIMIT = 1_024
# An entry is read into this one: what most of them do not have is not kept, which saves memory.
EMPTY: Mapping[str, Any] = {
    "id": None,
    "at": None,
    "provider": None,
    "operation": None,
    "account": None,
    "request": None,
    "response": None,
    "error": None,
    "because": None,
    "fault": None,
    "committed": False,
    "retry_of": None,
    "duration_ms": 0.0,
}
NO_RESPONSE: Mapping[str, Any] = {"status": None, "headers": {}, "body": ""}


class Journal:
    """A bounded list of entries, oldest first. Each is kept as JSON text, which is compact.

    Secrets are masked before an entry is kept, and long bodies cut, so that the journal's size is
    bounded too.
    """

    def __init__(self, size: int) -> None:
        self._entries: deque[bytes] = deque(maxlen=size)

    def record(self, outcome: Outcome) -> None:
        call, reply, exchange = outcome.call, outcome.reply, outcome.exchange
        entry: dict[str, Any] = {
            "id": call.id,
            "at": iso(call.received_at),
            "provider": exchange.provider.id if exchange else None,
            "operation": exchange.operation.name if exchange and exchange.operation else None,
            "account": exchange.account.label if exchange and exchange.account else None,
            "request": {
                "method": call.method,
                "path": masked(call.target[:HEADER_LIMIT]),
                "headers": masked_headers(call.headers, HEADER_LIMIT),
                "body": masked(_cut(call.body.decode("utf-8", "replace"))),
            },
            "response": NO_RESPONSE if _unanswered(reply) else _response(reply),
            "committed": outcome.committed,
            "duration_ms": round(outcome.duration_ms, 3),
        }
        if outcome.error is not None:
            entry["error"] = outcome.error
        if reply.because is not None:
            entry["because"] = reply.because
        if outcome.retry_of is not None:
            entry["retry_of"] = outcome.retry_of
        if outcome.injection and outcome.natural:
            entry |= _injected(outcome.injection, outcome.natural)
        # The sum is an exact copy: what orjson returns keeps up to four times the memory it needs.
        self._entries.append(orjson.dumps(entry) + b"\n")

    def entries(
        self, keep: Callable[[Mapping[str, Any]], bool], newest: int | None = None
    ) -> list[dict[str, Any]]:
        found = filter(keep, ({**EMPTY, **orjson.loads(each)} for each in reversed(self._entries)))
        return list(islice(found, newest))[::-1]

    def clear(self) -> None:
        self._entries.clear()


def _injected(injection: Injection, natural: Reply) -> dict[str, Any]:
    """What struck, and what the answer would have been."""
    return {
        "fault": injection.rule,
        "injected": [hit.to_json() for hit in injection.hits],
        "sent": injection.delivery.sent,
        "injected_ms": round(injection.delivery.planned_ms, 3),
        "when": ("after" if injection.after else "before") if injection.terminal else None,
        "natural": {
            "status": natural.status,
            "body": _cut(_text(natural.body, natural.media_type)),
        },
    }


def _unanswered(reply: Reply) -> bool:
    return reply.delivery is not None and reply.delivery.sent in ("nothing", "garbage")


def _response(reply: Reply) -> dict[str, Any]:
    headers = reply.headers | {"Content-Type": reply.media_type}
    return {"status": reply.status, "headers": headers, "body": _cut(_sent(reply))}


def _sent(reply: Reply) -> str:
    if reply.raw is not None:
        return reply.raw.decode("utf-8", "replace")
    return _text(reply.body, reply.media_type)


def _text(body: Any, media_type: str) -> str:
    return orjson.dumps(body).decode() if media_type == JSON else str(body)


def _cut(text: str) -> str:
    dropped = len(text) - BODY_LIMIT
    return text if dropped <= 0 else f"{text[:BODY_LIMIT]}… ({dropped} more characters)"
