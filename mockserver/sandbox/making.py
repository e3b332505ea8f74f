"""From a wish to a sandbox, which nobody knows of and nothing keeps yet."""

from collections.abc import Mapping
from typing import Any, Protocol

from mockserver.api.provider import Provider
from mockserver.late import load_module
from mockserver.sandbox.beginning import (
    DEFAULT,
    PLANTED,
    Beginnings,
    Wish,
    describe_wish,
    name_by_code,
    wish_default,
)
from mockserver.sandbox.clock import Clock
from mockserver.sandbox.database import Database
from mockserver.sandbox.register import Register
from mockserver.sandbox.storage.memory import Tables
from mockserver.sandbox.switches import Switches, merge_switches
from mockserver.sandbox.world import ABOUT, SELF, Sandbox
from mockserver.text.mistakes import Refused

SNAPSHOT = "mockserver.sandbox.snapshot"  # what judges one takes a while to load


class Builder(Protocol):
    """Makes a sandbox of its documents. Raises KeyError, TypeError or Refused for wrong ones."""

    def __call__(self, database: Database) -> Sandbox: ...


class Maker:
    """Makes sandboxes from the fixtures, or from a snapshot."""

    def __init__(
        self,
        providers: Mapping[str, Provider],
        beginnings: Beginnings,
        build: Builder,
        register: Register,
        clock: Clock,
        switches: Switches,
    ) -> None:
        """``switches`` are those that nobody sets otherwise."""
        self._providers = providers
        self._beginnings = beginnings
        self._build = build
        self._register = register
        self._clock = clock
        self._switches = switches

    def make_default(self, seed: int | None) -> Sandbox:
        about = self._describe(wish_default(seed), code=None)
        known = {SELF: about, PLANTED: self._beginnings.planted}
        sandbox = self._build(Database(DEFAULT, {ABOUT: known}))
        sandbox.replace(self._beginnings.plant(about, self._clock.now()))
        return sandbox

    def make(self, wish: Wish) -> Sandbox:
        """Raises Refused. The register is locked."""
        about = self._describe(wish, self._register.draw_code())
        if wish.snapshot is not None:
            about, ids, tables = self._take_over(wish, about)
        else:
            ids, tables = {}, self._beginnings.plant(about, self._clock.now())
        database = Database(about["id"], {ABOUT: {SELF: about}, "ids": ids, **tables})
        sandbox = self._build_new(database)
        self._register.require_unused(sandbox.accounts.credentials())
        if wish.snapshot is None:
            sandbox.change(draft_rules(sandbox))
        return sandbox

    def _describe(self, wish: Wish, code: str | None) -> dict[str, Any]:
        switches = merge_switches(self._switches, wish.switches)
        return describe_wish(wish, code, self._clock.now(), switches)

    def _take_over(
        self, wish: Wish, about: dict[str, Any]
    ) -> tuple[dict[str, Any], Tables, Tables]:
        """A snapshot's documents for a sandbox of our own. Raises Refused.

        Its credentials are kept, with their code, where no sandbox has them.
        """
        snapshot = load_module(SNAPSHOT).read_snapshot(wish.snapshot, self._providers)
        tables: Tables = snapshot["tables"]
        code, register = snapshot["code"], self._register
        used = any(
            (account["provider"], value) in register.by_credential
            for account in tables["accounts"].values()
            for value in account["credentials"].values()
        )
        about["seed"] = snapshot["seed"] if wish.seed is None else wish.seed
        about["any_credentials"] = wish.any_credentials or snapshot["any_credentials"]
        if not used and code is not None and code not in register.by_code:
            about["code"] = code
            if wish.id is None and name_by_code(code) not in register.by_id:
                about["id"] = name_by_code(code)
        else:
            tables = self._beginnings.renew_snapshot(tables, about["seed"], about["code"])
        switches = merge_switches(self._switches, snapshot["switches"], wish.switches)
        about |= {"switches": switches, "snapshot": tables}
        given = snapshot["ids"]
        about["requests_before"] = given.get("request", 0)
        kept = {name: dict(rows) for name, rows in tables.items()}
        return about, {kind: {"n": n} for kind, n in given.items()}, kept

    def _build_new(self, database: Database) -> Sandbox:
        """The rules that a snapshot may bring are judged by those who make them."""
        try:
            return self._build(database)
        except Refused as refused:
            message = f"snapshot.tables.rules: {refused.message}"
            raise Refused("bad_snapshot", message, refused.hint) from None


def draft_rules(sandbox: Sandbox) -> list[Any]:
    """The changes that make the rules that a sandbox is made with. Raises Refused."""
    scenario, faults = sandbox.about["scenario"], sandbox.about["faults"]
    rules = [(f"faults[{place}]", rule) for place, rule in enumerate(faults)]
    if scenario is not None:
        try:
            found = sandbox.faults.find_scenario(scenario)
        except Refused as refused:
            raise Refused(refused.code, f"scenario: {refused.message}", refused.hint) from None
        rules = [(f"scenario {scenario}", rule) for rule in found] + rules
    return sandbox.faults.draft(rules, anew=True) if rules else []
