"""Bodies are read in the short way as their schemas read them, and judged by these alone."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import Schema, ValidationError, fields, post_load, validate

from mockserver.api import Lenient, Operation
from mockserver.api.reading import Reader, list_rows
from tests.derived import PROVIDERS

OPERATIONS = [
    operation
    for provider in PROVIDERS.values()
    for operation in provider.operations
    if operation.request is not None
]
TELLING: tuple[Any, ...] = (
    None,
    "",
    "read",
    "whatsapp",
    "text",
    "x" * 300,
    7,
    True,
    [],
    {},
    {"type": "text"},
)


def outcome_of(load: Any, value: dict[str, Any]) -> Any:
    try:
        return load(value)
    except ValidationError as error:
        return "refused", error.messages
    except (AttributeError, KeyError, TypeError) as bug:  # of the fields and hooks below
        return type(bug)


def values_of(schema: Schema) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with the schema's keys, right and wrong ones, others, and too few."""
    keys = {
        name: st.sampled_from(TELLING)
        | (values_of(field.schema) if isinstance(field, fields.Nested) else st.text())
        for name, field in schema.fields.items()
    }
    return st.fixed_dictionaries({}, optional={**keys, "further": st.integers()})


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.source)
def test_bodies_of_providers_are_read_in_the_short_way(operation: Operation) -> None:
    assert operation.request is not None
    assert list_rows(operation.request) is not None


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_short_way_gives_what_the_schema_gives(data: st.DataObject) -> None:
    operation = data.draw(st.sampled_from(OPERATIONS))
    schema = operation.request
    assert schema is not None
    value = data.draw(values_of(schema))
    assert outcome_of(Reader(schema).load, value) == outcome_of(schema.load, value)


class Hooked(Lenient):
    text = fields.String()

    @post_load
    def shout(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        return {"text": data["text"].upper()}


class Loud(fields.String):
    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return value.upper()


class Text(Lenient):
    text = fields.String(required=True, validate=validate.Length(min=1))


def schema_with(**members: Any) -> Schema:
    return Lenient.from_dict(members)()


CHANGED = [  # of marshmallow 4.3 and newer
    schema_with(text=fields.String(**{each: str.upper}))
    for each in ("pre_load", "post_load")
    if hasattr(fields.String(), each)
]


@pytest.mark.parametrize(
    "schema",
    [
        Hooked(),
        schema_with(text=Loud()),
        schema_with(text=fields.String(data_key="name")),
        schema_with(text=fields.String(attribute="name")),
        schema_with(text=fields.String(load_default="x")),
        *CHANGED,
        schema_with(text=fields.Integer()),
        schema_with(text=fields.Nested(Text, many=True)),
        schema_with(text=fields.Nested(Text, allow_none=True)),
        schema_with(text=fields.Nested(Text, unknown="include")),
        schema_with(text=fields.Nested(Hooked)),
        Schema.from_dict({"text": fields.String()})(),
        Text(partial=True),
    ],
)
@pytest.mark.parametrize(
    "value",
    [
        {"text": "a"},
        {"text": 7},
        {"text": None},
        {},
        {"name": "a"},
        {"text": {"text": "a", "b": 1}},
    ],
    ids=str,
)
def test_what_is_unusual_is_left_to_the_schema(schema: Schema, value: dict[str, Any]) -> None:
    assert list_rows(schema) is None
    assert outcome_of(Reader(schema).load, value) == outcome_of(schema.load, value)
