"""What fixtures hold, and how it is taken out of them."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from mockserver.api.account import GOOD
from mockserver.api.message import DEFAULT_TYPE, Message, content_of
from mockserver.api.provider import Provider
from mockserver.sandbox.storage.memory import Document
from mockserver.text.times import SECOND, parse_duration

READ_AFTER = 60 * SECOND  # a seeded message that is read was read that long after it came


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
    return make_seed(provider, {name: [] for name in provider.records} | content | filled)


def _fill_in(message: dict[str, Any]) -> dict[str, Any]:
    """What the schema makes of a message."""
    usual = {"type": DEFAULT_TYPE, "read": False}
    return usual | message | {"age": parse_duration(message["age"])}


def make_seed(provider: Provider, data: Mapping[str, Any]) -> Seed:
    """The seed in what the format made of a fixture."""
    records = {name: {each["id"]: each for each in data[name]} for name in provider.records}
    accounts = tuple(_make_account(provider, each) for each in data["accounts"])
    return Seed(accounts, tuple(_make_templates(provider, data)), records)


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
