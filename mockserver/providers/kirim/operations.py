"""The one operation. Source: developers.kirim.chat/sending/mark-as-read/."""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from mockserver.api import (
    DAY,
    Account,
    BadJSON,
    Call,
    Check,
    Done,
    Exchange,
    Fail,
    Header,
    LateModule,
    Message,
    Operation,
    Purpose,
    Reply,
    Sample,
    Shape,
    Subject,
    is_bucket,
    mark_read,
    shown,
)
from mockserver.providers.kirim import accounts, schemas
from mockserver.providers.kirim.errors import MARK_AS_READ, REPLAYED, Error

diagnosis = LateModule("mockserver.providers.kirim.diagnosis")

UPSTREAM_DAYS = 7
UPSTREAM_WINDOW = UPSTREAM_DAYS * DAY
IDEMPOTENCY_KEY = "idempotency-key"
LONGEST_KEY = 255
KEPT_STATUSES = (400, 403, 404, 422)
"""Of failures: what passes, or says who calls, is tried anew."""


class Kept(NamedTuple):
    """A success that is to be given again."""

    body: Any
    headers: Mapping[str, str]


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
        came = shown(exchange.subject.message_id)
        raise Fail(
            Error.RESOURCE_NOT_FOUND,
            f"{came} is no message of this number",
            expected="the id of a message of this number",
            came=came,
        )


def require_inbound_message(exchange: Exchange) -> None:
    if not exchange.known_message.inbound:
        because = f"{exchange.known_message.id} is an outbound message"
        expected = "the id of an inbound message"
        raise Fail(Error.INVALID_FIELD_VALUE, because, expected=expected, came=because)


def require_acceptance_upstream(exchange: Exchange) -> None:
    """WhatsApp takes no receipt after 7 days, but is not asked about a message already read."""
    message, now = exchange.known_message, exchange.at
    if message.read_at is None and now - message.received_at > UPSTREAM_WINDOW:
        days = (now - message.received_at) / DAY
        raise Fail(
            Error.WHATSAPP_UPSTREAM_ERROR,
            f"unread, and {days:.1f} days old; 7 are allowed",
            expected="a message that was read, or is at most 7 days old",
            came=f"an unread one of {days:.1f} days",
        )


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


def look_up_key(exchange: Exchange) -> None:
    """What was answered to the ``Idempotency-Key`` within 24 hours is answered again, to the
    letter.

    A failure at once; a success by the handler, to which it comes as the exchange's data. Source:
    developers.kirim.chat/concepts/idempotency/.
    """
    key = exchange.call.header(IDEMPOTENCY_KEY)
    if not key:
        return
    length = len(key.encode("latin-1", "replace").decode("utf-8", "replace"))
    if length > LONGEST_KEY:
        because = f"the Idempotency-Key has {length} characters; {LONGEST_KEY} are allowed"
        text = f"Idempotency-Key must have at most {LONGEST_KEY} characters."
        raise Fail(
            Error.INVALID_REQUEST,
            because,
            expected=f"an Idempotency-Key of at most {LONGEST_KEY} characters",
            came=f"{length} characters",
            message=text,
        )
    kept = exchange.recall(IDEMPOTENCY_KEY, key)
    if not kept:
        return
    if kept["digest"] != _digest_request(exchange):
        because = "the Idempotency-Key is that of an earlier call, path or body is not"
        expected = "path and body of the earlier call, or another Idempotency-Key"
        raise Fail(Error.IDEMPOTENCY_KEY_REUSE, because, expected=expected, came="other ones")
    if "error" in kept:
        because = f"the answer to {kept['request_id']}, kept for its Idempotency-Key"
        details = {**kept["details"], "replay_of": kept["request_id"]}
        expected = "a new Idempotency-Key, for a call that is to be judged anew"
        came = f"that of {kept['request_id']}"
        raise Fail(Error[kept["error"]], because, expected=expected, came=came, **details)
    exchange.data = Kept(kept["body"], kept["headers"])


def is_kept(value: Any) -> bool:
    """Whether it is a success or a failure as it is noted for an ``Idempotency-Key``."""
    match value:
        case {"digest": str(), "body": _, "headers": dict(headers)}:
            return all(isinstance(each, str) for each in headers.values())
        case {"digest": str(), "error": str(name), "details": dict(), "request_id": str()}:
            return name in Error.__members__
    return False


