"""The jobs by which rules begin and end at their time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from mockserver.text.times import LAST

if TYPE_CHECKING:
    from mockserver.faults.rules.rule import Rule

BEGINS, ENDS = "rule_begins", "rule_ends"
WORDS = {BEGINS: "begins", ENDS: "ends"}


class Edge(NamedTuple):
    """A job in the making: its kind, the rule's id, and the instant."""

    kind: str
    rule: str
    due: int

    @property
    def job(self) -> str:
        """The id of the job, of which a rule has one of each kind."""
        return name_job(self.rule, self.kind)


def name_job(rule_id: str, kind: str) -> str:
    return f"{rule_id}/{WORDS[kind]}"


def name_jobs(rule_id: str) -> list[str]:
    """All that a rule may have."""
    return [name_job(rule_id, kind) for kind in WORDS]


def list_edges(rules: Iterable[Rule], now: int) -> Iterator[Edge]:
    """Where those of the rules that wait for their time or their end will get there."""
    for rule in rules:
        schedule = rule.draft.schedule
        for kind, due in ((BEGINS, schedule.begin), (ENDS, schedule.end)):
            if now < due <= LAST:
                yield Edge(kind, rule.id, int(due))
