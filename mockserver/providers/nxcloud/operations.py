"""The two operations. Sources: the wiki pages markMessageAsRead and Typing Indicator."""

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
from mockserver.providers.nxcloud import schemas
from mockserver.providers.nxcloud.accounts import AUTHENTICATION, NUMBER
from mockserver.providers.nxcloud.errors import MARK_AS_READ, TYPING, Error

diagnosis = LateModule("mockserver.providers.nxcloud.diagnosis")


def find_message(call: Call, args: Mapping[str, str], account: Account | None) -> Subject:
    body = call.object()
    message_id, written = body.get("message_id"), body.get("business_phone")
    numbers = account.numbers if account else ()
    return Subject(
        message_id if isinstance(message_id, str) else None,
        written if isinstance(written, str) else None,
        next((each for each in numbers if each.number == written), None),
    )


def require_inbound_message(exchange: Exchange) -> None:
    message, number = exchange.own_message, exchange.data["business_phone"]
    if message is None or message.business_number != number:
        message_id = exchange.data["message_id"]
        raise Fail(
            Error.REQUEST_FAILED,
            f"{shown(message_id)} is no message of the number {number}",
            expected=f"the id of a message of the number {number}",
            came=shown(message_id),
        )
    if not message.inbound:
        because = f"{shown(message.id)} is an outbound message"
        expected = "the id of an inbound message"
        raise Fail(Error.REQUEST_FAILED, because, expected=expected, came=because)


MESSAGE = Check(
    "message", require_inbound_message, (Error.REQUEST_FAILED,), diagnosis.diagnose_own_message
)


def mark_as_read(exchange: Exchange) -> Done:
    changes = mark_read(exchange, earlier=exchange.switch("read_earlier"))
    return Done(_succeed("Request succeeded"), changes)


def show_typing(exchange: Exchange) -> Done:
    changes = mark_read(exchange, earlier=exchange.switch("read_earlier"), typing=True)
    return Done(_succeed("Request successful"), changes)


def sample_receipt(account: Account, message: Message) -> Sample:
    return {}, {
        "business_phone": message.business_number,
        "messaging_product": "whatsapp",
        "message_id": message.id,
        "status": "read",
    }


def sample_typing(account: Account, message: Message) -> Sample:
    arguments, receipt = sample_receipt(account, message)
    return arguments, {
        **(receipt or {}),
        "appkey": "f543ertg",
        "typing_indicator": {"type": "text"},
    }


def _succeed(message: str) -> Reply:
    return Reply(200, {"code": 0, "data": None, "message": message})


OPERATIONS = (
    Operation(
        name="mark_as_read",
        purpose=Purpose.MARK_AS_READ,
        method="POST",
        paths=("/api/wa/markMessageAsRead",),
        request=schemas.RECEIPT,
        checks=(*AUTHENTICATION, schemas.RECEIPT_BODY, *NUMBER, MESSAGE),
        handler=mark_as_read,
        answers=(Shape(200, schemas.AnswerSchema),),
        subject=find_message,
        sample=sample_receipt,
        source=MARK_AS_READ,
    ),
    Operation(
        name="typing_indicator",
        purpose=Purpose.SHOW_TYPING,
        method="POST",
        paths=("/api/wa/typingIndicator",),
        request=schemas.TYPING,
        checks=(*AUTHENTICATION, schemas.TYPING_BODY, *NUMBER, MESSAGE),
        handler=show_typing,
        answers=(Shape(200, schemas.AnswerSchema),),
        subject=find_message,
        sample=sample_typing,
        source=TYPING,
    ),
)

SHARED = (Error.NOT_FOUND, Error.METHOD_NOT_ALLOWED, Error.BODY_TOO_LARGE)
