"""The rules of a sandbox, in order of creation."""

import logging
from collections.abc import Mapping
from itertools import count
from typing import Any

from mockserver.core.errors import Refused
from mockserver.core.ids import Ids
from mockserver.core.injection import Injection
from mockserver.core.ports import Clock
from mockserver.core.provider import Exchange
from mockserver.core.shown import shown, there_are
from mockserver.faults.header import HEADER, strike_as_asked
from mockserver.faults.history import History
from mockserver.faults.reading import Draft, RuleReader
from mockserver.faults.rule import Rule
from mockserver.faults.scenario import Scenario

log = logging.getLogger("mockserver.faults")

Key = tuple[str, str | None]
NARROW = ("message_id", "account", "operation", "provider")  # the narrowest first
ANY: Key = ("any", None)


class RuleBook:
    """Keeps the rules and lets them strike."""

    def __init__(
        self, reader: RuleReader, scenarios: Mapping[str, Scenario], clock: Clock, ids: Ids
    ) -> None:
        self._reader = reader
        self._scenarios = scenarios
        self._clock = clock
        self._ids = ids
        self._history = History()
        self._rules: list[Rule] = []
        self._index: dict[Key, list[Rule]] = {}
        self._numbers = count(1)

    def add(self, data: Any) -> Rule:
        self._put(self._rules, [self._reader.rule(data, self._clock.now())])
        return self._rules[-1]

    def replace(self, rules: list[Any]) -> None:
        drafts = []
        for place, data in enumerate(rules):
            try:
                drafts.append(self._reader.rule(data, self._clock.now()))
            except Refused as refused:
                message = f"faults[{place}]: {refused.message}"
                raise Refused(refused.code, message, refused.hint) from None
        self._put([], drafts)

    def scenarios(self) -> list[dict[str, Any]]:
        return [scenario.to_json() for scenario in self._scenarios.values()]

    def apply(self, name: str) -> None:
        if name not in self._scenarios:
            message = f"no such scenario: {shown(name)}"
            raise Refused(
                "scenario_not_found", message, there_are(self._scenarios, name), status=404
            )
        self.replace(list(self._scenarios[name].rules))

    def all(self) -> list[Rule]:
        return list(self._rules)

    def remove(self, rule_id: str) -> bool:
        """Whether there was such a rule."""
        before = len(self._rules)
        self._put([rule for rule in self._rules if rule.id != rule_id], [])
        return len(self._rules) < before

    def clear(self) -> None:
        self._put([], [])

    def forget(self) -> None:
        self.clear()
        self._history.clear()

    def transcript(self) -> list[dict[str, Any]]:
        return self._history.transcript()

    def retried(self, exchange: Exchange) -> str | None:
        return self._history.retried(exchange)

    def strike(self, exchange: Exchange) -> Injection | None:
        asked = exchange.call.headers.get(HEADER)
        if not self._rules and asked is None:
            self._history.count(exchange)
            return None
        injection = Injection()
        if asked is not None:
            strike_as_asked(asked, self._reader, injection, exchange)
        self._history.count(exchange)
        for rule in self._candidates(exchange):
            rule.strike(injection, exchange)
        if not injection.hits:
            return None
        self._history.write_down(injection, exchange)
        return injection

    def _put(self, kept: list[Rule], drafts: list[Draft]) -> None:
        """Have these rules, found by the narrowest thing that each of them names."""
        twins: dict[tuple[int, str], set[int]] = {}
        for rule in kept:
            twins.setdefault((rule.seed, rule.draft.key), set()).add(rule.twin)
        self._rules = kept + [self._made(draft, twins) for draft in drafts]
        self._index = {}
        for rule in self._rules:
            self._index.setdefault(_narrowest(rule), []).append(rule)

    def _made(self, draft: Draft, twins: dict[tuple[int, str], set[int]]) -> Rule:
        """``twins`` are the numbers that equal rules have already."""
        rule_id = f"rule_{self._ids.crockford()}"
        seed = draft.seed
        if seed is None:
            seed = self._ids.number()
            log.info("%s: no seed given, took %d", rule_id, seed)
        taken = twins.setdefault((seed, draft.key), set())
        twin = next(number for number in count() if number not in taken)
        taken.add(twin)
        return Rule(rule_id, draft, seed, next(self._numbers), twin)

    def _candidates(self, exchange: Exchange) -> list[Rule]:
        """The rules that may be about a call, in order of creation: most others are not tried."""
        index = self._index
        keys: list[Key] = [
            ANY,
            ("provider", exchange.provider.id),
            ("operation", exchange.operation_name),
            ("account", exchange.account.label if exchange.account else None),
        ]
        if any(name == "message_id" for name, _ in index):
            keys.append(("message_id", exchange.subject().message_id))
        found = [rules for key in keys if (rules := index.get(key))]
        if len(found) == 1:
            return found[0]
        return sorted((rule for rules in found for rule in rules), key=lambda rule: rule.number)


def _narrowest(rule: Rule) -> Key:
    match = rule.draft.match
    for name in NARROW:
        if name in match and not isinstance(match[name], list):
            return name, match[name]
    return ANY
