"""What a call sends. Source: the attribute tables of the page."""

from typing import Any

from marshmallow import fields, validate

from mockserver.core.account import Account
from mockserver.core.body import Lenient, Problem, body_check
from mockserver.core.call import JSON
from mockserver.core.errors import Fail
from mockserver.core.message import Message
from mockserver.core.provider import Exchange
from mockserver.core.shown import shown
from mockserver.providers.kaleyra.errors import Error

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


def content_type(exchange: Exchange) -> None:
    if exchange.call.media_type != JSON:
        came = exchange.call.header("content-type")
        raise Fail(Error.INCORRECT_PAYLOAD, f"expected Content-Type {JSON}, came {shown(came)}")


def refuse(problem: Problem) -> Fail:
    return Fail(Error.INCORRECT_PAYLOAD, str(problem))


body = body_check(ReceiptSchema(), refuse)


def source_of(data: dict[str, Any]) -> str:
    """Whatever is not in the page's list counts as ``API`` and is never an error."""
    came = data.get("extra_info", {}).get("wa_source")
    return came if isinstance(came, str) and came in SOURCES else OTHER_SOURCE


def sample(account: Account, message: Message) -> tuple[dict[str, str], dict[str, Any]]:
    arguments = {"sid": account.credentials["sid"], "phone_number": message.business_number}
    receipt = {"messaging_product": "whatsapp", "status": "read", "message_id": message.id}
    return arguments, {"messaging_object": receipt}
