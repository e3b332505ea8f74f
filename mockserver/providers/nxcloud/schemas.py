"""What calls send. Sources: the body tables of the two pages."""

from typing import Any

from marshmallow import fields, validate

from mockserver.core.account import Account
from mockserver.core.body import Lenient, Problem, body_check
from mockserver.core.errors import Fail
from mockserver.core.message import Message
from mockserver.providers.nxcloud.errors import Error


class ReceiptSchema(Lenient):
    business_phone = fields.String(required=True, validate=validate.Length(min=1))
    messaging_product = fields.String(required=True, validate=validate.Equal("whatsapp"))
    message_id = fields.String(required=True, validate=validate.Length(min=1))
    status = fields.String(required=True, validate=validate.Equal("read"))


class IndicatorSchema(Lenient):
    type = fields.String(required=True, validate=validate.Equal("text"))


class TypingSchema(ReceiptSchema):
    appkey = fields.String(required=True, validate=validate.Length(min=1))
    typing_indicator = fields.Nested(IndicatorSchema, required=True)


def refuse(problem: Problem) -> Fail:
    unreadable = problem.kind in ("json", "object")
    row = Error.PARAMETER_ERROR if unreadable else Error.PARAMETER_EXCEPTION
    return Fail(row, str(problem))


receipt = body_check(ReceiptSchema(), refuse)
typing = body_check(TypingSchema(), refuse)


def sample(account: Account, message: Message) -> tuple[dict[str, str], dict[str, Any]]:
    return {}, {
        "business_phone": message.business_number,
        "messaging_product": "whatsapp",
        "message_id": message.id,
        "status": "read",
    }
