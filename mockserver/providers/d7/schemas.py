"""What calls send and reports hold."""

from marshmallow import Schema, fields, validate

DONE = "Message successfully marked as read"
DONE_TEXT = fields.String(required=True, validate=validate.Equal(DONE))


class DoneSchema(Schema):
    """The third way to write it, which clients that want a JSON object can read."""

    message = DONE_TEXT


class FailureSchema(Schema):
    """``detail`` is a text where the row has no code."""

    detail = fields.Raw(
        required=True,
        metadata={
            "anyOf": [
                {
                    "type": "object",
                    "required": ["code", "message"],
                    "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
                    "additionalProperties": False,
                },
                {"type": "string"},
            ]
        },
    )


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
