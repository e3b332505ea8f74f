"""What a call sends. Source: developers.kirim.chat/sending/mark-as-read/."""

from marshmallow import Schema, fields, validate

from mockserver.api import Fail, Lenient, Problem, require_body
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


RECEIPT = ReceiptSchema()
BODY = require_body(
    RECEIPT,
    refuse,
    (Error.INVALID_REQUEST, Error.MISSING_REQUIRED_FIELD, Error.INVALID_FIELD_VALUE),
)


class ReadSchema(Schema):
    id = fields.String(required=True)
    object = fields.String(required=True, validate=validate.Equal("message"))
    status = fields.String(required=True, validate=validate.Equal("read"))
    message_id = fields.String(required=True)


class AnswerSchema(Schema):
    """Source: the page's response."""

    data = fields.Nested(ReadSchema, required=True)
    request_id = fields.String(required=True)
