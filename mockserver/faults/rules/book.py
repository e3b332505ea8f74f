"""The rules of a sandbox, in order of creation."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any

from mockserver.api.changes import PUT, Change, add, put, remove
from mockserver.api.exchange import Exchange
from mockserver.faults.rules.home import Home, NotedMemory
from mockserver.faults.rules.index import Likeness, RuleIndex
from mockserver.faults.rules.language import (
    BY_HEADER,
    HEADER,
    Language,
    asking,
    making,
    reading,
    transcript,
)
from mockserver.faults.rules.windows import WORDS, Edge, list_edges, name_jobs
from mockserver.pipeline.jobs import JOBS, Handler, Happening, Job
from mockserver.pipeline.plan import Plan
from mockserver.pipeline.tunnels import Strike
from mockserver.text.masking import Masking
from mockserver.text.mistakes import Refused

if TYPE_CHECKING:
    from mockserver.faults.rules.reader import Draft, RuleReader
    from mockserver.faults.rules.rule import Rule
    from mockserver.faults.transcript import TranscriptLog
    from mockserver.match.known import Labels

RULES, COUNTERS, ORDINALS = "rules", "counters", "ordinals"
LONGEST_NAME = 200  # characters of a rule's in the log
TOLD = 100  # rules that struck a call, for whoever listens

log = logging.getLogger("mockserver.faults")


class RuleBook:
    """Lets the rules strike that stand in the sandbox's documents."""

    def __init__(
        self,
        language: Language,
        home: Home,
        lines: TranscriptLog,
    ) -> None:
        self._language = language
        self._home = home
        self._rows = home.rows
        self._lines = lines
        self._index = RuleIndex()
        self._drafted: dict[int, Rule] = {}
        """Those of the newest changes by number, which need not be read again when they are made.
        """

    def compile(self) -> None:
        """Make the rules of the documents as they are now. Raises Refused for a wrong one."""
        before = {**self._drafted, **self._index.by_number}
        self._index, now = RuleIndex(), self._home.now()
        for rule_id, document in self._rows(RULES).items():
            rule = before.get(document["number"]) or self._compile(rule_id, document)
            self._index.add(rule, now)
        self._drafted = {}

    def follow(self, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> None:
        """Have the rule of one document that is new or gone: no other is looked at."""
        if before is not None:
            self._home.tell(self._index.by_number[before["number"]].id, "removed")
            self._index.remove(before["number"])
        if after is not None:
            rule = self._drafted.pop(after["number"])
            self._index.add(rule, self._home.now())
            self._home.tell(rule.id, "made")

    def add(self, data: Any) -> dict[str, Any]:
        """The rule. Raises Refused; nothing is stored then."""
        self._home.change(self.draft([("", data)]))
        return self._show(next(reversed(self._index.by_number.values())))

    def replace(self, rules: list[Any]) -> None:
        """All or none of them in place of those that are there. Raises Refused."""
        named = [(f"faults[{place}]", rule) for place, rule in enumerate(rules)]
        made = self.draft(named, anew=True)
        self._home.change([*self._draft_removal(self._rows(RULES)), *made])

    def draft(self, rules: Sequence[tuple[str, Any]], *, anew: bool = False) -> list[Change]:
        """The changes that make these rules, ``anew`` as if none were there.

        Each has a name for the message of the Refused that is raised where it is wrong, or where
        there would be too many.
        """
        there = RuleIndex() if anew else self._index
        reading.require_room(len(there.by_number), len(rules))
        now, labels = self._home.now(), self._home.labels()
        self._drafted = {}
        twins: dict[Likeness, set[int]] = {}
        changes: list[Change] = []
        for name, data in rules:
            try:
                draft = self._language.reader.read_rule(data, now, labels)
            except Refused as refused:
                message = f"{name}: {refused.message}" if name else refused.message
                raise Refused(refused.code, message, refused.hint) from None
            changes += self._make(draft, now, there, twins)
        edges = list(list_edges(self._drafted.values(), now))
        if edges:
            jobs = self._rows(JOBS).values()
            self._home.require_room_for_jobs(
                len(edges), sum(job["kind"] in WORDS for job in jobs) if anew else 0
            )
        return [*changes, *self._draft_jobs(edges)]

    def handlers(self) -> Mapping[str, Handler]:
        """What sees to the jobs that rules make for their begin and end."""
        return dict.fromkeys(WORDS, self._begin_or_end)

    def draft_missing_jobs(self, now: int) -> list[Change]:
        """Those for all that is to come, as far as there are none: they are made with the rules,
        but whoever moves the clock back makes a begin or an end come again.
        """
        there = self._rows(JOBS)
        edges = list_edges(self._index.by_number.values(), now)
        return self._draft_jobs(edge for edge in edges if edge.job not in there)

    def scenarios(self) -> list[dict[str, Any]]:
        return [scenario.to_json() for scenario in self._language.scenarios.values()]

    def find_scenario(self, name: str) -> list[Any]:
        """Its rules. Raises Refused."""
        return self._language.find_rules(name)

    def apply(self, name: str, *, add: bool = False) -> None:
        """The rules of a scenario in place of those that are there, or beside. Raises Refused."""
        rules = self.find_scenario(name)
        if add:
            self._home.change(self.draft([(f"scenario {name}", rule) for rule in rules]))
        else:
            self.replace(rules)

    def all(self) -> list[dict[str, Any]]:
        return [self._show(rule) for rule in self._index.by_number.values()]

    def find(self, rule_id: str) -> dict[str, Any] | None:
        """The rule of that id, None where there is none."""
        document = self._rows(RULES).get(rule_id)
        return self._show(self._index.by_number[document["number"]]) if document else None

    def remove(self, rule_id: str) -> bool:
        """Whether there was such a rule."""
        if rule_id not in self._rows(RULES):
            return False
        self._home.change(self._draft_removal([rule_id]))
        return True

    def clear(self) -> None:
        self._home.change(self._draft_removal(self._rows(RULES)))

    def print_transcript(self, after: int, limit: int, masking: Masking) -> tuple[str, int]:
        """So many lines of what struck whom, after the first ``after`` of all since the last reset;
        and after how many there are more, 0 for none.
        """
        page: tuple[str, int] = transcript.print_transcript(self._lines, after, limit, masking)
        return page

    def write_down(self, plan: Plan, exchange: Exchange) -> None:
        transcript.write_lines(self._lines, plan, exchange)
        for rule_id in dict.fromkeys(hit.rule for hit in plan.hits[:TOLD]):
            if rule_id in self._rows(RULES):  # none is where a call asked for its fault itself
                self._home.tell(rule_id, "struck")

    def strike(
        self, exchange: Exchange, counts: list[Change], notes: dict[str, Any]
    ) -> Plan | None:
        asked = exchange.call.headers.get(HEADER)
        index = self._index
        candidates = () if index.is_idle else index.find_candidates(exchange)
        if asked is None and not candidates:
            self._count(exchange, counts)
            return None
        plan = Plan()
        if asked is not None:
            memory = NotedMemory(BY_HEADER, self._home, exchange.at, notes)
            asking.strike_as_asked(asked, self._language.reader, plan, exchange, memory)
        plan.ordinal = self._count(exchange, counts)
        for rule in candidates:
            if rule.is_about(exchange):
                counts.append(self._strike_by(rule, plan, exchange, notes))
        return plan if plan.hits else None

    def strike_handshake(self, provider: str | None) -> Strike | None:
        """What the first rule does that strikes a TLS handshake for the host of that provider, None
        for the server's own name. It counts at once. Raises Refused where that cannot be kept.
        """
        now, counts, struck = self._home.now(), list[Change](), None
        for rule in self._index.find_of_handshakes(provider):
            if not rule.draft.schedule.is_open(now):
                continue
            counter = self._rows(COUNTERS)[rule.id]
            calls, hits = counter["calls"] + 1, counter["hits"]
            if struck is None:
                struck = rule.strike_handshake(calls, hits)
                hits += struck is not None
            counts.append(put(COUNTERS, rule.id, {"calls": calls, "hits": hits}))
        if counts:
            self._home.change(counts)
        return struck

    def _count(self, exchange: Exchange, counts: list[Change]) -> int:
        """The ordinal of the call among those of its operation and account."""
        operation, account = exchange.operation, exchange.account
        named = f"{operation.name if operation else ''}/{account.label if account else ''}"
        key = f"{exchange.provider.id}/{named}"
        counted = self._rows(ORDINALS).get(key)
        ordinal: int = counted["n"] + 1 if counted else 1
        counts.append((PUT, ORDINALS, key, {"n": ordinal}))
        return ordinal

    def _strike_by(
        self, rule: Rule, plan: Plan, exchange: Exchange, notes: dict[str, Any]
    ) -> Change:
        """Let one rule strike, and tell the change that counts it."""
        counter = self._rows(COUNTERS)[rule.id]
        calls, hits = counter["calls"] + 1, counter["hits"]
        memory = NotedMemory(rule.id, self._home, exchange.at, notes)
        struck = rule.strike(plan, exchange, calls, hits, memory)
        return put(COUNTERS, rule.id, {"calls": calls, "hits": hits + struck})

    def _show(self, rule: Rule) -> dict[str, Any]:
        counter = self._rows(COUNTERS)[rule.id]
        return rule.to_json(counter["calls"], counter["hits"], self._home.now())

    def _make(
        self, draft: Draft, now: int, there: RuleIndex, twins: dict[Likeness, set[int]]
    ) -> list[Change]:
        """``twins`` are the numbers that go to equal rules beside those that are ``there``."""
        number, draw, kept = self._home.draw("rule")
        rule_id, seed = f"rule_{draw.crockford()}", draft.seed
        if seed is None:
            seed = draw.number()
            log.info("%s: no seed given, took %d", rule_id, seed)
        likeness = seed, draft.key
        taken, given = there.twins_of(likeness), twins.setdefault(likeness, set())
        twin = len(taken) + len(given)
        if twin in taken or twin in given:  # as one of those before it was removed
            twin = next(each for each in count() if each not in taken and each not in given)
        given.add(twin)
        self._drafted[number] = making.Rule(rule_id, draft, seed, number, twin)
        document = {
            **draft.definition, "seed": seed, "number": number, "twin": twin, "made_at": now,
        }  # fmt: skip
        counter = {"calls": 0, "hits": 0}
        return [kept, add(COUNTERS, rule_id, counter), add(RULES, rule_id, document)]

    def _compile(self, rule_id: str, document: Mapping[str, Any]) -> Rule:
        draft = read_document(self._language.reader, document, self._home.labels())
        seed, number, twin = (document[name] for name in ("seed", "number", "twin"))
        rule: Rule = making.Rule(rule_id, draft, seed, number, twin)
        return rule

    def _draft_removal(self, rule_ids: Iterable[str]) -> list[Change]:
        changes, jobs = list[Change](), self._rows(JOBS)
        for rule_id in rule_ids:
            changes += [remove(table, rule_id) for table in (COUNTERS, RULES)]
            changes += [remove(JOBS, job_id) for job_id in name_jobs(rule_id) if job_id in jobs]
        return changes

    def _draft_jobs(self, edges: Iterable[Edge]) -> list[Change]:
        draft = self._home.draft_job
        return [draft(edge.job, edge.kind, edge.due, rule=edge.rule) for edge in edges]

    def _begin_or_end(self, job: Job) -> Happening:
        """Whose time has come can strike, and who is over costs a call nothing any more."""
        document = self._rows(RULES).get(job["rule"])
        if document is None:
            return Happening()
        rule, name = self._index.by_number[document["number"]], document["name"]

        def take_note() -> None:
            self._index.place(rule, job["due"])
            told = f": {self._home.mask(name)[:LONGEST_NAME]}" if name else ""
            log.info("%s %s%s", rule.id, WORDS[job["kind"]], told)
            self._home.tell(rule.id, WORDS[job["kind"]])

        return Happening(then=take_note)


def read_document(reader: RuleReader, document: Mapping[str, Any], labels: Labels) -> Draft:
    """The rule that a document tells of. Raises Refused."""
    data = dict(document)
    del data["number"], data["twin"]
    return reader.read_rule(data, data.pop("made_at"), labels, kept=True)
