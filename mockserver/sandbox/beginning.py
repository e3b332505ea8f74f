"""What a sandbox is made with, and the documents that it begins with and is reset to."""

import secrets
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from mockserver.api.provider import Provider
from mockserver.late import LateModule
from mockserver.sandbox.fixtures import FixtureMistakes, Seed
from mockserver.sandbox.planted import Sums, describe_differences, find_planted, sum_up
from mockserver.sandbox.planting import ACCOUNTS, Renewal, list_accounts, plant
from mockserver.sandbox.storage.memory import Document, Tables
from mockserver.sandbox.world import ABOUT, SELF
from mockserver.text.mistakes import Refused
from mockserver.text.shown import shown, there_are

judging = LateModule("mockserver.sandbox.fixture_format")
ACCOUNTS_ALONE = "accounts"
DEFAULT = "default"
"""All that is in the fixtures, and the sandbox that begins with it and always exists."""
PLANTED = "planted"  # the document, beside that about it, of what the fixtures held then
KINDS = (ACCOUNTS_ALONE, DEFAULT)
SEED_BITS = 53  # as many as every JSON reader keeps


class Wish(NamedTuple):
    """What somebody asks of a new sandbox; what is None is chosen for them.

    ``fixtures`` is one of KINDS or the content of fixtures by provider; ``ttl`` milliseconds, and
    ``ttl_text`` the same as it came.
    ``snapshot`` are the documents of another sandbox, in place of fixtures.
    """

    id: str | None = None
    fixtures: Any = ACCOUNTS_ALONE
    seed: int | None = None
    ttl: int | None = None
    ttl_text: str | None = None
    scenario: str | None = None
    faults: Sequence[Any] = ()
    switches: Mapping[str, Mapping[str, Any]] = MappingProxyType({})
    any_credentials: bool = False
    snapshot: Tables | None = None


def describe_wish(
    wish: Wish, code: str | None, now: int, switches: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """The document about a sandbox, from which it is made and reset.

    ``requests_before`` are those that are not counted as its calls.
    """
    return {
        "id": name_by_code(code) if wish.id is None else wish.id,
        "code": code,
        "seed": secrets.randbits(SEED_BITS) if wish.seed is None else wish.seed,
        "created_at": now,
        "ttl": wish.ttl,
        "ttl_text": wish.ttl_text,
        "any_credentials": wish.any_credentials,
        "switches": switches,
        "fixtures": wish.fixtures,
        "snapshot": wish.snapshot,
        "scenario": wish.scenario,
        "faults": [*wish.faults],
        "requests_before": 0,
    }


def name_by_code(code: str | None) -> str:
    """The id of a sandbox that was given none."""
    return f"sandbox-{code}"


def wish_default(seed: int | None = None) -> Wish:
    """What the sandbox that always exists is made with."""
    return Wish(DEFAULT, DEFAULT, seed)


class Beginnings:
    """Makes the documents that sandboxes begin with."""

    def __init__(self, providers: Mapping[str, Provider], seeds: Mapping[str, Seed]) -> None:
        self._providers = providers
        self.seeds = seeds
        self.planted = sum_up(seeds)
        """What the fixtures hold, in a document beside that about ``default``."""

    def describe_differences(self, planted: Sums) -> str:
        """How the fixtures differ from what was planted, empty where they do not."""
        return describe_differences(planted, self.planted)

    def plant(self, about: Mapping[str, Any], now: int) -> Tables:
        """The documents that a sandbox of this kind begins with now. Raises Refused."""
        if about["snapshot"] is not None:
            tables: Tables = about["snapshot"]
            return tables
        if about["code"] is None:
            accounts = [each for seed in self.seeds.values() for each in seed.accounts]
            return {**list_accounts(accounts), **plant(self.seeds, now, {})}
        renewal = Renewal(self._providers, about["seed"], about["code"])
        if about["fixtures"] in KINDS:
            accounts, numbers = renewal.renew(self.seeds)
            planted = about["fixtures"] == DEFAULT
            return {
                **list_accounts(accounts),
                **(plant(self.seeds, now, numbers) if planted else {}),
            }
        seeds = self._read(about["fixtures"])
        return {**list_accounts(renewal.complete(seeds)), **plant(seeds, now, {})}

    def renew_snapshot(self, tables: Tables, seed: int, code: str) -> Tables:
        """A snapshot's documents with credentials of the sandbox's own. Raises Refused."""
        renewal = Renewal(self._providers, seed, code)
        taken: set[str] = set()
        accounts = [
            self._renew_account(renewal, each, code, taken) for each in tables[ACCOUNTS].values()
        ]
        return {**tables, **list_accounts(accounts)}

    def complete_default(self, tables: Tables, switches: Mapping[str, Any], now: int) -> bool:
        """Add to the documents of ``default`` what older servers did not keep, and providers that
        are new since. Whether there was something to add.

        The switches are those of the configuration, now as ever.
        """
        before = {name: list(rows) for name, rows in tables.items()}
        known = tables.setdefault(ABOUT, {})
        about = known.get(SELF) or describe_wish(wish_default(), None, now, switches)
        known[SELF] = {**about, "switches": switches}
        beginning = self.plant(about, now)
        accounts = tables.setdefault(ACCOUNTS, {})
        there = {each["provider"] for each in accounts.values()}
        for key, account in beginning.pop(ACCOUNTS).items():
            if account["provider"] not in there:
                accounts[key] = account
        for table, rows in beginning.items():
            tables.setdefault(table, rows)
        planted = known.get(PLANTED) or find_planted(self.seeds, tables)
        known[PLANTED] = {**self.planted, **planted}
        return before != {name: list(rows) for name, rows in tables.items()}

    def _renew_account(
        self, renewal: Renewal, account: Document, code: str, taken: set[str]
    ) -> Document:
        """The numbers stay, so that messages keep theirs; what names them for the provider goes."""
        if account["provider"] not in self._providers:
            return account
        credentials = renewal.make_credentials(account, taken)
        numbers = renewal.renew_numbers(account, taken)
        kept = [
            fresh | {"number": old["number"]}
            for old, fresh in zip(account["numbers"], numbers, strict=True)
        ]
        return account | {"credentials": credentials, "numbers": kept}

    def _read(self, fixtures: Any) -> dict[str, Seed]:
        """Fixtures given by provider. Raises Refused."""
        hint = 'give "accounts", "default" or fixtures by provider, in the format of the files'
        if not isinstance(fixtures, dict):
            message = f"fixtures: expected accounts, default or an object, came {shown(fixtures)}"
            raise Refused("bad_sandbox", message, hint)
        seeds = {}
        for provider_id, content in fixtures.items():
            if provider_id not in self._providers:
                message = f"fixtures.{provider_id}: no such provider"
                raise Refused("bad_sandbox", message, there_are(self._providers, provider_id))
            provider = self._providers[provider_id]
            try:
                seeds[provider_id] = judging.read_fixture(provider, content, with_credentials=False)
            except FixtureMistakes as wrong:
                path, reason = wrong.found[0]
                place = ".".join(part for part in ("fixtures", provider_id, path) if part)
                raise Refused("bad_sandbox", f"{place}: {reason}", hint) from None
        return seeds
