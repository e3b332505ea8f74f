"""What a call sends. Source: developers.kirim.chat/sending/mark-as-read/."""

from marshmallow import Schema, fields, validate

from mockserver.api import Fail, Lenient, Problem, require_body
from mockserver.providers.kirim.errors import ERROR_TYPES, Error

EMPTY = "empty"


class TypingSchema(Lenient):
    type = fields.String(required=True, validate=validate.Equal("text"))


class ReceiptSchema(Lenient):
    messaging_product = fields.String(required=True, validate=validate.Equal("whatsapp"))
    status = fields.String(required=True, validate=validate.Equal("read"))
    message_id = fields.String(required=True, validate=validate.Length(min=1, error=EMPTY))
    typing_indicator = fields.Nested(TypingSchema)


def refuse(problem: Problem) -> Fail:
    """A body without ``type`` is no send: where ``status`` lacks too, it is neither."""
    if problem.kind in ("json", "object"):
        return problem.fail(Error.INVALID_REQUEST)
    if problem.kind == "invalid" and not problem.reason.startswith(EMPTY):
        text = f"{problem.param} has an invalid value."
        return problem.fail(Error.INVALID_FIELD_VALUE, param=problem.param, message=text)
    param, because = problem.param, str(problem)
    if "status" not in problem.given:
        param, because = (
            "type",
            f"neither the type of a send nor the status of a receipt; {because}",
        )
    text = f"{param} is required."
    return problem.fail(Error.MISSING_REQUIRED_FIELD, because, param=param, message=text)


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


class ErrorSchema(Schema):
    type = fields.String(required=True, validate=validate.OneOf(ERROR_TYPES))
    code = fields.String(required=True)
    message = fields.String(required=True)
    param = fields.String()
    request_id = fields.String(required=True)


class FailureSchema(Schema):
    """Source: developers.kirim.chat/concepts/errors/."""

    error = fields.Nested(ErrorSchema, required=True)
