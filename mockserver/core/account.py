"""Accounts: credentials, business numbers and a condition."""

from collections.abc import Mapping
from dataclasses import dataclass

GOOD = "good"


@dataclass(frozen=True, slots=True)
class Number:
    """A business number. ``ids`` are the provider's further names for it."""

    number: str
    state: str
    ids: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Account:
    """Who calls. ``condition`` is ``good`` or one of the provider's troubles."""

    provider: str
    label: str
    credentials: Mapping[str, str]
    condition: str
    numbers: tuple[Number, ...]


@dataclass(frozen=True, slots=True)
class AccountKind:
    """What an account of a provider looks like: the one description fixtures are checked by.

    ``credentials`` are the field names, the first of which names the account in a request;
    ``states`` are those a number may be in, the usual one first.
    """

    credentials: tuple[str, ...]
    conditions: tuple[str, ...]
    states: tuple[str, ...]
    number_ids: tuple[str, ...] = ()
