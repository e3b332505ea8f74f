"""The two operations. Sources: the pages Read Receipt and Get Status, and the SDKs' paths."""

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
from mockserver.providers.d7 import schemas
from mockserver.providers.d7.accounts import AUTHENTICATION, CREDIT
from mockserver.providers.d7.errors import GET_STATUS, READ_RECEIPT, Error

diagnosis = LateModule("mockserver.providers.d7.diagnosis")

TEXT = "text/plain; charset=utf-8"


def find_message(call: Call, args: Mapping[str, str], account: Account | None) -> Subject:
    return Subject(args["message_id"])


def require_inbound_message(exchange: Exchange) -> None:
    message = exchange.own_message
    if message is None or not message.inbound:
        found = "an outbound message" if message else "no message of the account"
        because = f"{shown(exchange.args['message_id'])} is {found}"
        expected = "the id of an inbound message of the account"
        raise Fail(Error.WHATSAPP_MESSAGE_NOT_EXISTS, because, expected=expected, came=because)


def mark_as_read(exchange: Exchange) -> Done:
    match exchange.switch("read_receipt_body"):
        case "text":
            reply = Reply(200, schemas.DONE, media_type=TEXT)
        case "object":
            reply = Reply(200, {"message": schemas.DONE})
        case _:
            reply = Reply(200, schemas.DONE)
    if exchange.call.coding:
        reply.because = f"the body, with Content-Encoding: {exchange.call.coding}, is not looked at"
    return Done(reply, mark_read(exchange, typing=exchange.call.object().get("typing") is True))


def sample_receipt(account: Account, message: Message) -> Sample:
    return {"message_id": message.id}, None


def find_nothing(call: Call, args: Mapping[str, str], account: Account | None) -> Subject:
    return Subject()


def require_report(exchange: Exchange) -> None:
    request_id = exchange.args["request_id"]
    exchange.data = exchange.record("reports", request_id)
    if exchange.data is None:
        raise Fail(
            Error.WHATSAPP_LOG_NOT_EXISTS,
            f"{shown(request_id)} is no request of the account",
            expected="the id of a send request of the account",
            came=shown(request_id),
        )


def get_status(exchange: Exchange) -> Done:
    return Done(Reply(200, exchange.data["body"]))


def sample_status(account: Account, report: Mapping[str, str]) -> Sample:
    return {"request_id": report["id"]}, None


OPERATIONS = (
    Operation(
        name="mark_as_read",
        purpose=Purpose.MARK_AS_READ,
        method="POST",
        paths=(
            "/whatsapp/v2/read-receipt/{message_id}",
            "/whatsapp/read-receipt/{message_id}",
            "/whatsapp/v1/read-receipt/{message_id}",
        ),
        request=None,
        checks=(
            *AUTHENTICATION,
            CREDIT,
            Check(
                "message",
                require_inbound_message,
                (Error.WHATSAPP_MESSAGE_NOT_EXISTS,),
                diagnosis.diagnose_own_message,
            ),
        ),
        handler=mark_as_read,
        answers=(
            Shape(200, schemas.DONE_TEXT),
            Shape(200, schemas.DONE_TEXT, TEXT),
            Shape(200, schemas.DoneSchema),
        ),
        subject=find_message,
        sample=sample_receipt,
        source=READ_RECEIPT,
    ),
    Operation(
        name="get_status",
        purpose=Purpose.GET_STATUS,
        method="GET",
        paths=(
            "/whatsapp/v2/report/{request_id}",
            "/whatsapp/v1/report/{request_id}",
            "/whatsapp/report/{request_id}",
        ),
        request=None,
        checks=(
            *AUTHENTICATION,
            Check(
                "report",
                require_report,
                (Error.WHATSAPP_LOG_NOT_EXISTS,),
                diagnosis.diagnose_report,
            ),
        ),
        handler=get_status,
        answers=(Shape(200, schemas.BodySchema),),
        subject=find_nothing,
        sample=sample_status,
        source=GET_STATUS,
        about="reports",
    ),
)

SHARED = (Error.NOT_FOUND, Error.METHOD_NOT_ALLOWED, Error.BODY_TOO_LARGE)
