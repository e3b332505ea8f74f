"""The two operations. Sources: the wiki pages markMessageAsRead and Typing Indicator."""

from mockserver.core.call import Reply
from mockserver.core.errors import Fail
from mockserver.core.provider import Check, Exchange, Operation, Subject
from mockserver.core.shown import shown
from mockserver.providers.nxcloud import auth, schemas
from mockserver.providers.nxcloud.errors import MARK_AS_READ, TYPING, Error


def subject(exchange: Exchange) -> Subject:
    body = exchange.call.object()
    values = (body.get("message_id"), body.get("business_phone"))
    return Subject(*(value if isinstance(value, str) else None for value in values))


def message_inbound(exchange: Exchange) -> None:
    message_id, number = exchange.data["message_id"], exchange.data["business_phone"]
    message = exchange.find(message_id)
    if message is None or message.business_number != number:
        raise Fail(
            Error.REQUEST_FAILED, f"{shown(message_id)} is no message of the number {number}"
        )
    if not message.inbound:
        raise Fail(Error.REQUEST_FAILED, f"{shown(message_id)} is an outbound message")
    exchange.message = message


def mark_as_read(exchange: Exchange) -> Reply:
    exchange.mark_read(earlier=exchange.switch("read_earlier"))
    return _success("Request succeeded")


def typing_indicator(exchange: Exchange) -> Reply:
    exchange.mark_read(earlier=exchange.switch("read_earlier"), typing=True)
    return _success("Request successful")


def _success(message: str) -> Reply:
    return Reply(200, {"code": 0, "data": None, "message": message})


def checks(body: Check) -> tuple[Check, ...]:
    """The order is ours: no page tells it. An old but well-signed call shall say 1004."""
    return (
        auth.headers_present,
        auth.fixed_values,
        auth.algorithm_known,
        auth.timestamp_fresh,
        auth.access_key_known,
        auth.signature_matches,
        auth.account_permitted,
        body,
        auth.number_known,
        auth.number_bound,
        message_inbound,
    )


OPERATIONS = (
    Operation(
        name="mark_as_read",
        method="POST",
        paths=("/api/wa/markMessageAsRead",),
        checks=checks(schemas.receipt),
        handler=mark_as_read,
        success=200,
        errors=tuple(Error),
        subject=subject,
        source=MARK_AS_READ,
    ),
    Operation(
        name="typing_indicator",
        method="POST",
        paths=("/api/wa/typingIndicator",),
        checks=checks(schemas.typing),
        handler=typing_indicator,
        success=200,
        errors=tuple(Error),
        subject=subject,
        source=TYPING,
    ),
)
