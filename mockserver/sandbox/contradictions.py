"""What in a fixture does not go with the rest of it, beside what is wrong in itself."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from mockserver.api.provider import Provider
from mockserver.text.secrets import mask_secret

Place = tuple[str, str]
"""A JSON path and what stands there."""


def find_contradictions(content: Any, provider: Provider) -> Iterator[tuple[str, str]]:
    """JSON paths and reasons. The content may be of any shape: what is wrong in itself is passed
    over, as it is told by the schema.
    """
    accounts = _list_objects("", content, "accounts")
    numbers = [
        each for path, account in accounts for each in _list_objects(path, account, "numbers")
    ]
    conversations = _list_objects("", content, "conversations")
    messages = [
        each for path, one in conversations for each in _list_objects(path, one, "messages")
    ]
    yield from find_repeated(_list_texts(accounts, "label"))
    yield from find_repeated(_list_texts(accounts, provider.account.credentials[0]), mask_secret)
    for name in ("number", *provider.account.number_ids):
        yield from find_repeated(_list_texts(numbers, name))
    records = {name: _list_objects("", content, name) for name in provider.records}
    for listed in (*records.values(), messages):
        yield from find_repeated(_list_texts(listed, "id"))
    labels = dict(_list_texts(accounts, "label"))
    if len(labels) < len(accounts):
        return  # whose the rest is cannot be told
    for listed in (conversations, *records.values()):
        yield from _find_strangers(_list_texts(listed, "account"), [*labels.values()])
    yield from _find_foreign_numbers(accounts, conversations)


def _list_objects(path: str, owner: Any, name: str) -> list[tuple[str, Mapping[str, Any]]]:
    """The objects in a list of an object, with their paths."""
    listed = owner.get(name) if isinstance(owner, dict) else None
    where = f"{path}.{name}" if path else name
    return [
        (f"{where}[{place}]", each)
        for place, each in enumerate(listed if isinstance(listed, list) else ())
        if isinstance(each, dict)
    ]


def _list_texts(objects: Iterable[tuple[str, Mapping[str, Any]]], name: str) -> list[Place]:
    return [
        (f"{path}.{name}", each[name])
        for path, each in objects
        if isinstance(each.get(name), str) and each[name]
    ]


def find_repeated(places: Iterable[Place], write: Callable[[str], str] = repr) -> Iterator[Place]:
    seen: dict[str, str] = {}
    for path, value in places:
        if value in seen:
            yield path, f"duplicate: {write(value)} stands at {seen[value]} already"
        seen.setdefault(value, path)


def _find_strangers(places: Iterable[Place], labels: list[str]) -> Iterator[Place]:
    known = ", ".join(labels)
    there = set(labels)
    for path, label in places:
        if label not in there:
            yield path, f"no account is labelled {label!r}; there are {known}"


def _find_foreign_numbers(
    accounts: list[tuple[str, Mapping[str, Any]]],
    conversations: list[tuple[str, Mapping[str, Any]]],
) -> Iterator[Place]:
    """Conversations that go by a number of another account than their own."""
    own: dict[str, set[str]] = {}
    for path, account in accounts:
        listed = _list_objects(path, account, "numbers")
        numbers = dict(_list_texts(listed, "number"))
        if numbers and len(numbers) == len(account["numbers"]):
            own[account["label"]] = set(numbers.values())
    for path, conversation in conversations:
        label, number = conversation.get("account"), conversation.get("business_number")
        known = own.get(label) if isinstance(label, str) else None
        if known is not None and isinstance(number, str) and number not in known:
            reason = f"{number!r} is none of the account's numbers"
            yield f"{path}.business_number", reason