REPEATABLE = Header(
    "Idempotency-Key",
    "an answer within 24 hours to the same key and body is given again; 255 characters at most",
    required=False,
)
ANSWER_HEADERS = (
    Header("X-Request-Id", "the `request_id` of the body", required=False),
    *accounts.RATE_LIMIT_HEADERS,
    Header(
        REPLAYED,
        "whether this is the answer to an earlier call with the Idempotency-Key",
        required=False,
        choices=("true", "false"),
    ),
)
NOTES = {accounts.WRITES: is_bucket, accounts.READS: is_bucket, IDEMPOTENCY_KEY: is_kept}


def keep_refusals(check: Check) -> Check:
    """The same check, whose refusals are kept for an ``Idempotency-Key``.

    It is not made again where a success was kept.
    """

    def run(exchange: Exchange) -> None:
        if isinstance(exchange.data, Kept):
            return
        try:
            check.run(exchange)
        except Fail as fail:
            key = exchange.call.header(IDEMPOTENCY_KEY)
            if key and fail.row.spec.status in KEPT_STATUSES:
                refusal = {
                    "digest": _digest_request(exchange),
                    "error": fail.row.name,
                    "details": fail.details,
                    "request_id": exchange.id,
                }
                exchange.note(refusal, DAY, IDEMPOTENCY_KEY, key)
            raise

    return check._replace(run=run)


def keep_successes(handler: Callable[[Exchange], Done]) -> Callable[[Exchange], Done]:
    """The same handler, whose answers are kept for an ``Idempotency-Key`` and given again."""

    def answer(exchange: Exchange) -> Done:
        if isinstance(exchange.data, Kept):
            body, headers = exchange.data
            return Done(Reply(200, body, {**headers, REPLAYED: "true"}))
        done = handler(exchange)
        key = exchange.call.header(IDEMPOTENCY_KEY)
        if not key:
            return done
        success = {
            "digest": _digest_request(exchange),
            "body": done.reply.body,
            "headers": done.reply.headers.copy(),
        }
        return done._replace(notes=exchange.draft_note(success, DAY, IDEMPOTENCY_KEY, key))

    return answer


def finish(exchange: Exchange, reply: Reply) -> None:
    """What stands on every answer, or on every one to a POST with an ``Idempotency-Key``."""
    accounts.tell_rate_limit(exchange, reply)
    if exchange.call.method == "POST" and exchange.call.header(IDEMPOTENCY_KEY):
        reply.headers.setdefault(REPLAYED, "false")


def sample_receipt(account: Account, message: Message) -> Sample:
    number = next(each for each in account.numbers if each.number == message.business_number)
    receipt = {"messaging_product": "whatsapp", "status": "read", "message_id": message.id}
    return {"phone_number_id": number.ids["phone_number_id"]}, receipt


def _digest_request(exchange: Exchange) -> str:
    """Of the path and the body, whatever the order of its members."""
    number, call = exchange.args["phone_number_id"], exchange.call
    try:
        canonical = json.dumps([number, call.json()], sort_keys=True).encode()
    except (BadJSON, RecursionError):  # no JSON, or nested too deep: every byte counts
        canonical = f"{number}\0".encode() + call.body
    return hashlib.sha256(canonical).hexdigest()


CHECKS_AFTER_THE_KEY = (
    accounts.NUMBER,
    schemas.BODY,
    Check(
        "message",
        require_known_message,
        (Error.RESOURCE_NOT_FOUND,),
        diagnosis.diagnose_own_message,
    ),
    Check(
        "direction",
        require_inbound_message,
        (Error.INVALID_FIELD_VALUE,),
        diagnosis.diagnose_own_message,
    ),
    Check(
        "upstream",
        require_acceptance_upstream,
        (Error.WHATSAPP_UPSTREAM_ERROR,),
        diagnosis.diagnose_age,
    ),
)
REFUSALS = (row for check in CHECKS_AFTER_THE_KEY for row in check.rows)
KEPT_ROWS = (row for row in REFUSALS if row.spec.status in KEPT_STATUSES)
KEY_ROWS = dict.fromkeys((Error.IDEMPOTENCY_KEY_REUSE, Error.INVALID_REQUEST, *KEPT_ROWS))


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
            Check("idempotency_key", look_up_key, tuple(KEY_ROWS), diagnosis.diagnose_key),
            *map(keep_refusals, CHECKS_AFTER_THE_KEY),
        ),
        handler=keep_successes(mark_as_read),
        answers=(Shape(200, schemas.AnswerSchema),),
        subject=find_message,
        sample=sample_receipt,
        source=MARK_AS_READ,
        headers=(REPEATABLE,),
    ),
)

SHARED = (Error.NOT_FOUND, Error.METHOD_NOT_ALLOWED, Error.BODY_TOO_LARGE)
