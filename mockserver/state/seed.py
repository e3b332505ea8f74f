"""Reading fixtures: accounts, seeded messages and a provider's further records."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson
from marshmallow import Schema, ValidationError, fields, validate

from mockserver.core.account import GOOD, Account, Number
from mockserver.core.clock import SECOND
from mockserver.core.content import ContentSchema, content_of
from mockserver.core.errors import Mistake, Mistakes
from mockserver.core.message import DIRECTIONS, Message
from mockserver.core.provider import Provider
from mockserver.core.validation import Duration, Strict, mistakes_in, one_of

READ_AFTER = 60 * SECOND  # a seeded message that is read was read that long after it came


GIVEN = fields.String(required=True, validate=validate.Length(min=1, error="empty"))


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


@dataclass(frozen=True, slots=True)
class Seed:
    """What a fixture says. Messages carry their age below zero until they are put in time."""

    accounts: tuple[Account, ...]
    messages: tuple[Message, ...]
    records: Mapping[str, Mapping[str, Any]]

    def messages_at(self, now: int) -> list[Message]:
        return [_in_time(message, now) for message in self.messages]


def load_seeds(providers: Mapping[str, Provider], folder: Path) -> dict[str, Seed]:
    """The seeds by provider. Raises Mistakes with everything wrong in any of the files."""
    seeds, mistakes = read_seeds(providers, folder)
    if mistakes:
        raise Mistakes(mistakes)
    return seeds


def read_seeds(
    providers: Mapping[str, Provider], folder: Path
) -> tuple[dict[str, Seed], list[Mistake]]:
    """The good seeds by provider, and every mistake in the others."""
    seeds: dict[str, Seed] = {}
    if not os.path.isdir(folder):  # unlike the path's own method it takes any path
        return seeds, [Mistake(str(folder), "", "there is no such folder of fixtures")]
    mistakes = _strangers(providers, folder)
    for provider in providers.values():
        file = folder / f"{provider.id}.json"
        if provider.fixture and not file.exists():
            file = provider.fixture
        try:
            seeds[provider.id] = _load(provider, file)
        except Mistakes as found:
            mistakes += found.mistakes
    return seeds, mistakes


def _strangers(providers: Mapping[str, Provider], folder: Path) -> list[Mistake]:
    known = ", ".join(providers)
    return [
        Mistake(str(file), "", f"no provider is called {file.stem!r}; there are {known}")
        for file in sorted(folder.glob("*.json"))
        if file.stem not in providers
    ]


def _load(provider: Provider, file: Path) -> Seed:
    data = _validated(provider, file)
    mistakes = [Mistake(str(file), *found) for found in _contradictions(data, provider)]
    if mistakes:
        raise Mistakes(mistakes)
    records = {name: {each["id"]: each for each in data[name]} for name in provider.records}
    accounts = tuple(_account(provider, each) for each in data["accounts"])
    return Seed(accounts, tuple(_messages(provider, data)), records)


def _validated(provider: Provider, file: Path) -> dict[str, Any]:
    try:
        content = orjson.loads(file.read_bytes())
    except FileNotFoundError:
        raise Mistakes([Mistake(str(file), "", f"missing: {provider.title}'s fixture")]) from None
    except (OSError, ValueError, RecursionError) as error:
        raise Mistakes([Mistake(str(file), "", f"cannot be read as JSON: {error}")]) from None
    try:
        loaded: dict[str, Any] = _schema(provider).load(content)
    except ValidationError as error:
        raise mistakes_in(file, error, content) from None
    # Records are answered as they are written, key order included.
    return loaded | {name: content.get(name, []) for name in provider.records}


def _schema(provider: Provider) -> Schema:
    kind = provider.account
    number = Strict.from_dict(
        {
            "number": GIVEN,
            "state": fields.String(required=True, validate=one_of(kind.states)),
            **dict.fromkeys(kind.number_ids, GIVEN),
        }
    )
    account = Strict.from_dict(
        {
            "label": GIVEN,
            "condition": fields.String(
                load_default=GOOD, validate=one_of((GOOD, *kind.conditions))
            ),
            **dict.fromkeys(kind.credentials, GIVEN),
            "numbers": fields.List(
                fields.Nested(number), required=True, validate=validate.Length(min=1)
            ),
        }
    )
    sections: dict[str, fields.Field[Any]] = {
        "accounts": fields.List(fields.Nested(account), required=True),
        "conversations": fields.List(fields.Nested(ConversationSchema), required=True),
    }
    for name, schema in provider.records.items():
        sections[name] = fields.List(fields.Nested(schema), load_default=[])
    return Strict.from_dict(sections)()


def _contradictions(data: Mapping[str, Any], provider: Provider) -> Iterator[tuple[str, str]]:
    accounts = {each["label"]: each for each in data["accounts"]}
    for name in ("label", provider.account.credentials[0]):
        yield from _repeated(
            (f"accounts[{place}].{name}", each[name]) for place, each in enumerate(data["accounts"])
        )
    for name in ("number", *provider.account.number_ids):
        yield from _repeated(
            (f"accounts[{first}].numbers[{second}].{name}", number[name])
            for first, account in enumerate(data["accounts"])
            for second, number in enumerate(account["numbers"])
        )
    for name in provider.records:
        yield from _repeated((f"{name}[{i}].id", each["id"]) for i, each in enumerate(data[name]))
    yield from _repeated(
        (f"conversations[{first}].messages[{second}].id", message["id"])
        for first, conversation in enumerate(data["conversations"])
        for second, message in enumerate(conversation["messages"])
    )
    for section in ("conversations", *provider.records):
        for place, each in enumerate(data[section]):
            if each["account"] not in accounts:
                known = ", ".join(accounts)
                reason = f"no account is labelled {each['account']!r}; there are {known}"
                yield f"{section}[{place}].account", reason
    for place, each in enumerate(data["conversations"]):
        numbers = [own["number"] for own in accounts.get(each["account"], {}).get("numbers", ())]
        if each["account"] in accounts and each["business_number"] not in numbers:
            reason = f"{each['business_number']!r} is none of the account's numbers"
            yield f"conversations[{place}].business_number", reason


def _repeated(places: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    seen: dict[str, str] = {}
    for path, value in places:
        if value in seen:
            yield path, f"duplicate: {value!r} stands at {seen[value]} already"
        seen.setdefault(value, path)


def _account(provider: Provider, data: Mapping[str, Any]) -> Account:
    kind = provider.account
    numbers = tuple(
        Number(each["number"], each["state"], {name: each[name] for name in kind.number_ids})
        for each in data["numbers"]
    )
    credentials = {name: data[name] for name in kind.credentials}
    return Account(provider.id, data["label"], credentials, data["condition"], numbers)


def _messages(provider: Provider, data: Mapping[str, Any]) -> Iterator[Message]:
    for conversation in data["conversations"]:
        for each in conversation["messages"]:
            yield Message(
                id=each["id"],
                provider=provider.id,
                account=conversation["account"],
                direction=each["direction"],
                business_number=conversation["business_number"],
                customer=conversation["customer"],
                type=each["type"],
                content=content_of(each),
                received_at=-each["age"],
                sequence=0,
                read_at=min(READ_AFTER - each["age"], 0) if each["read"] else None,
                external_id=each.get("external_id"),
            )


def _in_time(message: Message, now: int) -> Message:
    read_at = None if message.read_at is None else now + message.read_at
    return replace(message, received_at=now + message.received_at, read_at=read_at)
