"""The format of fixtures: accounts, conversations and a provider's further records."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from marshmallow import Schema, ValidationError, fields, validate

from mockserver.api.account import GOOD
from mockserver.api.content import DEFAULT_TYPE, ContentSchema, content_of
from mockserver.api.message import DIRECTIONS, Message
from mockserver.api.provider import Provider
from mockserver.sandbox.contradictions import find_contradictions
from mockserver.sandbox.storage.memory import Document
from mockserver.text.times import SECOND, parse_duration
from mockserver.text.validation import Duration, Strict, list_mistakes, one_of

READ_AFTER = 60 * SECOND  # a seeded message that is read was read that long after it came
GIVEN = fields.String(required=True, validate=validate.Length(min=1, error="empty"))
LONGEST_CREDENTIAL = 4_096
CREDENTIAL = [
    validate.Length(min=1, error="empty"),
    validate.Length(max=LONGEST_CREDENTIAL, error="expected at most {max} characters"),
]
LEFT_OUT = fields.String(validate=validate.Length(min=1, error="empty"))


class Template(NamedTuple):
    """A message that is not put in time yet: how long ago it came, and was read, in milliseconds.

    The document lacks both.
    """

    document: Document
    age: int
    read_ago: int | None


class Seed(NamedTuple):
    """What a fixture says of one provider.

    ``accounts`` are documents, ``records`` those of a collection by id.
    """

    accounts: tuple[Document, ...]
    messages: tuple[Template, ...]
    records: Mapping[str, Mapping[str, Document]]


class FixtureMistakes(Exception):
    """What is wrong with the content of a fixture, as JSON paths and reasons."""

    def __init__(self, found: list[tuple[str, str]]) -> None:
        super().__init__(found)
        self.found = found


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
    return _make_seed(provider, data)


def take_fixture(provider: Provider, content: Any) -> Seed:
    """The same seed, of a content that is known to be right: judging is most of what reading takes.

    Raises LookupError, TypeError, AttributeError or ValueError, if anything, where it is wrong.
    """
    filled = {
        "accounts": [{"condition": GOOD} | each for each in content["accounts"]],
        "conversations": [
            conversation | {"messages": [*map(_fill_in, conversation["messages"])]}
            for conversation in content["conversations"]
        ],
    }
    return _make_seed(provider, {name: [] for name in provider.records} | content | filled)


def _fill_in(message: dict[str, Any]) -> dict[str, Any]:
    """What the schema makes of a message."""
    usual = {"type": DEFAULT_TYPE, "read": False}
    return usual | message | {"age": parse_duration(message["age"])}


def _make_seed(provider: Provider, data: Mapping[str, Any]) -> Seed:
    """Of what the schema made of a fixture."""
    records = {name: {each["id"]: each for each in data[name]} for name in provider.records}
    accounts = tuple(_make_account(provider, each) for each in data["accounts"])
    return Seed(accounts, tuple(_make_templates(provider, data)), records)


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


def _make_account(provider: Provider, data: Mapping[str, Any]) -> Document:
    kind = provider.account
    return {
        "provider": provider.id,
        "label": data["label"],
        "credentials": {name: data.get(name) for name in kind.credentials},
        "condition": data["condition"],
        "numbers": [
            {
                "number": each["number"],
                "state": each["state"],
                "ids": {name: each.get(name) for name in kind.number_ids},
            }
            for each in data["numbers"]
        ],
    }


def _make_templates(provider: Provider, data: Mapping[str, Any]) -> Iterator[Template]:
    for conversation in data["conversations"]:
        for each in conversation["messages"]:
            message = Message(
                id=each["id"],
                provider=provider.id,
                account=conversation["account"],
                direction=each["direction"],
                business_number=conversation["business_number"],
                customer=conversation["customer"],
                type=each["type"],
                content=content_of(each),
                received_at=0,
                sequence=0,
                external_id=each.get("external_id"),
            )
            read_ago = max(each["age"] - READ_AFTER, 0) if each["read"] else None
            yield Template(message._asdict(), each["age"], read_ago)
