"""What a call sends. Source: developers.kirim.chat/sending/mark-as-read/."""

from typing import Any

from marshmallow import fields, validate

from mockserver.core.account import Account
from mockserver.core.body import Lenient, Problem, body_check
from mockserver.core.errors import Fail
from mockserver.core.message import Message
from mockserver.providers.kirim.errors import Error

EMPTY = "empty"


class TypingSchema(Lenient):
    type = fields.String(required=True, validate=validate.Equal("text"))


class ReceiptSchema(Lenient):
    messaging_product = fields.String(required=True, validate=validate.Equal("whatsapp"))
    status = fields.String(required=True, validate=validate.Equal("read"))
    message_id = fields.String(required=True, validate=validate.Length(min=1, error=EMPTY))
    typing_indicator = fields.Nested(TypingSchema)


def refuse(problem: Problem) -> Fail:
    """A body is told to be a receipt by ``status``, a send by ``type``: one of them must be."""
    if problem.kind in ("json", "object"):
        return Fail(Error.INVALID_REQUEST, str(problem))
    if problem.kind == "invalid" and not problem.reason.startswith(EMPTY):
        text = f"{problem.param} has an invalid value."
        return Fail(Error.INVALID_FIELD_VALUE, str(problem), param=problem.param, message=text)
    param = problem.param if problem.given & {"status", "type"} else "type"
    text = f"{param} is required."
    send = "this looks like a send, and only read receipts are emulated: "
    because = f"{send if problem.given & {'type'} else ''}{problem}"
    return Fail(Error.MISSING_REQUIRED_FIELD, because, param=param, message=text)


body = body_check(ReceiptSchema(), refuse)


def sample(account: Account, message: Message) -> tuple[dict[str, str], dict[str, Any]]:
    number = next(each for each in account.numbers if each.number == message.business_number)
    receipt = {"messaging_product": "whatsapp", "status": "read", "message_id": message.id}
    return {"phone_number_id": number.ids["phone_number_id"]}, receipt
