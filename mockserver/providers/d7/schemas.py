"""What calls send and reports hold."""

from typing import Any

from marshmallow import Schema, fields, validate

from mockserver.core.account import Account
from mockserver.core.message import Message

STATUSES = (
    "scheduled", "processed", "sent", "delivered", "read",
    "un_delivered", "rejected", "insufficient_credit",
)  # fmt: skip


class MessageReportSchema(Schema):
    """One recipient of a send request. Source: the page Get Status, Response Parameters."""

    msg_id = fields.String(required=True)
    originator = fields.String(required=True)
    recipient = fields.String(required=True)
    reference = fields.Dict(keys=fields.String(), required=True)
    conversation_type = fields.String(
        required=True, validate=validate.OneOf(("marketing", "service", "utility"))
    )
    message_type = fields.String(required=True)
    template_id = fields.String(required=True, allow_none=True)
    waConvId = fields.String(required=True, allow_none=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    reason = fields.String(required=True)


class BodySchema(Schema):
    request_id = fields.String(required=True)
    messages = fields.List(fields.Nested(MessageReportSchema), required=True)
    request_stage = fields.String(required=True)
    schedule_time = fields.String(required=True, allow_none=True)


class ReportSchema(Schema):
    """A seeded report: ``body`` is answered as it stands."""

    id = fields.String(required=True)
    account = fields.String(required=True)
    body = fields.Nested(BodySchema, required=True)


def sample(account: Account, message: Message) -> tuple[dict[str, str], dict[str, Any] | None]:
    return {"message_id": message.id}, None
