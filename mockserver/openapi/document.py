"""A document of OpenAPI 3.1, and what the marshmallow plugin of apispec does not know of ours."""

from collections.abc import Iterable, Mapping
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema, fields

from mockserver.api.header import Header
from mockserver.text.validation import Duration

OPENAPI = "3.1.0"
LICENSE = {"name": "MIT", "identifier": "MIT"}
UNNAMED = "Generated"  # what the library calls a schema that was made of a dictionary

ALL_BUT_NULL = ("object", "array", "string", "number", "boolean")
ONE_OF = {"anyOf", "enum"}

Json = dict[str, Any]


class Document:
    """What is described so far; ``to_dict`` gives it as JSON, without servers."""

    def __init__(self, title: str, version: str, description: str) -> None:
        resolve: Any = _name_schema  # None for no name, which the plugin takes and does not say
        plugin = MarshmallowPlugin(schema_name_resolver=resolve)
        info = {"description": description, "license": LICENSE}
        self.spec = APISpec(title, version, OPENAPI, [plugin], info=info)
        converter: Any = plugin.converter
        converter.map_to_openapi_type(Duration, "string", "duration")
        converter.add_attribute_function(_mend)
        self._converter = converter

    def refer(self, schema: type[Schema] | Schema) -> Json:
        """The reference to a schema, which is described once; one without a name as it stands."""
        reference: Json = self._converter.resolve_nested_schema(schema)
        return reference

    def describe(self, content: type[Schema] | Schema | fields.Field[Any]) -> Json:
        """The JSON Schema of a schema or a field."""
        if isinstance(content, fields.Field):
            field: Json = self._converter.field2property(content)
            return field
        described: Json = self._converter.schema2jsonschema(
            content() if isinstance(content, type) else content
        )
        return described

    def add(self, name: str, schema: Json) -> Json:
        """The reference to a JSON Schema that is described under this name."""
        self.spec.components.schema(name, schema)
        return {"$ref": f"#/components/schemas/{name}"}

    def to_dict(self) -> Json:
        document: Json = self.spec.to_dict()
        return document


def _name_schema(schema: type[Schema] | Schema) -> str | None:
    made_of = schema if isinstance(schema, type) else type(schema)
    name = made_of.__name__.removesuffix("Schema")
    return None if name == UNNAMED else name


def _mend(self: Any, field: fields.Field[Any], ret: Json) -> Json:
    """What is not said as JSON Schema says it."""
    if "pattern" in ret:  # ours match from the beginning, and end with what only Python knows
        ret["pattern"] = f"^(?:{ret['pattern'].replace(chr(92) + 'Z', '$')})"
    if isinstance(field, fields.Dict):
        for name, right in (("minLength", "minProperties"), ("maxLength", "maxProperties")):
            if name in ret:
                ret[right] = ret.pop(name)
    if (
        type(field) is fields.Raw
        and "type" not in ret
        and not ({*ret} & ONE_OF or field.allow_none)
    ):
        ret["type"] = list(ALL_BUT_NULL)
    if isinstance(field, Duration) or (ret.get("default", ...) is None and not field.allow_none):
        ret.pop("default", None)  # of what was loaded, not of what is sent
    return {}


def describe_header(header: Header) -> Json:
    """As a response has it; of a request, name and place come with it."""
    schema: Json = {"type": "string"}
    if header.choices:
        schema["enum"] = list(header.choices)
    return {"description": header.help, "required": header.required, "schema": schema}


def describe_parameter(name: str, place: str, described: Mapping[str, Any]) -> Json:
    return {"name": name, "in": place, **described}


def list_examples(examples: Iterable[tuple[str, str, Any]]) -> Json:
    """From names, lines about them, and values."""
    return {name: {"summary": line, "value": value} for name, line, value in examples}


def tell_source(source: str) -> Json:
    """Where it is documented: a link where it is an address, nothing elsewhere."""
    return {"externalDocs": {"url": source}} if source.startswith("https://") else {}
