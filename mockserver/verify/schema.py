"""What an expectation can say."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from mockserver.match.schema import MatchSchema
from mockserver.text.times import SECOND
from mockserver.text.validation import LARGEST, Duration, StrictBoolean, whole

MOST_EXPECTATIONS = 100  # in one request
LONGEST_WAIT = 600 * SECOND
LONGEST_NAME = 200


class FaultField(fields.Field[Any]):
    """Null for no fault, true for any, or a rule by its id or name."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if value is not True and not (isinstance(value, str) and value):
            raise ValidationError("expected the id or the name of a rule, true for any, or null")
        return value


class KeptMatchSchema(MatchSchema):
    """The match of a rule, and what only a call that was answered has."""

    status = whole(100, 999, allow_none=True)  # null: nothing was answered
    error = fields.String(allow_none=True)
    committed = StrictBoolean()
    fault = FaultField(allow_none=True)


class CountSchema(Schema):
    exactly = at_least = at_most = whole(0, LARGEST)

    @validates_schema
    def require_one_meaning(self, data: dict[str, Any], **kwargs: Any) -> None:
        if not data:
            raise ValidationError("expected exactly, at_least or at_most")
        if "exactly" in data and len(data) > 1:
            raise ValidationError("expected exactly alone, or at_least, at_most or both")
        if data.get("at_least", 0) > data.get("at_most", LARGEST):
            raise ValidationError("expected at_least to be no more than at_most")


class ExpectationSchema(Schema):
    name = fields.String(validate=validate.Length(1, LONGEST_NAME))
    match = fields.Nested(KeptMatchSchema, load_default=dict)
    count = fields.Nested(CountSchema)
    since = fields.String()
    within = Duration(
        validate=validate.Range(0, LONGEST_WAIT, error="expected a duration of at most PT10M")
    )
    never = StrictBoolean(load_default=False)

    @validates_schema
    def require_no_contradiction(self, data: dict[str, Any], **kwargs: Any) -> None:
        if data.get("never") and "count" in data:
            raise ValidationError({"count": ["expected none beside never, which means no call"]})


EXPECTATION = ExpectationSchema()
KEYS = {
    part: sorted(schema.fields)
    for part, schema in (("", EXPECTATION), ("match", KeptMatchSchema()), ("count", CountSchema()))
}
"""What there can be in an expectation, and in its parts."""
