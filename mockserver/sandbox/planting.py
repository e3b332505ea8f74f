"""From fixtures to the documents that a sandbox begins with."""

from collections.abc import Iterable, Mapping
from typing import Any

from mockserver.api.account import AccountKind
from mockserver.api.changes import MESSAGES, RECORDS
from mockserver.api.draw import Draw
from mockserver.api.provider import Provider
from mockserver.sandbox.fixtures import Seed
from mockserver.sandbox.storage.memory import Document, Tables
from mockserver.text.mistakes import Refused

ACCOUNTS = "accounts"
TRIES = 1_000  # to find a credential or number that nobody in the sandbox has

Numbers = dict[tuple[str, str], str]
"""The number that stands in place of another, by account label and that other number."""


def plant(seeds: Mapping[str, Seed], now: int, numbers: Mapping[str, Numbers]) -> Tables:
    """The messages and records of fixtures, put in time.

    ``numbers`` say by provider which business numbers take the place of those of the fixtures.
    """
    tables: Tables = {}
    sequence = 0
    for provider, seed in seeds.items():
        instead = numbers.get(provider, {})
        rows = tables[MESSAGES + provider] = {}
        for document, age, read_ago in seed.messages:
            sequence += 1
            rows[document["id"]] = planted = document | {
                "received_at": now - age,
                "sequence": sequence,
                "read_at": None if read_ago is None else now - read_ago,
            }
            number = document["business_number"]
            if instead:
                planted["business_number"] = instead.get((document["account"], number), number)
        for name, records in seed.records.items():
            tables[f"{RECORDS}{provider}/{name}"] = dict(records)
    return tables


def list_accounts(accounts: Iterable[Document]) -> Tables:
    """The table of accounts."""
    return {ACCOUNTS: {f"{each['provider']}/{each['label']}": each for each in accounts}}


class Renewal:
    """Gives the accounts of fixtures credentials and numbers of a sandbox's own.

    They follow from the sandbox's seed and code: made again they are the same. Raises Refused where
    the documented form has no room for so many.
    """

    def __init__(self, providers: Mapping[str, Provider], seed: int, code: str) -> None:
        self._providers = providers
        self._seed = seed
        self._code = code

    def renew(self, seeds: Mapping[str, Seed]) -> tuple[list[Document], dict[str, Numbers]]:
        """All accounts with fresh credentials and numbers, and which numbers stand for which."""
        accounts: list[Document] = []
        numbers: dict[str, Numbers] = {}
        for provider, seed in seeds.items():
            taken: set[str] = set()
            instead = numbers[provider] = {}
            for account in seed.accounts:
                fresh = self.renew_numbers(account, taken)
                for old, new in zip(account["numbers"], fresh, strict=True):
                    instead[account["label"], old["number"]] = new["number"]
                credentials = self.make_credentials(account, taken)
                accounts.append(account | {"credentials": credentials, "numbers": fresh})
        return accounts, numbers

    def complete(self, seeds: Mapping[str, Seed]) -> list[Document]:
        """All accounts, with fresh credentials and names of numbers where they have none."""
        accounts: list[Document] = []
        for seed in seeds.values():
            given = [each["credentials"].values() for each in seed.accounts]
            taken = {value for values in given for value in values if value is not None}
            for account in seed.accounts:
                own = {k: v for k, v in account["credentials"].items() if v is not None}
                if len(own) < len(account["credentials"]):
                    own = self.make_credentials(account, taken) | own
                numbers = self._complete_numbers(account, taken)
                accounts.append(account | {"credentials": own, "numbers": numbers})
        return accounts

    def _complete_numbers(self, account: Document, taken: set[str]) -> list[Document]:
        if all(None not in each["ids"].values() for each in account["numbers"]):
            numbers: list[Document] = account["numbers"]
            return numbers
        return [
            own | {"ids": {name: given or fresh["ids"][name] for name, given in own["ids"].items()}}
            for own, fresh in zip(
                account["numbers"], self.renew_numbers(account, taken), strict=True
            )
        ]

    def make_credentials(self, account: Document, taken: set[str]) -> dict[str, str]:
        kind = self._kind_of(account)

        def make(draw: Draw) -> dict[str, str]:
            return kind.new_credentials(draw, self._code)

        return self._make_unique(make, f"{account['provider']}/{account['label']}", taken)

    def renew_numbers(self, account: Document, taken: set[str]) -> list[Document]:
        kind = self._kind_of(account)

        def make(draw: Draw) -> dict[str, str]:
            return kind.new_number(draw, self._code)

        fresh = []
        for place, number in enumerate(account["numbers"]):
            thing = f"{account['provider']}/{account['label']}/{place}"
            made = self._make_unique(make, thing, taken)
            fresh.append(number | {"number": made.pop("number"), "ids": made})
        return fresh

    def _make_unique(self, make: Any, thing: str, taken: set[str]) -> dict[str, str]:
        for attempt in range(TRIES):
            made: dict[str, str] = make(Draw(self._seed, self._code, f"{thing}/{attempt}"))
            if taken.isdisjoint(made.values()):
                taken.update(made.values())
                return made
        message = f"the documented form leaves nothing that is not taken yet for {thing}"
        raise Refused("bad_sandbox", message, "have fewer accounts, or give them credentials")

    def _kind_of(self, account: Document) -> AccountKind:
        return self._providers[account["provider"]].account
