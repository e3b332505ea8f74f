"""What messages hold: the shape shared by fixtures and by messages written at run time."""

from collections.abc import Mapping
from typing import Any

from marshmallow import INCLUDE, Schema, ValidationError, fields, validates_schema

from mockserver.api.message import DEFAULT_TYPE, TYPES
from mockserver.text.shown import shown
from mockserver.text.validation import check_plain, one_of


class TextSchema(Schema):
    class Meta:
        unknown = INCLUDE

    body = fields.String(required=True)


class ContentSchema(Schema):
    """``type``, and under a key of the type's name its object, as WhatsApp's own API has them."""

    type = fields.String(load_default=DEFAULT_TYPE, validate=one_of(TYPES))
    text = fields.Nested(TextSchema)
    contacts = fields.List(fields.Dict(keys=fields.String()))
    image = audio = video = document = sticker = location = reaction = button = interactive = (
        fields.Dict(keys=fields.String())
    )

    @validates_schema(skip_on_field_errors=False, pass_original=True)
    def require_one_content(
        self, data: dict[str, Any], given: Mapping[str, Any], **kwargs: Any
    ) -> None:
        kind = data.get("type")
        if kind is None:
            return  # which is told already
        wrong: dict[str, list[str]] = {}
        if kind not in given:
            wrong[kind] = [f"missing: a message of type {shown(kind)} has its content here"]
        for other in TYPES:
            if other in given and other != kind:
                wrong[other] = [f"does not belong to a message of type {shown(kind)}"]
            elif other in data:
                wrong |= _judge_depth(data[other], other)
        if wrong:
            raise ValidationError(wrong)


def _judge_depth(content: Any, name: str) -> dict[str, list[str]]:
    try:
        check_plain(content)
    except ValidationError as error:
        return {name: [str(each) for each in error.messages]}
    return {}
