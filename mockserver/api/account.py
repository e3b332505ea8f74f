"""Accounts: credentials, business numbers and a condition."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mockserver.api.ids import Draw

GOOD = "good"


@dataclass(frozen=True, slots=True)
class Number:
    """A business number. ``ids`` are the provider's further names for it."""

    number: str
    state: str
    ids: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        return {"number": self.number, **self.ids, "state": self.state}


@dataclass(frozen=True, slots=True)
class Account:
    """Who calls. ``condition`` is ``good`` or one of the provider's troubles.

    ``credentials`` are None where they are not known: in a sandbox that takes any credential those
    that never travel.
    """

    provider: str
    label: str
    credentials: Mapping[str, str | None]
    condition: str
    numbers: tuple[Number, ...]

    def to_json(self) -> dict[str, Any]:
        """As the administration API shows it."""
        return {
            "label": self.label,
            **self.credentials,
            "condition": self.condition,
            "numbers": [number.to_json() for number in self.numbers],
        }


@dataclass(frozen=True, slots=True)
class AccountKind:
    """What an account of a provider looks like: the one description fixtures are checked by.

    ``credentials`` are the field names, the first of which names the account in a request;
    ``states`` are those a number may be in, the usual one first. ``new_credentials`` and
    ``new_number`` make those of a sandbox in the documented forms: a chance to draw from and the
    sandbox's code of 8 digits, which all that can name the sandbox carry at a fixed place.
    """

    credentials: tuple[str, ...]
    conditions: tuple[str, ...]
    states: tuple[str, ...]
    new_credentials: Callable[[Draw, str], dict[str, str]]
    new_number: Callable[[Draw, str], dict[str, str]]
    number_ids: tuple[str, ...] = ()
