"""What a sandbox offers of a provider: where it is, its accounts, their credentials and numbers.

The names of providers, credentials and numbers' ids are the server's, so they are no attributes
written down here but found when they are asked for: each is text, and one that there is none of is
an AttributeError that tells what there is.
"""

from collections.abc import Mapping
from typing import Any

from mockserver.client.failures import is_no_such_name

__tracebackhide__ = is_no_such_name

USUAL = ("label", "condition", "numbers")  # of an account; the rest are credentials


class Number:
    """A business number. ``number`` is written as the provider does, ``state`` as it is now.

    Its further ids, such as ``phone_number_id``, are attributes of the same names.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.number: str = document["number"]
        self.state: str = document["state"]
        self.ids: Mapping[str, str] = {
            name: value for name, value in document.items() if name not in ("number", "state")
        }

    def __getattr__(self, name: str) -> str:
        return _find(name, _own(self, "ids"), f"the number {_own(self, 'number')}")

    def __repr__(self) -> str:
        return f"<Number {self.number}>"


class Account:
    """An account of a provider. ``condition`` is ``good`` or what is wrong with it.

    Its credentials, and the ids of its first number, are attributes of the names that the
    sandbox's document gives them.
    """

    def __init__(self, provider: str, document: Mapping[str, Any]) -> None:
        self.provider = provider
        self.label: str = document["label"]
        self.condition: str = document["condition"]
        self.numbers = tuple(map(Number, document["numbers"]))
        self.credentials: Mapping[str, str] = {
            name: value
            for name, value in document.items()
            if name not in USUAL and value is not None
        }

    @property
    def number(self) -> str:
        """The first business number."""
        return self.numbers[0].number

    def __getattr__(self, name: str) -> str:
        numbers = _own(self, "numbers")
        known = {**(numbers[0].ids if numbers else {}), **_own(self, "credentials")}
        return _find(name, known, f"{_own(self, 'provider')}'s account {_own(self, 'label')}")

    def __repr__(self) -> str:
        return f"<Account {self.provider}/{self.label}>"


class Provider:
    """One provider in a sandbox. ``base_url`` is what its paths follow, with the sandbox's code
    in it: a call to there is the sandbox's even without a credential.

    Credentials and ids of the first account are attributes of their names, and ``number`` is its
    first number; ``account(label)`` is another one.
    """

    def __init__(self, provider: str, document: Mapping[str, Any]) -> None:
        self.id = provider
        self.base_url: str = document["base_url"]
        self.accounts = tuple(Account(provider, each) for each in document["accounts"])

    def account(self, label: str | None = None) -> Account:
        """The account of that label, the first where none is told. Raises LookupError."""
        for each in self.accounts:
            if label in (None, each.label):
                return each
        known = ", ".join(each.label for each in self.accounts) or "none"
        raise LookupError(f"{self.id} has no account {label or ''} here; there are: {known}")

    @property
    def number(self) -> str:
        """The first business number of the first account."""
        return self.account().number

    def __getattr__(self, name: str) -> str:
        accounts = _own(self, "accounts")
        if not accounts or name.startswith("_"):
            return _find(name, {}, f"{_own(self, 'id')}, without accounts here,")
        found: str = getattr(accounts[0], name)
        return found

    def __repr__(self) -> str:
        return f"<Provider {self.id} at {self.base_url}>"


def _own(object: Any, name: str) -> Any:
    """An attribute that is set at the beginning; not there yet in one that is being copied."""
    try:
        return object.__dict__[name]
    except KeyError:
        raise AttributeError(name) from None


def _find(name: str, known: Mapping[str, str], whose: str) -> str:
    """Raises AttributeError with what there is."""
    if name in known:
        return known[name]
    there = ", ".join(known) or "nothing of that kind"
    raise AttributeError(f"{whose} has no {name!r}; there is: {there}")
