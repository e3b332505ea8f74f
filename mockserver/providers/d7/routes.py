"""The two operations. Sources: the pages Read Receipt and Get Status, and the SDKs' paths."""

from mockserver.core.call import Reply
from mockserver.core.errors import Fail
from mockserver.core.provider import Exchange, Operation, Subject
from mockserver.core.shown import shown
from mockserver.providers.d7 import auth
from mockserver.providers.d7.errors import GET_STATUS, READ_RECEIPT, Error

DONE = "Message successfully marked as read"


def message_inbound(exchange: Exchange) -> None:
    message_id = exchange.call.args["message_id"]
    message = exchange.find(message_id)
    if message is None or not message.inbound:
        found = "an outbound message" if message else "no message of the account"
        raise Fail(Error.WHATSAPP_MESSAGE_NOT_EXISTS, f"{shown(message_id)} is {found}")
    exchange.message = message


def mark_as_read(exchange: Exchange) -> Reply:
    exchange.mark_read(typing=exchange.call.object().get("typing") is True)
    match exchange.switch("read_receipt_body"):
        case "text":
            return Reply(200, DONE, media_type="text/plain; charset=utf-8")
        case "object":
            return Reply(200, {"message": DONE})
        case _:
            return Reply(200, DONE)


def get_status(exchange: Exchange) -> Reply:
    request_id = exchange.call.args["request_id"]
    report = exchange.record("reports", request_id)
    if report is None:
        raise Fail(
            Error.WHATSAPP_LOG_NOT_EXISTS, f"{shown(request_id)} is no request of the account"
        )
    return Reply(200, report["body"])


AUTHENTICATION = (auth.token_known, auth.account_in_order)
ANYWHERE = (
    Error.ACCESS_TOKEN_SIGNATURE_VERIFICATION_FAILED,
    Error.ACCESS_TOKEN_EXPIRED,
    Error.APPLICATION_NOT_EXISTS,
    Error.INSUFFICIENT_CREDIT,
    Error.INTERNAL_SERVER_ERROR,
    Error.RATE_LIMIT_EXCEEDED,
    Error.NOT_FOUND,
    Error.METHOD_NOT_ALLOWED,
    Error.BODY_TOO_LARGE,
)

OPERATIONS = (
    Operation(
        name="mark_as_read",
        method="POST",
        paths=(
            "/whatsapp/v2/read-receipt/{message_id}",
            "/whatsapp/read-receipt/{message_id}",
            "/whatsapp/v1/read-receipt/{message_id}",
        ),
        checks=(*AUTHENTICATION, message_inbound),
        handler=mark_as_read,
        success=200,
        errors=(Error.WHATSAPP_MESSAGE_NOT_EXISTS, *ANYWHERE),
        subject=lambda exchange: Subject(exchange.call.args["message_id"]),
        source=READ_RECEIPT,
    ),
    Operation(
        name="get_status",
        method="GET",
        paths=("/whatsapp/v2/report/{request_id}", "/whatsapp/v1/report/{request_id}"),
        checks=AUTHENTICATION,
        handler=get_status,
        success=200,
        errors=(Error.WHATSAPP_LOG_NOT_EXISTS, *ANYWHERE),
        subject=lambda exchange: Subject(),
        source=GET_STATUS,
    ),
)
