"""The one operation. Source: developers.kirim.chat/sending/mark-as-read/."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace

from mockserver.api import (
    DAY,
    Account,
    Call,
    Check,
    Done,
    Exchange,
    Fail,
    Message,
    Operation,
    Purpose,
    Reply,
    Sample,
    Shape,
    Subject,
    mark_read,
    shown,
)
from mockserver.providers.kirim import accounts, schemas
from mockserver.providers.kirim.errors import MARK_AS_READ, Error

UPSTREAM_WINDOW = 7 * DAY
IDEMPOTENCY_KEY = "idempotency-key"
REPLAYED = "Idempotent-Replayed"


def find_message(call: Call, args: Mapping[str, str], account: Account | None) -> Subject:
    message_id = call.object().get("message_id")
    wanted = args["phone_number_id"]
    numbers = account.numbers if account else ()
    number = next((each for each in numbers if each.ids["phone_number_id"] == wanted), None)
    return Subject(
        message_id if isinstance(message_id, str) else None,
        number.number if number else None,
        number,
    )


def require_known_message(exchange: Exchange) -> None:
    """Another number's message is as unknown as another organisation's."""
    message, number = exchange.own_message, exchange.subject.number
    if message is None or number is None or message.business_number != number.number:
        because = f"{shown(exchange.subject.message_id)} is no message of this number"
        raise Fail(Error.RESOURCE_NOT_FOUND, because)


def require_inbound_message(exchange: Exchange) -> None:
    if not exchange.known_message.inbound:
        because = f"{exchange.known_message.id} is an outbound message"
        raise Fail(Error.INVALID_FIELD_VALUE, because)


def require_acceptance_upstream(exchange: Exchange) -> None:
    """WhatsApp takes no receipt after 7 days, but is not asked about a message already read."""
    message, now = exchange.known_message, exchange.at
    if message.read_at is None and now - message.received_at > UPSTREAM_WINDOW:
        days = (now - message.received_at) / DAY
        raise Fail(Error.WHATSAPP_UPSTREAM_ERROR, f"unread, and {days:.1f} days old; 7 are allowed")


def mark_as_read(exchange: Exchange) -> Done:
    """A repeat makes no call to WhatsApp, so it does not bring the typing bubble back either."""
    message, request_id = exchange.known_message, exchange.id
    data = {
        "id": message.external_id,
        "object": "message",
        "status": "read",
        "message_id": message.id,
    }
    body = {"data": data, "request_id": request_id}
    reply = Reply(200, body, headers={"X-Request-Id": request_id})
    if message.read_at is not None:
        return Done(reply)
    return Done(reply, mark_read(exchange, typing="typing_indicator" in exchange.data))


def answer_repeats(handler: Callable[[Exchange], Done]) -> Callable[[Exchange], Done]:
    """Answer a repeated ``Idempotency-Key`` as the first time, to the letter, for 24 hours.

    Source: developers.kirim.chat/concepts/idempotency/. Only successes are kept.
    """

    def answer(exchange: Exchange) -> Done:
        key = exchange.call.header(IDEMPOTENCY_KEY)
        if not key:
            return handler(exchange)
        kept = exchange.recall(IDEMPOTENCY_KEY, key)
        if kept:
            return Done(Reply(200, kept["body"], kept["headers"] | {REPLAYED: "true"}))
        done = handler(exchange)
        reply = done.reply
        replay = {
            "digest": _digest_request(exchange),
            "body": reply.body,
            "headers": reply.headers,
        }
        return done._replace(
            reply=replace(reply, headers={**reply.headers, REPLAYED: "false"}),
            notes=exchange.draft_note(replay, DAY, IDEMPOTENCY_KEY, key),
        )

    return answer


def require_unused_key(exchange: Exchange) -> None:
    key = exchange.call.header(IDEMPOTENCY_KEY)
    kept = exchange.recall(IDEMPOTENCY_KEY, key) if key else None
    if kept and kept["digest"] != _digest_request(exchange):
        raise Fail(Error.IDEMPOTENCY_KEY_REUSE, "the key is that of an earlier call, the body not")


def sample_receipt(account: Account, message: Message) -> Sample:
    number = next(each for each in account.numbers if each.number == message.business_number)
    receipt = {"messaging_product": "whatsapp", "status": "read", "message_id": message.id}
    return {"phone_number_id": number.ids["phone_number_id"]}, receipt


def _digest_request(exchange: Exchange) -> str:
    """Of the path and the body, whatever the order of its members."""
    sent = [exchange.args["phone_number_id"], exchange.call.content]
    try:
        canonical = json.dumps(sent, sort_keys=True).encode()
    except RecursionError:  # nested too deep for that: then the order counts
        canonical = exchange.call.body
    return hashlib.sha256(canonical).hexdigest()


OPERATIONS = (
    Operation(
        name="mark_as_read",
        purpose=Purpose.MARK_AS_READ,
        method="POST",
        paths=("/v1/{phone_number_id}/messages",),
        request=schemas.RECEIPT,
        checks=(
            accounts.KEY,
            accounts.CONDITION,
            accounts.RATE,
            accounts.NUMBER,
            schemas.BODY,
            Check("idempotency_key", require_unused_key, (Error.IDEMPOTENCY_KEY_REUSE,)),
            Check("message", require_known_message, (Error.RESOURCE_NOT_FOUND,)),
            Check("direction", require_inbound_message, (Error.INVALID_FIELD_VALUE,)),
            Check("upstream", require_acceptance_upstream, (Error.WHATSAPP_UPSTREAM_ERROR,)),
        ),
        handler=answer_repeats(mark_as_read),
        answers=(Shape(200, schemas.AnswerSchema),),
        subject=find_message,
        sample=sample_receipt,
        source=MARK_AS_READ,
    ),
)

SHARED = (Error.NOT_FOUND, Error.METHOD_NOT_ALLOWED, Error.BODY_TOO_LARGE)
