"""What a call sends. Source: the attribute tables of the page."""

from typing import Any

from marshmallow import Schema, fields, validate

from mockserver.api import (
    JSON,
    Check,
    Exchange,
    Fail,
    LateModule,
    Lenient,
    Problem,
    require_body,
    shown,
)
from mockserver.providers.kaleyra.errors import Error

diagnosis = LateModule("mockserver.providers.kaleyra.diagnosis")

SOURCES = (
    "api", "clevertap", "zoho", "webengage", "shopify", "leadsquared", "responsys",
    "braze", "hubspot", "salesforce", "zapier", "eloqua", "moengage",
)  # fmt: skip
OTHER_SOURCE = "API"


class TypingSchema(Lenient):
    type = fields.String(required=True, validate=validate.Equal("text"))


class MessagingObjectSchema(Lenient):
    messaging_product = fields.String(required=True, validate=validate.Equal("whatsapp"))
    status = fields.String(required=True, validate=validate.Equal("read"))
    message_id = fields.String(required=True, validate=validate.Length(min=1))
    typing_indicator = fields.Nested(TypingSchema)


class ExtraInfoSchema(Lenient):
    ref = fields.String(validate=validate.Length(max=255))
    ref1 = fields.String(validate=validate.Length(max=255))
    ref2 = fields.String(validate=validate.Length(max=255))
    wa_source = fields.Raw(allow_none=True)


class ReceiptSchema(Lenient):
    messaging_object = fields.Nested(MessagingObjectSchema, required=True)
    extra_info = fields.Nested(ExtraInfoSchema)


class AcceptedDataSchema(Schema):
    message_id = fields.String(required=True)


class AcceptedSchema(Schema):
    """Source: the page's success response."""

    code = fields.String(required=True, validate=validate.Equal("WA202"))
    message = fields.String(required=True, validate=validate.Equal("Request Accepted"))
    data = fields.Nested(AcceptedDataSchema, required=True)
    error = fields.Dict(required=True, validate=validate.Length(max=0))


class FailureSchema(Schema):
    """Source: the page's failure responses. ``data`` is an empty object, or an empty array."""

    code = fields.String(required=True)
    message = fields.String(required=True)
    data = fields.Raw(
        required=True,
        metadata={
            "anyOf": [{"type": "object", "maxProperties": 0}, {"type": "array", "maxItems": 0}]
        },
    )
    error = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


def require_content_type(exchange: Exchange) -> None:
    if exchange.call.media_type != JSON:
        came = exchange.call.header("content-type")
        expected = f"Content-Type {JSON}"
        raise Fail(Error.INCORRECT_PAYLOAD, expected=expected, came=shown(came))


def refuse(problem: Problem) -> Fail:
    return problem.fail(Error.INCORRECT_PAYLOAD)


RECEIPT = ReceiptSchema()
CONTENT_TYPE = Check(
    "content_type",
    require_content_type,
    (Error.INCORRECT_PAYLOAD,),
    diagnosis.diagnose_content_type,
)
BODY = require_body(RECEIPT, refuse, (Error.INCORRECT_PAYLOAD,), diagnosis.diagnose_body)


def read_source(data: dict[str, Any]) -> str:
    """Whatever is not in the page's list counts as ``API`` and is never an error."""
    came = data.get("extra_info", {}).get("wa_source")
    return came if isinstance(came, str) and came in SOURCES else OTHER_SOURCE
