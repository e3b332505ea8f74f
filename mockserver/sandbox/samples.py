"""Valid calls, of the accounts and messages that the fixtures hold."""

from collections.abc import Mapping
from typing import Any

from mockserver.api.account import GOOD
from mockserver.api.message import Message
from mockserver.api.operation import Operation, Sample
from mockserver.api.provider import Provider
from mockserver.sandbox.accounts import read_account
from mockserver.sandbox.fixtures import Seed


def sample_calls(provider: Provider, seed: Seed) -> Mapping[str, Sample]:
    """One for each operation by its name, as far as there is something that it can be about: of the
    first account that is in no bad condition.
    """
    accounts = map(read_account, seed.accounts)
    caller = next((each for each in accounts if each.condition == GOOD), None)
    samples = {}
    for operation in provider.operations:
        subject = _find_subject(seed, operation, caller.label) if caller else None
        if caller and subject is not None:
            samples[operation.name] = operation.sample(caller, subject)
    return samples


def _find_subject(seed: Seed, operation: Operation, label: str) -> Any:
    """The account's first record or unread message that the operation can be about."""
    if operation.about is not None:
        records = seed.records.get(operation.about, {}).values()
        return next((each for each in records if each["account"] == label), None)
    unread = (
        each
        for each in seed.messages
        if each.read_ago is None and each.document["direction"] == "inbound"
    )
    own = [each for each in unread if each.document["account"] == label]
    fresh = min(own, key=lambda each: each.age, default=None)
    return Message(**fresh.document) if fresh else None
