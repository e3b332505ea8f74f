"""An isolated world: accounts, messages, fault rules, journal, clock."""

from collections.abc import Mapping
from typing import Any

from mockserver.core.account import Account
from mockserver.core.ids import Ids
from mockserver.core.ports import Clock
from mockserver.core.provider import Provider
from mockserver.core.sandbox import Faults
from mockserver.state.journal import Journal
from mockserver.state.notes import Notes
from mockserver.state.seed import Seed
from mockserver.state.storage import Memory
from mockserver.state.store import MessageStore


class Sandbox:
    """Accounts and records are the fixtures'; messages change; rules and journal are added."""

    def __init__(
        self,
        providers: Mapping[str, Provider],
        seeds: Mapping[str, Seed],
        switches: Mapping[str, Mapping[str, Any]],
        *,
        storage: Memory,
        faults: Faults,
        journal: Journal,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self.id = "default"
        self.switches = switches
        self.clock = clock
        self.ids = ids
        self.messages = MessageStore(storage)
        self.faults = faults
        self.journal = journal
        self.notes = Notes()
        self._seeds = seeds
        self._accounts = {
            (provider, account.credentials[providers[provider].account.credentials[0]]): account
            for provider, seed in seeds.items()
            for account in seed.accounts
        }
        if not storage.read():
            self._plant()

    def account(self, provider: str, credential: str | None) -> Account | None:
        return self._accounts.get((provider, credential or ""))

    def accounts(self, provider: str) -> tuple[Account, ...]:
        return self._seeds[provider].accounts

    def record(self, provider: str, collection: str, record_id: str) -> Mapping[str, Any] | None:
        found: Mapping[str, Any] | None = self._seeds[provider].records[collection].get(record_id)
        return found

    def reset(self) -> None:
        """Back to the fixtures: what was added or read is forgotten, rules and journal too."""
        self.messages.clear()
        self.faults.forget()
        self.journal.clear()
        self.notes.clear()
        self._plant()

    def _plant(self) -> None:
        now = self.clock.now()
        self.messages.add([each for seed in self._seeds.values() for each in seed.messages_at(now)])
