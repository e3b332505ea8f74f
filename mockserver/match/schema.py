"""What a match can say."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from mockserver.api.message import DIRECTIONS
from mockserver.match.pointers import is_pointer
from mockserver.text.shown import shown
from mockserver.text.validation import HEADER_NAME, Texts, one_of


class AccountField(fields.Field[Any]):
    """A label, a list of labels, or null for callers that no account is known of."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        labels = value if isinstance(value, list) else [value]
        if not labels or not all(isinstance(label, str) for label in labels):
            raise ValidationError("expected a label or a list of labels")
        return value


def check_pointers(value: dict[str, Any]) -> None:
    reason = "expected JSON pointers such as /status or /a~1b, came "
    wrong = [f"{reason}{shown(each)}" for each in value if not is_pointer(each)]
    if wrong:
        raise ValidationError(wrong)


NUMBER = validate.Regexp(r"\+?[x ()-]*[0-9][0-9x ()-]*\Z", error="expected a phone number")
PATH = validate.Regexp(r"/[^?#]*\Z", error="expected a path from its first / on, without a query")


class MatchSchema(Schema):
    provider = fields.String()
    operation = fields.String(allow_none=True)  # null: a path or method that is no operation's
    account = AccountField(allow_none=True)
    message_id = fields.String(validate=validate.Length(min=1))
    business_number = fields.String(validate=NUMBER)
    direction = fields.String(validate=one_of(DIRECTIONS))
    customer = fields.String(validate=NUMBER)
    header = Texts(HEADER_NAME)
    path = fields.String(validate=PATH)
    body = fields.Dict(keys=fields.String(), validate=check_pointers)
