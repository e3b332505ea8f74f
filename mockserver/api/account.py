"""Accounts: credentials, business numbers and a condition."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from mockserver.api.draw import Draw

GOOD = "good"
"""The condition of an account whose calls succeed."""


class Number(NamedTuple):
    """A business number, as the fixture writes it.

    ``state`` is one of the account kind's; ``ids`` are the provider's further names for it, by
    those of the account kind's ``number_ids``.
    """

    number: str
    state: str
    ids: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """As the administration API shows it: ``number``, the further names, ``state``."""
        return {"number": self.number, **self.ids, "state": self.state}


class Account(NamedTuple):
    """Who calls. ``condition`` is ``good`` or one of the account kind's.

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


class AccountKind(NamedTuple):
    """What an account of a provider looks like: the one description fixtures are checked by.

    ``credentials`` are the field names, the first of which names the account in a request;
    ``conditions`` those besides ``good``; ``states`` are those a number may be in, the usual one
    first; ``number_ids`` the names of a number's further names. ``new_credentials`` and
    ``new_number`` make those of a sandbox in the documented forms, from a chance to draw from and
    the sandbox's code of 8 digits, which all that can name the sandbox carry at a fixed place.
    They give the credentials by field name, and ``number`` with the further names.

    All credentials are secrets but those that are ``public``. ``secret_forms`` are regular
    expressions of a secret in the documented form, by which one that nobody knows is found in
    whatever a client sent, to be masked.
    """

    credentials: tuple[str, ...]
    conditions: tuple[str, ...]
    states: tuple[str, ...]
    new_credentials: Callable[[Draw, str], dict[str, str]]
    new_number: Callable[[Draw, str], dict[str, str]]
    number_ids: tuple[str, ...] = ()
    public: tuple[str, ...] = ()
    secret_forms: tuple[str, ...] = ()
