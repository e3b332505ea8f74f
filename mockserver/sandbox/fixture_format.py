"""The format of fixtures: accounts, conversations and a provider's further records."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from mockserver.api.account import GOOD
from mockserver.api.content import ContentSchema
from mockserver.api.message import DIRECTIONS
from mockserver.api.provider import Provider
from mockserver.sandbox.contradictions import find_contradictions
from mockserver.sandbox.fixtures import FixtureMistakes, Seed, make_seed
from mockserver.text.validation import Duration, Strict, list_mistakes, one_of

GIVEN = fields.String(required=True, validate=validate.Length(min=1, error="empty"))
LONGEST_CREDENTIAL = 4_096
CREDENTIAL = [
    validate.Length(min=1, error="empty"),
    validate.Length(max=LONGEST_CREDENTIAL, error="expected at most {max} characters"),
]
LEFT_OUT = fields.String(validate=validate.Length(min=1, error="empty"))


class MessageSchema(ContentSchema):
    id = GIVEN
    external_id = fields.String()
    direction = fields.String(required=True, validate=one_of(DIRECTIONS))
    age = Duration(required=True)
    read = fields.Boolean(load_default=False)


class ConversationSchema(Strict):
    account = fields.String(required=True)
    business_number = fields.String(required=True)
    customer = fields.String(required=True)
    messages = fields.List(fields.Nested(MessageSchema), required=True)


def read_fixture(provider: Provider, content: Any, *, with_credentials: bool = True) -> Seed:
    """The seed in a fixture's content. Raises FixtureMistakes with all that is wrong.

    Without credentials accounts may leave out what the server can make up: credentials and further
    names of numbers, which are None then, states and conversations.
    """
    contradictions = list(find_contradictions(content, provider))
    try:
        data: dict[str, Any] = _make_schema(provider, with_credentials).load(content)
    except ValidationError as error:
        raise FixtureMistakes([*list_mistakes(error, content), *contradictions]) from None
    if contradictions:
        raise FixtureMistakes(contradictions)
    # Records are answered as they are written, key order included.
    data |= {name: content.get(name, []) for name in provider.records}
    return make_seed(provider, data)


def account_schema(provider: Provider, *, with_credentials: bool = True) -> type[Schema]:
    """What an account of a fixture is."""
    kind = provider.account
    return Strict.from_dict(
        {
            "label": GIVEN,
            "condition": make_condition_field(provider, load_default=GOOD),
            **dict.fromkeys(
                kind.credentials, fields.String(required=with_credentials, validate=CREDENTIAL)
            ),
            "numbers": fields.List(
                fields.Nested(_number_schema(provider, with_credentials)),
                required=True,
                validate=validate.Length(min=1),
            ),
        }
    )


def make_condition_field(provider: Provider, **options: Any) -> fields.String:
    return fields.String(validate=one_of((GOOD, *provider.account.conditions)), **options)


def make_state_field(provider: Provider, **options: Any) -> fields.String:
    return fields.String(validate=one_of(provider.account.states), **options)


def _number_schema(provider: Provider, with_credentials: bool) -> type[Schema]:
    kind = provider.account
    if with_credentials:
        names, state = (
            dict.fromkeys(kind.number_ids, GIVEN),
            make_state_field(provider, required=True),
        )
    else:
        names = dict.fromkeys(kind.number_ids, LEFT_OUT)
        state = make_state_field(provider, load_default=kind.states[0])
    return Strict.from_dict({"number": GIVEN, "state": state, **names})


def _make_schema(provider: Provider, with_credentials: bool) -> Schema:
    account = account_schema(provider, with_credentials=with_credentials)
    sections: dict[str, fields.Field[Any]] = {
        "accounts": fields.List(fields.Nested(account), required=True),
        "conversations": fields.List(
            fields.Nested(ConversationSchema),
            **({"required": True} if with_credentials else {"load_default": list}),
        ),
    }
    for name, schema in provider.records.items():
        sections[name] = fields.List(fields.Nested(schema), load_default=[])
    return Strict.from_dict(sections)()
