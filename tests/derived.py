"""Valid calls of every provider, derived from its own specification and fixture.

So a provider that no test knows is tested all the same. The calls of the four that the tests do
know also stand in tests/calls.py, written out independently.
"""

import functools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import Schema, ValidationError

from mockserver.api import DAY, GOOD, JSON, Account, Message, Operation, Provider, Shape, Signing
from mockserver.registry import find_providers
from mockserver.sandbox.accounts import read_account
from mockserver.sandbox.clock import SystemClock
from mockserver.sandbox.fixtures import Seed
from mockserver.sandbox.seed import load_seeds
from tests.calls import BY_PROVIDER, CALLS, ValidCall
from tests.conftest import ROOT

PROVIDERS: Mapping[str, Provider] = find_providers().providers


@functools.cache
def seeds() -> Mapping[str, Seed]:
    return load_seeds(PROVIDERS, ROOT / "fixtures")


@dataclass(frozen=True, eq=False, kw_only=True)
class DerivedCall(ValidCall):
    """A call that its provider's own specification makes. ``options`` are those of ``sign``."""

    specified: tuple[Provider, Operation, Account]
    options: Mapping[str, str] = field(default_factory=dict)

    def signature(self, body: bytes | None = None, now: int | None = None) -> dict[str, str]:
        provider, operation, account = self.specified
        content = self.body if body is None else body
        instant = SystemClock().now() if now is None else now
        return provider.sign(Signing(account, operation, content, instant, self.options))

    def succeeded(self, status: int, answer: Any) -> bool:
        return bool(shapes_of(self.specified[1], status, JSON, answer))


def shapes_of(operation: Operation, status: int, media_type: str, content: Any) -> list[Shape]:
    """Those of the operation's answers that this is one of."""
    told = (status, media_type.partition(";")[0])
    return [
        each
        for each in operation.answers
        if (each.status, each.media_type.partition(";")[0]) == told and _fits(each, content)
    ]


def _fits(shape: Shape, content: Any) -> bool:
    try:
        if isinstance(shape.content, type) and issubclass(shape.content, Schema):
            return not shape.content().validate(content)
        shape.content.deserialize(content)
    except ValidationError:
        return False
    return True


def accounts_of(provider: Provider) -> dict[str, Account]:
    """The accounts of the fixture by label."""
    accounts = map(read_account, seeds()[provider.id].accounts)
    return {each.label: each for each in accounts}


def derive_call(
    provider: Provider,
    operation: Operation,
    label: str | None = None,
    about: tuple[str, int] | None = None,
) -> DerivedCall:
    """The call as a good account makes it, or the same call as another account does.

    ``about`` is the direction of the message, and how many days it is old at least.
    """
    accounts = accounts_of(provider)
    good = _require_one(
        (each for each in accounts.values() if each.condition == GOOD),
        f"{provider.id}'s fixture needs an account in good condition",
    )
    account = accounts[label or good.label]
    subject = _find_subject(provider, operation, good, *(about or ("inbound", 0)))
    if isinstance(subject, Message):
        number = subject.business_number if account is good else account.numbers[0].number
        subject = subject._replace(account=account.label, business_number=number)
    arguments, content = operation.sample(account, subject)
    return DerivedCall(
        provider=provider.id,
        operation=operation.name,
        method=operation.method,
        path=operation.path_for(arguments),
        success=operation.success,
        host=provider.hosts[0],
        body=b"" if content is None else json.dumps(content).encode(),
        template=operation.paths[0],
        arguments=arguments,
        full={} if content is None else content,
        message_id=subject.id if isinstance(subject, Message) else "",
        specified=(provider, operation, account),
    )


def _find_subject(
    provider: Provider, operation: Operation, account: Account, direction: str, days: int
) -> Any:
    """The freshest unread message of the account, or the first of its records."""
    seed = seeds()[provider.id]
    needs = f"{provider.id}'s fixture needs of the account {account.label}"
    if operation.about is not None:
        records = seed.records[operation.about].values()
        own = (each for each in records if each["account"] == account.label)
        return _require_one(own, f"{needs} one of the {operation.about}")
    unread = [
        template
        for template in seed.messages
        if template.read_ago is None
        and template.document["direction"] == direction
        and template.age >= days * DAY
        and template.document["account"] == account.label
    ]
    fresh = sorted(unread, key=lambda each: each.age)
    return Message(**_require_one(iter(fresh), f"{needs} an unread inbound message").document)


def _require_one(found: Iterator[Any], lacking: str) -> Any:
    one = next(found, None)
    assert one is not None, lacking
    return one


def call_answering(provider: str, name: str) -> ValidCall:
    """A call of the provider whose operation may answer the row of that name."""
    known = PROVIDERS[provider]
    row = known.errors[name]
    return next(
        each
        for each in EVERY_CALL
        if each.provider == provider
        and (operation := known.operation(each.operation))
        and known.may_answer(operation, row)
    )


def derive_calls(provider: Provider) -> Iterator[DerivedCall]:
    return (derive_call(provider, operation) for operation in provider.operations)


DERIVED = tuple(call for provider in PROVIDERS.values() for call in derive_calls(provider))
NEW = tuple(call for call in DERIVED if call.provider not in BY_PROVIDER)
EVERY_CALL: tuple[ValidCall, ...] = (*CALLS, *NEW)
"""One for each operation: as it is written out, or else derived."""
