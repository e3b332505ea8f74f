"""The one operation. Source: the page Send Read Receipt Messages."""

from collections.abc import Mapping

from mockserver.api import (
    Account,
    Call,
    Check,
    Done,
    Exchange,
    Fail,
    LateModule,
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
from mockserver.providers.kaleyra import accounts, schemas
from mockserver.providers.kaleyra.errors import PAGE, Error

diagnosis = LateModule("mockserver.providers.kaleyra.diagnosis")


def find_message(call: Call, args: Mapping[str, str], account: Account | None) -> Subject:
    receipt = call.object().get("messaging_object")
    message_id = receipt.get("message_id") if isinstance(receipt, dict) else None
    written = args["phone_number"]
    number = accounts.find_number(account, written)
    return Subject(
        message_id if isinstance(message_id, str) else None,
        number.number if number else written,
        number,
    )


def require_known_message(exchange: Exchange) -> None:
    """No page documents an error for an unknown message, so this one is a choice."""
    if exchange.switch("unknown_message") == "reject":
        unmatched = _explain_unmatched(exchange)
        if unmatched:
            raise Fail(Error.INCORRECT_PAYLOAD, unmatched)


def mark_as_read(exchange: Exchange) -> Done:
    """Accepted is all that 202 says: WhatsApp's own verdict would come by webhook."""
    receipt = exchange.data["messaging_object"]
    unmatched = _explain_unmatched(exchange)
    because = unmatched or _explain_source(exchange)
    body = {
        "code": "WA202",
        "message": "Request Accepted",
        "data": {"message_id": receipt["message_id"]},
        "error": {},
    }
    reply = Reply(202, body, because=because)
    if unmatched:
        return Done(reply)
    return Done(reply, mark_read(exchange, earlier=True, typing="typing_indicator" in receipt))


def sample_receipt(account: Account, message: Message) -> Sample:
    arguments = {"sid": account.credentials["sid"] or "", "phone_number": message.business_number}
    receipt = {"messaging_product": "whatsapp", "status": "read", "message_id": message.id}
    return arguments, {"messaging_object": receipt}


def _explain_unmatched(exchange: Exchange) -> str | None:
    """Why there is no message to mark, None where there is one."""
    message, number = exchange.own_message, exchange.subject.number
    message_id = shown(exchange.subject.message_id)
    if message is None:
        return f"unmatched: {message_id} is no message of the account"
    if not message.inbound:
        return f"unmatched: {message_id} is an outbound message"
    if number is None or message.business_number != number.number:
        return f"unmatched: {message_id} is of the number {message.business_number}"
    return None


def _explain_source(exchange: Exchange) -> str | None:
    came = exchange.data.get("extra_info", {}).get("wa_source")
    counts_as = schemas.read_source(exchange.data)
    if came in (None, counts_as):
        return None
    return f"wa_source {shown(came)} counts as {shown(counts_as)}"


OPERATIONS = (
    Operation(
        name="mark_as_read",
        purpose=Purpose.MARK_AS_READ,
        method="POST",
        paths=("/v2/{sid}/whatsapp/{phone_number}/messages",),
        request=schemas.RECEIPT,
        checks=(
            accounts.CREDENTIALS,
            accounts.ACCOUNT_TYPE,
            accounts.NUMBER,
            schemas.CONTENT_TYPE,
            schemas.BODY,
            accounts.BALANCE,  # the provider counts money for a valid request only
            Check(
                "message",
                require_known_message,
                (Error.INCORRECT_PAYLOAD,),
                diagnosis.diagnose_own_message,
            ),
        ),
        handler=mark_as_read,
        answers=(Shape(202, schemas.AcceptedSchema),),
        subject=find_message,
        sample=sample_receipt,
        source=PAGE,
    ),
)

SHARED = (Error.NOT_FOUND, Error.METHOD_NOT_ALLOWED, Error.BODY_TOO_LARGE)
