"""What calls send. Sources: the body tables of the two pages."""

from marshmallow import Schema, fields, validate

from mockserver.api import Fail, Lenient, Problem, require_body
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
    return problem.fail(row)


RECEIPT, TYPING = ReceiptSchema(), TypingSchema()
ROWS = (Error.PARAMETER_ERROR, Error.PARAMETER_EXCEPTION)
RECEIPT_BODY = require_body(RECEIPT, refuse, ROWS)
TYPING_BODY = require_body(TYPING, refuse, ROWS)


class AnswerSchema(Schema):
    """Source: the success responses of the two pages."""

    code = fields.Integer(strict=True, required=True, validate=validate.Equal(0))
    data = fields.Raw(required=True, allow_none=True, validate=validate.Equal(None))
    message = fields.String(
        required=True, validate=validate.OneOf(("Request succeeded", "Request successful"))
    )


class FailureSchema(Schema):
    code = fields.Integer(strict=True, required=True)
    message = fields.String(required=True)
    data = fields.Raw(required=True, allow_none=True, validate=validate.Equal(None))
