"""The one operation. Source: developers.kirim.chat/sending/mark-as-read/."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from mockserver.core.call import Reply
from mockserver.core.clock import DAY
from mockserver.core.errors import Fail
from mockserver.core.provider import Exchange, Handler, Operation, Subject
from mockserver.core.shown import shown
from mockserver.providers.kirim import auth, schemas
from mockserver.providers.kirim.errors import MARK_AS_READ, Error

UPSTREAM_WINDOW = 7 * DAY
IDEMPOTENCY_KEY = "idempotency-key"


@dataclass(frozen=True, slots=True)
class Replay:
    """An answer kept for repeats of its Idempotency-Key."""

    digest: str
    body: Any
    headers: dict[str, str]


def subject(exchange: Exchange) -> Subject:
    message_id = exchange.call.object().get("message_id")
    numbers = exchange.account.numbers if exchange.account else ()
    wanted = exchange.call.args["phone_number_id"]
    named = (each.number for each in numbers if each.ids["phone_number_id"] == wanted)
    return Subject(message_id if isinstance(message_id, str) else None, next(named, None))


def message_known(exchange: Exchange) -> None:
    """Another number's message is as unknown as another organisation's."""
    message_id = exchange.data["message_id"]
    message = exchange.find(message_id)
    if message is None or message.business_number != subject(exchange).business_number:
        raise Fail(Error.RESOURCE_NOT_FOUND, f"{shown(message_id)} is no message of this number")
    exchange.message = message


def message_inbound(exchange: Exchange) -> None:
    if not exchange.target.inbound:
        raise Fail(Error.INVALID_FIELD_VALUE, f"{exchange.target.id} is an outbound message")


def accepted_upstream(exchange: Exchange) -> None:
    """WhatsApp takes no receipt after 7 days, but is not asked about a message already read."""
    message, now = exchange.target, exchange.call.received_at
    if message.read_at is None and now - message.received_at > UPSTREAM_WINDOW:
        days = (now - message.received_at) / DAY
        raise Fail(Error.WHATSAPP_UPSTREAM_ERROR, f"unread, and {days:.1f} days old; 7 are allowed")


def mark_as_read(exchange: Exchange) -> Reply:
    """A repeat makes no call to WhatsApp, so it does not bring the typing bubble back either."""
    if exchange.target.read_at is None:
        exchange.mark_read(typing="typing_indicator" in exchange.data)
    message, request_id = exchange.target, exchange.call.id
    data = {
        "id": message.external_id,
        "object": "message",
        "status": "read",
        "message_id": message.id,
    }
    return Reply(
        200, {"data": data, "request_id": request_id}, headers={"X-Request-Id": request_id}
    )


def idempotent(handler: Handler) -> Handler:
    """Answer a repeated ``Idempotency-Key`` as the first time, to the letter, for 24 hours.

    Source: developers.kirim.chat/concepts/idempotency/. Only successes are kept.
    """

    def answer(exchange: Exchange) -> Reply:
        key = exchange.call.header(IDEMPOTENCY_KEY)
        if not key:
            return handler(exchange)
        replayed = exchange.recall(IDEMPOTENCY_KEY, key)
        if replayed:
            return Reply(200, replayed.body, replayed.headers | {"Idempotent-Replayed": "true"})
        digest = _digest(exchange)
        reply = handler(exchange)
        kept = Replay(digest, reply.body, dict(reply.headers))
        exchange.note(kept, DAY, IDEMPOTENCY_KEY, key)
        reply.headers["Idempotent-Replayed"] = "false"
        return reply

    return answer


def key_not_reused(exchange: Exchange) -> None:
    replayed = exchange.recall(IDEMPOTENCY_KEY, exchange.call.header(IDEMPOTENCY_KEY))
    if replayed and replayed.digest != _digest(exchange):
        raise Fail(Error.IDEMPOTENCY_KEY_REUSE, "the key is that of an earlier call, the body not")


def _digest(exchange: Exchange) -> str:
    """Of the path and the body, whatever the order of its members."""
    sent = [exchange.call.args["phone_number_id"], exchange.call.json()]
    try:
        canonical = json.dumps(sent, sort_keys=True).encode()
    except RecursionError:  # nested too deep for that: then the order counts
        canonical = exchange.call.body
    return hashlib.sha256(canonical).hexdigest()


OPERATIONS = (
    Operation(
        name="mark_as_read",
        method="POST",
        paths=("/v1/{phone_number_id}/messages",),
        checks=(
            auth.key_known,
            auth.account_in_order,
            auth.within_rate_limit,
            auth.number_known,
            schemas.body,
            key_not_reused,
            message_known,
            message_inbound,
            accepted_upstream,
        ),
        handler=idempotent(mark_as_read),
        success=200,
        errors=tuple(Error),
        subject=subject,
        source=MARK_AS_READ,
    ),
)
