"""Reading a body that is right, in a quarter of the time that its schema takes: 6 µs of a call.

Whatever is not surely right is left to the schema, which tells what is wrong.
"""

from collections.abc import Mapping, Sequence
from types import FunctionType
from typing import Any, NamedTuple

from marshmallow import EXCLUDE, Schema, ValidationError, fields, missing

SIMPLE = (fields.String, fields.Raw, fields.Nested)


class Row(NamedTuple):
    """A field that is read here: a text or, where it is ``raw``, anything; with ``rows`` an object
    of these.
    """

    name: str
    required: bool
    raw: bool
    allow_none: bool
    validators: Sequence[Any]
    rows: Sequence["Row"] | None


class Reader:
    """Loads what its schema does. How, it finds out at the first body."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._rows: Sequence[Row] | None = None
        self._looked = False

    def load(self, value: dict[str, Any]) -> Any:
        """Raises ValidationError."""
        if not self._looked:
            self._rows, self._looked = list_rows(self._schema), True
        found = None if self._rows is None else _read(self._rows, value)
        return self._schema.load(value) if found is None else found


def list_rows(schema: Schema) -> Sequence[Row] | None:
    """The fields, None where a schema does anything that is not done here."""
    own = [vars(each) for each in type(schema).__mro__ if each not in Schema.__mro__]
    hooked = any(isinstance(each, FunctionType) for names in own for each in names.values())
    if hooked or schema.unknown != EXCLUDE or schema.many or schema.partial:
        return None
    rows = [_make_row(name, field) for name, field in schema.load_fields.items()]
    return None if None in rows else [row for row in rows if row is not None]


def _make_row(name: str, field: fields.Field[Any]) -> Row | None:
    changed = (getattr(field, each, None) for each in ("pre_load", "post_load"))  # since 4.3
    told = (field.data_key, field.attribute, *changed)
    if type(field) not in SIMPLE or any(told) or field.load_default is not missing or "." in name:
        return None
    nested = None
    if isinstance(field, fields.Nested):
        nested = list_rows(field.schema)
        if nested is None or field.many or field.unknown or field.allow_none or field.validators:
            return None
    raw = not isinstance(field, fields.String | fields.Nested)
    return Row(name, field.required, raw, field.allow_none, field.validators, nested)


def _read(rows: Sequence[Row], value: Mapping[str, Any]) -> dict[str, Any] | None:
    """None for what may be wrong."""
    found = {}
    for name, required, raw, allow_none, validators, nested in rows:
        given = value.get(name, missing)
        if given is missing:
            if required:
                return None
            continue
        if nested is not None:
            given = _read(nested, given) if type(given) is dict else None
        elif type(given) is not str and not raw:
            return None
        if given is None and not (raw and allow_none):
            return None
        if given is not None and not _is_valid(given, validators):
            return None
        found[name] = given
    return found


def _is_valid(value: Any, validators: Sequence[Any]) -> bool:
    try:
        for validate in validators:
            validate(value)
    except ValidationError:
        return False
    return True
