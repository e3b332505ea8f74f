"""The newest calls and what became of them."""

import re
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson

from mockserver.core.call import JSON
from mockserver.core.clock import iso
from mockserver.core.sandbox import Outcome

_CREDENTIAL = re.compile(r"((?:key|token|secret)=)[^&]+", re.IGNORECASE)
"""One in the query, where no provider takes it but a mistaken client may put it."""

BODY_LIMIT = 8_192
HEADER_LIMIT = 1_024


class Journal:
    """A bounded list of entries, oldest first. Each is kept as JSON text, which is compact.

    Secrets are masked before an entry is kept, and long bodies cut, so that the journal's size is
    bounded too.
    """

    def __init__(self, size: int, secret_headers: Iterable[str]) -> None:
        self._entries: deque[bytes] = deque(maxlen=size)
        self._secret_headers = tuple(secret_headers)

    def record(self, outcome: Outcome) -> None:
        call, reply, exchange = outcome.call, outcome.reply, outcome.exchange
        entry = {
            "id": call.id,
            "at": iso(call.received_at),
            "provider": exchange.provider.id if exchange else None,
            "operation": exchange.operation.name if exchange and exchange.operation else None,
            "account": exchange.account.label if exchange and exchange.account else None,
            "request": {
                "method": call.method,
                "path": _CREDENTIAL.sub(r"\1****", call.target[:HEADER_LIMIT]),
                "headers": _headers(call.headers, self._secret_headers),
                "body": _cut(call.body.decode("utf-8", "replace")),
            },
            "response": {
                "status": reply.status,
                "headers": reply.headers | {"Content-Type": reply.media_type},
                "body": _cut(_text(reply.body, reply.media_type)),
            },
            "error": outcome.error,
            "because": reply.because,
            "fault": outcome.fault,
            "injected_ms": round(reply.delay_ms, 3),
            "duration_ms": round(outcome.duration_ms, 3),
        }
        # The sum is an exact copy: what orjson returns keeps up to four times the memory it needs.
        self._entries.append(orjson.dumps(entry) + b"\n")

    def entries(self, keep: Callable[[Mapping[str, Any]], bool]) -> list[dict[str, Any]]:
        return [entry for entry in map(orjson.loads, self._entries) if keep(entry)]

    def clear(self) -> None:
        self._entries.clear()


def _headers(headers: Mapping[str, str], secret: tuple[str, ...]) -> dict[str, str]:
    shown = {name: value[:HEADER_LIMIT] for name, value in headers.items()}
    for name in secret:
        if name in shown:
            shown[name] = _masked(shown[name])
    return shown


def _masked(value: str) -> str:
    """The first 4 and last 2 characters of the last word stay, if there are enough others."""
    words, space, secret = value.rpartition(" ")
    hidden = f"{secret[:4]}****{secret[-2:]}" if len(secret) > 8 else "****"
    return (_masked(words) if "," in words else words) + space + hidden


def _text(body: Any, media_type: str) -> str:
    return orjson.dumps(body).decode() if media_type == JSON else str(body)


def _cut(text: str) -> str:
    dropped = len(text) - BODY_LIMIT
    return text if dropped <= 0 else f"{text[:BODY_LIMIT]}… ({dropped} more characters)"
