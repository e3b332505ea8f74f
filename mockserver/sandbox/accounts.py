"""The accounts of a sandbox."""

from collections.abc import Callable, Iterator

from mockserver.api.account import Account, Number
from mockserver.sandbox.database import Database
from mockserver.sandbox.planting import ACCOUNTS
from mockserver.sandbox.storage.memory import Document

Credential = tuple[str, str]
"""Provider and value."""
Follower = Callable[[set[Credential], set[Credential]], None]
"""Told the credentials that are gone, and those that are new."""


class Accounts:
    """Accounts by what names them in a request, derived from their documents."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._by_provider: dict[str, tuple[Account, ...]] = {}
        self.edition = object()
        """Another one each time that the accounts may be others."""
        self._follower: Follower | None = None
        database.watch(ACCOUNTS, self.index)
        self.index()

    def index(self) -> None:
        """Derive everything anew. Raises KeyError where the documents are no accounts."""
        by_credential: dict[tuple[str, str | None], Account] = {}
        by_provider: dict[str, tuple[Account, ...]] = {}
        for document in self._database.rows(ACCOUNTS).values():
            account = read_account(document)
            first = next(iter(account.credentials.values()))
            by_credential[account.provider, first] = account
            by_provider[account.provider] = (*by_provider.get(account.provider, ()), account)
        before = set(self.credentials())
        self._by_credential, self._by_provider = by_credential, by_provider
        self.edition = object()
        if self._follower is not None:
            after = set(self.credentials())
            self._follower(before - after, after - before)

    def follow(self, follower: Follower) -> None:
        """Have a follower told of the credentials that there are, and whenever they change."""
        self._follower = follower
        follower(set(), set(self.credentials()))

    def find(self, provider: str, credential: str | None) -> Account | None:
        return self._by_credential.get((provider, credential))

    def of(self, provider: str) -> tuple[Account, ...]:
        return self._by_provider.get(provider, ())

    def labels(self) -> dict[str, list[str]]:
        return {
            provider: [each.label for each in accounts]
            for provider, accounts in self._by_provider.items()
        }

    def credentials(self) -> Iterator[Credential]:
        """Provider and value of every credential."""
        for accounts in self._by_provider.values():
            for account in accounts:
                for value in account.credentials.values():
                    if value is not None:
                        yield account.provider, value


def read_account(document: Document) -> Account:
    """Raises KeyError where the document is no account."""
    numbers = tuple(
        Number(each["number"], each["state"], each["ids"]) for each in document["numbers"]
    )
    return Account(
        document["provider"],
        document["label"],
        document["credentials"],
        document["condition"],
        numbers,
    )
