"""What messages hold: the shape shared by fixtures and by messages written at run time."""

import json
from collections.abc import Sequence
from typing import Any

from marshmallow import INCLUDE, Schema, ValidationError, fields, validate, validates_schema

from mockserver.core.clock import parse_duration
from mockserver.core.message import TYPES
from mockserver.core.shown import shown

DEEPEST = 32  # levels of JSON in a message's content


class Duration(fields.Field[int]):
    """An ISO 8601 duration, loaded as milliseconds."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if not isinstance(value, str):
            raise ValidationError(
                f'expected an ISO 8601 duration such as "P8D", came {shown(value)}'
            )
        try:
            return parse_duration(value)
        except ValueError as error:
            raise ValidationError(str(error)) from None


def one_of(choices: Sequence[str]) -> validate.OneOf:
    return validate.OneOf(choices, error="expected one of {choices}, came '{input}'")


class TextSchema(Schema):
    class Meta:
        unknown = INCLUDE

    body = fields.String(required=True)


class ContentSchema(Schema):
    """``type``, and under a key of the type's name its object, as WhatsApp's own API has them."""

    type = fields.String(load_default="text", validate=one_of(TYPES))
    text = fields.Nested(TextSchema)
    contacts = fields.List(fields.Dict(keys=fields.String()))
    image = audio = video = document = sticker = location = reaction = button = interactive = (
        fields.Dict(keys=fields.String())
    )

    @validates_schema
    def one_content(self, data: dict[str, Any], **kwargs: Any) -> None:
        kind = data.get("type")
        if kind is not None and kind not in data:
            raise ValidationError(
                f"missing: a message of type {shown(kind)} has its content here", kind
            )
        for other in TYPES:
            if other in data and other != kind:
                raise ValidationError(f"does not belong to a message of type {shown(kind)}", other)
            if other in data and not _shallow(data[other], DEEPEST):
                raise ValidationError(f"nested deeper than {DEEPEST} levels", other)


def _shallow(value: Any, levels: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels > 0 and all(_shallow(each, levels - 1) for each in inner)


def content_of(data: dict[str, Any]) -> str:
    """The content of loaded data, as a message keeps it."""
    return json.dumps(data[data["type"]], ensure_ascii=False, separators=(",", ":"))


def flatten(messages: Any, path: str = "") -> list[tuple[str, str]]:
    """Marshmallow's nested errors as (JSON path, reason), such as ``a[0].b``."""
    if not isinstance(messages, dict):
        return [(path, str(reason)) for reason in messages]
    found: list[tuple[str, str]] = []
    for key, inner in messages.items():
        if key == "_schema":
            step = path
        elif isinstance(key, int):
            step = f"{path}[{key}]"
        else:
            step = f"{path}.{key}" if path else str(key)
        found += flatten(inner, step)
    return found
