"""The rules in force, found by what most calls are told apart by."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from mockserver.api.exchange import Exchange

if TYPE_CHECKING:
    from mockserver.faults.rules.rule import Rule

NARROW: Mapping[str, Callable[[Exchange], str | None]] = {
    "message_id": lambda exchange: exchange.subject.message_id,
    "account": lambda exchange: exchange.account_label,
    "operation": lambda exchange: exchange.operation_name,
    "provider": lambda exchange: exchange.provider.id,
}
"""By what most calls are told apart from those that a rule is about, the narrowest first."""

Likeness = tuple[int, str]
"""Seed and key of a rule: those of which both are equal are twins."""
NOBODY: frozenset[int] = frozenset()


class RuleIndex:
    """Rules by their numbers, which none is given twice; those that are in force can strike.

    Adding and removing one costs the same with any number of others, as do its begin and its end.
    """

    def __init__(self) -> None:
        self.is_idle = True
        """Whether none is in force: every call asks."""
        self.by_number: dict[int, Rule] = {}
        self._narrow: dict[str, dict[str | None, dict[int, Rule]]] = {}
        """By what is the narrowest that each names; of 100 it spares a call 97."""
        self._broad: dict[int, Rule] = {}
        """Those that name nothing narrow."""
        self._of_handshakes: dict[int, Rule] = {}
        """Those that no call is tried against."""
        self._twins: dict[Likeness, set[int]] = {}

    def add(self, rule: Rule, now: int) -> None:
        self.by_number[rule.number] = rule
        self._twins.setdefault((rule.seed, rule.draft.key), set()).add(rule.twin)
        self.place(rule, now)

    def remove(self, number: int) -> None:
        rule = self.by_number.pop(number)
        likeness = rule.seed, rule.draft.key
        self._twins[likeness].discard(rule.twin)
        if not self._twins[likeness]:
            del self._twins[likeness]
        self._take_out(rule)
        self._look()

    def place(self, rule: Rule, now: int) -> None:
        """Have one among those that are in force, or not, as it is then."""
        if rule.draft.schedule.is_open(now):
            self._take_in(rule)
        else:
            self._take_out(rule)
        self._look()

    def _look(self) -> None:
        self.is_idle = not self._broad and not self._narrow

    def _take_in(self, rule: Rule) -> None:
        if rule.is_of_handshakes:
            self._of_handshakes[rule.number] = rule
            return
        name = _find_narrowest(rule)
        if name is None:
            late = self._broad and rule.number < next(reversed(self._broad))
            self._broad[rule.number] = rule
            if late:  # as it waited for its time
                self._broad = dict(sorted(self._broad.items()))
            return
        rules = self._narrow.setdefault(name, {})
        rules.setdefault(rule.draft.match[name], {})[rule.number] = rule

    def _take_out(self, rule: Rule) -> None:
        self._of_handshakes.pop(rule.number, None)
        name = _find_narrowest(rule)
        if name is None:
            self._broad.pop(rule.number, None)
            return
        rules, value = self._narrow.get(name, {}), rule.draft.match[name]
        if rule.number not in rules.get(value, {}):
            return
        del rules[value][rule.number]
        if not rules[value]:
            del rules[value]
        if not rules:
            del self._narrow[name]

    def twins_of(self, likeness: Likeness) -> set[int] | frozenset[int]:
        """The twin numbers of the rules that are so; not to be changed."""
        return self._twins.get(likeness, NOBODY)

    def find_of_handshakes(self, provider: str | None) -> list[Rule]:
        """The rules that are about TLS handshakes for the host of that provider, None for the
        server's own, in order of creation.
        """
        found = [
            rule
            for rule in self._of_handshakes.values()
            if rule.draft.match.get("provider", provider) == provider
        ]
        return sorted(found, key=lambda rule: rule.number)

    def find_candidates(self, exchange: Exchange) -> Sequence[Rule]:
        """The rules that may be about a call, in order of creation: most others are not tried."""
        found = [*self._broad.values()] if self._broad else []
        mixed = False
        for name, rules in self._narrow.items():
            narrow = rules.get(NARROW[name](exchange))
            if narrow:
                found += narrow.values()
                mixed = True
        return sorted(found, key=lambda rule: rule.number) if mixed else found


def _find_narrowest(rule: Rule) -> str | None:
    match = rule.draft.match
    for name in NARROW:
        if name in match and not isinstance(match[name], list):
            return name
    return None
