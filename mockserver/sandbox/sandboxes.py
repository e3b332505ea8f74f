"""All sandboxes of a server: found by a call, made, deleted, taken back."""

import contextlib
import logging
from collections.abc import Mapping
from functools import partial

from mockserver.api.changes import put, set_fields
from mockserver.api.provider import Provider
from mockserver.sandbox.agenda import Agenda
from mockserver.sandbox.beginning import DEFAULT, PLANTED, Beginnings, Wish
from mockserver.sandbox.clock import Clock
from mockserver.sandbox.database import Database
from mockserver.sandbox.expiry import Expiry, end_of
from mockserver.sandbox.fixtures import Seed
from mockserver.sandbox.making import Builder, Maker, draft_rules
from mockserver.sandbox.register import Register
from mockserver.sandbox.storage.memory import Keeper, Tables
from mockserver.sandbox.switches import Switches, merge_switches
from mockserver.sandbox.world import ABOUT, REQUEST, SELF, Sandbox
from mockserver.text.mistakes import Refused
from mockserver.text.shown import shown

RETRY_MS = 1_000  # until what could not be kept, or was too much, is tried again

log = logging.getLogger(__name__)


class Sandboxes:
    """The sandbox ``default``, which always exists, and those that were made."""

    def __init__(
        self,
        providers: Mapping[str, Provider],
        beginnings: Beginnings,
        build: Builder,
        *,
        clock: Clock,
        keeper: Keeper,
        switches: Switches,
        limit: int,
    ) -> None:
        """``limit`` sandboxes may be made. ``switches`` are those that nobody sets otherwise."""
        self.unattributed = 0
        self.agenda = Agenda(clock, self._run_due)
        self._register = Register()
        self._maker = Maker(providers, beginnings, build, self._register, clock, switches)
        self._beginnings = beginnings
        self._build = build
        self._clock = clock
        self._keeper = keeper
        self._switches = switches
        self._limit = limit
        self._expiry = Expiry(clock)
        self._was_kept: dict[str, Sandbox] = {}
        self._completed = False

    def load(self) -> None:
        """Build what the keeper has. Raises Refused, KeyError and others where it is wrong."""
        kept = self._keeper.read()
        if DEFAULT in kept:
            switches = merge_switches(self._switches)
            self._completed = self._beginnings.complete_default(
                kept[DEFAULT], switches, self._clock.now()
            )
        self._was_kept = {name: self._build_kept(name, tables) for name, tables in kept.items()}

    def open(self, seed: int | None = None) -> None:
        """Begin with what was loaded; ``default`` with the fixtures where it was not there.

        ``seed`` is what chance follows from in ``default``. Raises Refused where it cannot be kept.
        """
        kept, self._was_kept = self._was_kept, {}
        self._keeper.open()
        if self._completed:
            kept[DEFAULT].database.keep_in(self._keeper)
        if DEFAULT not in kept:
            sandbox = self._maker.make_default(seed)
            sandbox.database.keep_in(self._keeper)
            kept = {DEFAULT: sandbox, **kept}
        for sandbox in kept.values():
            self._take_in(sandbox)
            _catch_up(sandbox)
            _tell_lost_scenario(sandbox)
        differences = self._beginnings.describe_differences(self.default.rows(ABOUT)[PLANTED])
        if differences:
            log.warning(
                "the fixtures have changed since %s began: %s; mockserver reset applies that",
                DEFAULT,
                differences,
            )

    @property
    def default(self) -> Sandbox:
        return self._register.by_id[DEFAULT]

    def all(self) -> list[Sandbox]:
        """In the order that they were made."""
        self._expire()
        return list(self._register.by_id.values())

    def find(self, sandbox_id: str) -> Sandbox | None:
        self._expire()
        return self._register.by_id.get(sandbox_id)

    def find_by_code(self, code: str) -> Sandbox | None:
        self._expire()
        return self._register.by_code.get(code)

    def find_by_credential(self, provider: str, credential: str | None) -> Sandbox | None:
        self._expire()
        return self._register.by_credential.get((provider, credential))

    def credentials(self) -> set[str]:
        """Every credential of every sandbox, public ones too."""
        return self._register.credentials()

    def count_unattributed(self) -> None:
        with self._register.lock:
            self.unattributed += 1

    def create(self, wish: Wish) -> Sandbox:
        """Raises Refused; nothing is made then."""
        with self._register.lock:
            self._require_room(wish.id)
            sandbox = self._maker.make(wish)
            sandbox.catch_up()
            sandbox.database.keep_in(self._keeper)
            self._take_in(sandbox)
            return sandbox

    def delete(self, sandbox: Sandbox) -> None:
        """Raises Refused, as for ``default``; then it is still there."""
        if sandbox.id == DEFAULT:
            message = f"{DEFAULT} cannot be deleted"
            raise Refused("sandbox_needed", message, "POST …/reset takes it back", status=409)
        with sandbox.lock, self._register.lock:
            if not sandbox.closed:
                self._keeper.forget(sandbox.id)
                self._close(sandbox)

    def reset(self, sandbox: Sandbox) -> None:
        """Back to its beginning, with the same credentials; calls are counted anew."""
        now = self._clock.now()  # as it will be for the sandbox, too
        with sandbox.lock:
            tables = self._beginnings.plant(sandbox.about, now)
            changes = [set_fields(ABOUT, SELF, {"requests_before": sandbox.ids.count(REQUEST)})]
            if (
                sandbox.rows(ABOUT).get(PLANTED, self._beginnings.planted)
                != self._beginnings.planted
            ):
                changes.append(put(ABOUT, PLANTED, self._beginnings.planted))
            with sandbox.clock.standing_at(now):
                changes += [] if sandbox.about["snapshot"] else draft_rules(sandbox)
            sandbox.replace(tables, *changes)
            sandbox.forget("reset")
            if sandbox.id == DEFAULT:
                with self._register.lock:
                    self.unattributed = 0

    @property
    def seeds(self) -> Mapping[str, Seed]:
        """What the fixtures hold, by provider."""
        return self._beginnings.seeds

    def require_kept(self) -> None:
        """Raises Refused where changes cannot be kept any more."""
        self._keeper.try_again()

    def close(self) -> None:
        """Let go of the file that all is kept in. No call can be answered any more."""
        self.agenda.stop()
        self._keeper.close()

    def _build_kept(self, name: str, tables: Tables) -> Sandbox:
        """A sandbox as the keeper has it."""
        sandbox = self._build(Database(name, tables))
        sandbox.messages.require_messages()
        sandbox.database.attach(self._keeper)
        return sandbox

    def _take_in(self, sandbox: Sandbox) -> None:
        self._register.enter(sandbox)
        self._expiry.add(sandbox)
        sandbox.tell_due(partial(self._plan, sandbox))
        self._plan(sandbox)

    def _plan(self, sandbox: Sandbox) -> None:
        if not sandbox.closed:
            self.agenda.plan(sandbox.id, sandbox.next_due)

    def _run_due(self, sandbox_id: str) -> None:
        """Run what is due in a sandbox, and plan what is next."""
        sandbox = self._register.by_id.get(sandbox_id)
        if sandbox is None:
            return
        with sandbox.lock:
            if sandbox.closed:  # since it was found
                return
            now = sandbox.now()
            sandbox.run_due(now)
            if sandbox.timers.due <= now:
                self.agenda.plan(sandbox_id, self._clock.now() + RETRY_MS)
            else:
                self._plan(sandbox)

    def _close(self, sandbox: Sandbox) -> None:
        sandbox.closed = True
        self.agenda.plan(sandbox.id, None)
        sandbox.forget("deleted")
        self._register.remove(sandbox)

    def _expire(self) -> None:
        """Close those whose time to live has passed since their last call, without a word."""
        if not self._expiry.is_due():
            return
        with self._register.lock:
            for sandbox_id in self._expiry.take_due():
                if sandbox_id in self._register.by_id:
                    self._close_if_over(self._register.by_id[sandbox_id])

    def _close_if_over(self, sandbox: Sandbox) -> None:
        now = self._clock.now()
        if sandbox.about["ttl"] is None:
            return  # another one of its id
        if not sandbox.lock.acquire(blocking=False):
            self._expiry.look_again(sandbox, now + 1)  # another thread uses it
            return
        try:
            if end_of(sandbox) > now:
                self._expiry.add(sandbox)
                return
            with contextlib.suppress(Refused):  # if kept it will be over after a restart too
                self._keeper.forget(sandbox.id)
            self._close(sandbox)
        finally:
            sandbox.lock.release()

    def _require_room(self, sandbox_id: str | None) -> None:
        self._expire()
        if sandbox_id in self._register.by_id:
            message = f"there is a sandbox {shown(sandbox_id)} already"
            hint = "take another id, or leave it out to get a new one"
            raise Refused("sandbox_exists", message, hint, status=409)
        if len(self._register.by_id) > self._limit:
            message = f"there are {self._limit} sandboxes already"
            hint = "delete some, give them a ttl, or start with a larger --max-sandboxes"
            raise Refused("too_many_sandboxes", message, hint, status=429)


def _catch_up(sandbox: Sandbox) -> None:
    """Run first what became due while nobody was there."""
    try:
        sandbox.catch_up()
    except Refused as refused:
        log.warning("%s: what is due cannot be kept yet: %s", sandbox.id, refused.message)


def _tell_lost_scenario(sandbox: Sandbox) -> None:
    """Warn of a scenario that is in no folder any more, without which no reset can be made: that is
    no mistake of the document, and all else goes on.
    """
    scenario = sandbox.about["scenario"]
    try:
        if scenario is not None:
            sandbox.faults.find_scenario(scenario)
    except Refused as refused:
        log.warning(
            "%s cannot be reset: it was made with a scenario that is gone: %s; %s",
            sandbox.id,
            refused.message,
            refused.hint,
        )
