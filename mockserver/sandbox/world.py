"""One sandbox: an isolated world."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from threading import RLock
from typing import Any, Protocol

from mockserver.api.account import Account
from mockserver.api.changes import RECORDS, Change
from mockserver.api.draw import Draw
from mockserver.api.exchange import Exchange
from mockserver.api.message import Message
from mockserver.api.provider import Claim, Provider
from mockserver.pipeline.jobs import Handler
from mockserver.pipeline.plan import Plan
from mockserver.pipeline.ports import Outcome, Stamp
from mockserver.pipeline.tunnels import Strike
from mockserver.sandbox.accounts import Accounts
from mockserver.sandbox.bounded import Log
from mockserver.sandbox.clock import Clock, SandboxClock
from mockserver.sandbox.database import Database, replace_tables
from mockserver.sandbox.disclosure import Disclosure
from mockserver.sandbox.entry_transfer import EntryTransfer
from mockserver.sandbox.events import CALL, RULE, SANDBOX, Events
from mockserver.sandbox.ids import IDS, Ids
from mockserver.sandbox.journal import Journal
from mockserver.sandbox.messages import MessageStore
from mockserver.sandbox.notes import Notes
from mockserver.sandbox.storage.memory import Rows
from mockserver.sandbox.timers import Timers
from mockserver.text.masking import Masking
from mockserver.text.mistakes import Refused

SELF, ABOUT = "self", "sandbox"  # the document about the sandbox itself
REQUEST = "request"
NEVER: Mapping[str, Any] = {}
MAIN = "main"


class Faults(Protocol):
    """The fault rules of one sandbox, in order of creation. All that refuses raises Refused."""

    def compile(self) -> None: ...
    def follow(self, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> None: ...
    def strike(
        self, exchange: Exchange, counts: list[Change], notes: dict[str, Any]
    ) -> Plan | None: ...
    def strike_handshake(self, provider: str | None) -> Strike | None: ...
    def write_down(self, plan: Plan, exchange: Exchange) -> None: ...
    def print_transcript(self, after: int, limit: int, masking: Masking) -> tuple[str, int]: ...
    def scenarios(self) -> list[dict[str, Any]]: ...
    def all(self) -> list[dict[str, Any]]: ...
    def add(self, data: Any) -> dict[str, Any]: ...
    def find(self, rule_id: str) -> dict[str, Any] | None: ...
    def remove(self, rule_id: str) -> bool: ...
    def replace(self, rules: list[Any]) -> None: ...
    def apply(self, name: str, *, add: bool = False) -> None: ...
    def clear(self) -> None: ...
    def find_scenario(self, name: str) -> list[Any]: ...
    def draft(self, rules: Sequence[tuple[str, Any]], *, anew: bool = False) -> list[Change]: ...
    def handlers(self) -> Mapping[str, Handler]: ...
    def draft_missing_jobs(self, now: int) -> list[Change]: ...


class Sandbox:
    """Accounts, messages, rules, bookkeeping: all documents of its database, and what is derived
    from them; journal and transcript beside.
    """

    def __init__(
        self,
        database: Database,
        providers: Mapping[str, Provider],
        *,
        clock: Clock,
        journal: Journal,
        transcript: Log,
        make_faults: Callable[["Sandbox", Log], Faults],
        secrets: Iterable[str] = (),
        tells_reasons: bool = False,
    ) -> None:
        """Raises KeyError, TypeError or Refused where the documents are wrong.

        ``secrets`` are the server's: not to be seen in any sandbox.
        """
        self.lock = RLock()
        self.closed = False
        self.database = database
        self.rows = database.rows
        self.clock = SandboxClock(clock, database)
        self.machine = clock
        self.tells_reasons = tells_reasons
        self.journal = journal
        self.events = Events()
        self._providers = providers
        self._transcript = transcript
        self.id: str = self.about["id"]
        self.code: str | None = self.about["code"]
        self.seed: int = self.about["seed"]
        self.switches: Mapping[str, Mapping[str, Any]] = self.about["switches"]
        self._takes_any: bool = self.about["any_credentials"]
        self.ids = Ids(database, self.seed)
        self.accounts = Accounts(database)
        self.disclosure = Disclosure(providers, self.accounts, secrets)
        self.messages = MessageStore(database, providers, self.events.tell)
        self.notes = Notes(database)
        self.timers = Timers(database, self.clock)
        self.faults = make_faults(self, transcript)
        database.follow("rules", self.faults.follow)
        self.timers.handle(self.faults.handlers())
        self.faults.compile()

    @property
    def about(self) -> Mapping[str, Any]:
        """What the sandbox was made with: see ``Wish``."""
        return self.database.rows(ABOUT)[SELF]

    # What a call needs

    def stamp(self) -> Stamp:
        """What is due has happened before the call, even where nobody has woken up for it yet."""
        reading, machine_at = self.clock.reading, self.clock.machine.now()
        at = peer_now = machine_at
        if reading is not None:
            at, peer_now = reading.now(machine_at), machine_at + reading.skew
        if self.timers.due <= at:
            self.run_due(at)
        _, draw, kept = self.ids.draw(REQUEST, at=machine_at)
        return Stamp(f"req_{draw.crockford()}", at, machine_at, kept, peer_now)

    def find_account(self, provider: str, credential: str | None) -> Account | None:
        return self.accounts.find(provider, credential)

    def adopt(self, provider: str, claim: Claim) -> Account | None:
        accounts = self.accounts.of(provider)
        if not self._takes_any or claim.credential is None or not accounts:
            return None
        main = next((each for each in accounts if each.label == MAIN), accounts[0])
        return Account(provider, main.label, claim.given, main.condition, main.numbers)

    def find_message(self, provider: str, message_id: str) -> Message | None:
        return self.messages.get(provider, message_id)

    def record(self, provider: str, collection: str, record_id: str) -> Any:
        return self.database.rows(f"{RECORDS}{provider}/{collection}").get(record_id)

    def records(self, provider: str, collection: str) -> Iterable[Mapping[str, Any]]:
        """All of a collection, in the order of the fixture."""
        return self.database.rows(f"{RECORDS}{provider}/{collection}").values()

    def recall(self, note: str, now: int) -> Any:
        return self.notes.recall(note, now)

    def keep_notes(self, notes: Mapping[str, Any]) -> list[Change]:
        return self.notes.keep(notes)

    def change(self, changes: list[Change]) -> None:
        self.database.change(changes)

    def masking_of(self, outcome: Outcome) -> Masking:
        adopted = self._find_adopted(outcome.exchange)
        return self.disclosure.masking_of(outcome.call.headers, outcome.call.body, adopted)

    def write_down(self, outcome: Outcome) -> EntryTransfer:
        adopted = self._find_adopted(outcome.exchange)
        place = self.journal.record(outcome, self.disclosure, adopted)
        if outcome.plan is not None and outcome.exchange is not None:
            self.faults.write_down(outcome.plan, outcome.exchange)
        entry_id = outcome.stamp.id
        self.events.tell(CALL, entry_id)
        return EntryTransfer(self, self.journal.transfers, place, entry_id, outcome.arrived)

    def _find_adopted(self, exchange: Exchange | None) -> tuple[str, ...]:
        """The credentials that a call came with, where any are taken: no account knows them."""
        if not self._takes_any or exchange is None or exchange.account is None:
            return ()
        return tuple(filter(None, exchange.account.credentials.values()))

    # What rules need

    def now(self) -> int:
        return self.clock.now()

    def draw(self, kind: str) -> tuple[int, Draw, Change]:
        return self.ids.draw(kind)

    def draft_job(self, job_id: str, kind: str, due: int, **about: Any) -> Change:
        return self.timers.draft(job_id, kind, due, **about)

    def require_room_for_jobs(self, more: int, less: int) -> None:
        self.timers.require_room(more, less)

    def mask(self, text: str) -> str:
        return self.disclosure.masking().mask(text)

    def tell(self, rule_id: str, what: str) -> None:
        self.events.tell(RULE, rule_id, what)

    def labels(self) -> Mapping[str, list[str]]:
        known = self.accounts.labels()
        return {provider: known.get(provider, []) for provider in self._providers}

    # What the administration needs

    @property
    def calls(self) -> int:
        """How many came since its beginning or the last reset, as far as that is kept."""
        kept: int = self.database.rows(IDS).get(REQUEST, NEVER).get("n", 0)
        before: int = self.about["requests_before"]
        return max(0, kept - before)

    @property
    def last_call_at(self) -> int | None:
        """When the last of these came, by the machine's clock."""
        return self.used_at if self.calls else None

    @property
    def used_at(self) -> int:
        """When the last call of all came or, where none did, when the sandbox was made."""
        at: int = self.database.rows(IDS).get(REQUEST, NEVER).get("at", self.about["created_at"])
        return at

    def replace(self, tables: Mapping[str, Rows], *changes: Change) -> None:
        """Have these documents in place of all but what no restore takes back."""
        self.database.change([replace_tables(tables), *changes])
        self.clock.index()
        self.accounts.index()
        self.messages.index()
        self.timers.index()
        self.faults.compile()
        self.catch_up()

    def catch_up(self) -> None:
        """Have a job for all that is to come, which documents of older servers lack, and run what
        is due. Raises Refused.
        """
        now = self.now()
        missing = self.faults.draft_missing_jobs(now)
        if missing:
            self.change(missing)
        self.timers.run_due(now)

    def run_due(self, now: int) -> None:
        """Run what is due by then, as far as it can be kept: the rest is still to come."""
        with suppress(Refused):
            self.timers.run_due(now)

    @property
    def next_due(self) -> int | None:
        """When something is due, by the machine's clock; None for never."""
        due = self.timers.next
        return None if due is None else self.clock.find_machine(due)

    def tell_due(self, listener: Callable[[], None]) -> None:
        """Have a listener told whenever ``next_due`` may be another."""
        self.timers.tell(listener)
        self.clock.tell(listener)

    def forget(self, what: str) -> None:
        """Empty journal and transcript, as a reset and a deletion do, and tell which it was."""
        self.journal.clear()
        self._transcript.clear()
        self.events.tell(SANDBOX, self.id, what)
