"""The one operation. Source: the page Send Read Receipt Messages."""

from mockserver.core.call import Reply
from mockserver.core.errors import Fail
from mockserver.core.provider import Exchange, Operation, Subject
from mockserver.core.shown import shown
from mockserver.providers.kaleyra import auth, schemas
from mockserver.providers.kaleyra.errors import PAGE, Error


def subject(exchange: Exchange) -> Subject:
    receipt = exchange.call.object().get("messaging_object")
    message_id = receipt.get("message_id") if isinstance(receipt, dict) else None
    written = exchange.call.args["phone_number"]
    number = auth.find_number(exchange.account, written) if exchange.account else None
    return Subject(
        message_id if isinstance(message_id, str) else None, number.number if number else written
    )


def mark_as_read(exchange: Exchange) -> Reply:
    """Accepted is all that 202 says: WhatsApp's own verdict would come by webhook."""
    receipt = exchange.data["messaging_object"]
    unmatched = _find(exchange, receipt["message_id"])
    if unmatched and exchange.switch("unknown_message") == "reject":
        raise Fail(Error.INCORRECT_PAYLOAD, unmatched)
    if not unmatched:
        exchange.mark_read(earlier=True, typing="typing_indicator" in receipt)
    return _accepted(receipt["message_id"], unmatched or _replaced_source(exchange))


def _find(exchange: Exchange, message_id: str) -> str | None:
    """Set the message, or say why there is none to mark."""
    message = exchange.find(message_id)
    number = auth.find_number(exchange.caller, exchange.call.args["phone_number"])
    if message is None:
        return f"unmatched: {shown(message_id)} is no message of the account"
    if not message.inbound:
        return f"unmatched: {shown(message_id)} is an outbound message"
    if number is None or message.business_number != number.number:
        return f"unmatched: {shown(message_id)} is of the number {message.business_number}"
    exchange.message = message
    return None


def _replaced_source(exchange: Exchange) -> str | None:
    came = exchange.data.get("extra_info", {}).get("wa_source")
    counts_as = schemas.source_of(exchange.data)
    return (
        f"wa_source {shown(came)} counts as {shown(counts_as)}"
        if came not in (None, counts_as)
        else None
    )


def _accepted(message_id: str, because: str | None) -> Reply:
    body = {
        "code": "WA202",
        "message": "Request Accepted",
        "data": {"message_id": message_id},
        "error": {},
    }
    return Reply(202, body, because=because)


OPERATIONS = (
    Operation(
        name="mark_as_read",
        method="POST",
        paths=("/v2/{sid}/whatsapp/{phone_number}/messages",),
        checks=(
            auth.credentials_match,
            auth.account_postpaid,
            auth.number_usable,
            schemas.content_type,
            schemas.body,
            auth.balance_sufficient,  # the provider counts money for a valid request only
        ),
        handler=mark_as_read,
        success=202,
        errors=tuple(Error),
        subject=subject,
        source=PAGE,
    ),
)
