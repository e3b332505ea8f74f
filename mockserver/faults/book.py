"""The rules of a sandbox, in order of creation."""

import hashlib
import json
import logging
from collections import Counter, OrderedDict, deque
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from marshmallow import Schema, ValidationError

from mockserver.core.clock import iso
from mockserver.core.content import flatten
from mockserver.core.errors import Refused
from mockserver.core.ids import Ids
from mockserver.core.ports import Clock
from mockserver.core.provider import Exchange, Provider
from mockserver.core.sandbox import Blow, Hit
from mockserver.core.shown import shown, there_are
from mockserver.faults.match import MatchSchema
from mockserver.faults.rule import Rule, RuleSchema, ScheduleSchema
from mockserver.faults.scenario import Scenario
from mockserver.faults.unit import Turn, Unit, find_faults

log = logging.getLogger("mockserver.faults")

HEADER = "x-mock-fault"
OF_HEADER = "header"  # reported as the rule where the request itself asked for the fault
RETRY_MS = 600_000  # an equal call within this time is a retry
KEPT = 10_000  # calls that can be retried
LINES = 4_000  # of the transcript: as many as one request can bring back
_SCHEMAS: dict[str, type[Schema]] = {"match": MatchSchema, "schedule": ScheduleSchema}


Key = tuple[str, str | None]
NARROW = ("message_id", "account", "operation", "provider")  # the narrowest first
ANY: Key = ("any", None)


class RuleBook:
    """Keeps the rules, lets them strike, and writes down what struck whom.

    ``accounts`` are the labels that exist, by provider.
    """

    def __init__(
        self,
        providers: Mapping[str, Provider],
        accounts: Mapping[str, Sequence[str]],
        clock: Clock,
        ids: Ids,
        scenarios: Mapping[str, Scenario],
    ) -> None:
        self._providers = providers
        self._accounts = accounts
        self._clock = clock
        self._ids = ids
        self._scenarios = scenarios
        self._types = find_faults()
        self._rules: list[Rule] = []
        self._index: dict[Key, list[Rule]] = {}
        self._count = 0
        self._ordinals: Counter[tuple[str, str | None, str | None]] = Counter()
        self._transcript: deque[dict[str, Any]] = deque(maxlen=LINES)
        self._taken: OrderedDict[str, tuple[int, str]] = OrderedDict()

    def add(self, data: Any) -> Rule:
        rule = self._rule(data)
        self._put(self._rules, [rule])
        return rule

    def replace(self, rules: list[Any]) -> None:
        self._put([], [self._rule(each) for each in rules])

    def scenarios(self) -> list[dict[str, Any]]:
        return [scenario.to_json() for scenario in self._scenarios.values()]

    def apply(self, name: str) -> None:
        if name not in self._scenarios:
            message = f"no such scenario: {shown(name)}"
            raise Refused("scenario_not_found", message, there_are(self._scenarios), status=404)
        self.replace(list(self._scenarios[name].rules))

    def mistakes(self) -> list[tuple[str, str, str]]:
        """Scenario, path and reason of every rule in the scenarios that could not be made."""
        found = []
        for scenario in self._scenarios.values():
            for rule, path in zip(scenario.rules, scenario.paths, strict=True):
                try:
                    self._rule(rule)
                except Refused as refused:
                    found.append((scenario.name, path, f"{refused.message}; {refused.hint}"))
        return found

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
        """Clear, and begin to count and to write down anew."""
        self.clear()
        self._ordinals.clear()
        self._transcript.clear()
        self._taken.clear()

    def transcript(self) -> list[dict[str, Any]]:
        return list(self._transcript)

    def strike(self, exchange: Exchange) -> Blow | None:
        account = exchange.account.label if exchange.account else None
        self._ordinals[exchange.provider.id, exchange.operation_name, account] += 1
        asked = exchange.call.headers.get(HEADER)
        if not self._rules and asked is None:
            return None
        blow = Blow()
        if asked is not None:
            self._strike_as_asked(asked, blow, exchange)
        for rule in self._candidates(exchange):
            rule.strike(blow, exchange)
        if not blow.hits:
            return None
        self._write_down(blow, exchange)
        return blow

    def retried(self, exchange: Exchange) -> str | None:
        if not self._taken:
            return None
        until, entry = self._taken.get(_likeness(exchange), (0, ""))
        return entry if exchange.call.received_at < until else None

    def _strike_as_asked(self, header: str, blow: Blow, exchange: Exchange) -> None:
        """``reset``, ``error=NAME`` or ``latency=250``, and ``;when=after``."""
        asked, *options = (part.strip() for part in header.split(";"))
        if any(option not in ("when=before", "when=after") for option in options):
            message = f"no such option: {shown(header)}"
            raise Refused("bad_fault_header", message, "there are when=before, when=after")
        kind, equals, setting = (part.strip() for part in asked.partition("="))
        unit = self._types.get(kind)
        settings = {unit.short: setting} if unit and unit.short and equals else {}
        if unit and equals and not unit.short:
            raise Refused("bad_rule", f"{kind} has no setting", f"send X-Mock-Fault: {kind}")
        fault = self._fault(kind, settings)
        fault.check([exchange.provider])
        came = fault.strike(blow, exchange, Turn(OF_HEADER, 0.5))
        if came is None:
            return
        struck = {"type": kind, **came}
        blow.hits.append(Hit(OF_HEADER, 0, 0.5, struck, fault.again(struck)))
        if fault.terminal:
            blow.terminal = OF_HEADER
            blow.after = "when=after" in options

    def _write_down(self, blow: Blow, exchange: Exchange) -> None:
        call = exchange.call
        account = exchange.account.label if exchange.account else None
        whose = (exchange.provider.id, exchange.operation_name, account)
        for hit in blow.hits:
            self._transcript.append(
                {
                    "at": iso(call.received_at),
                    "request": call.id,
                    "provider": whose[0],
                    "operation": whose[1],
                    "account": whose[2],
                    "ordinal": self._ordinals[whose],
                    "rule": hit.id,
                    "fault": dict(hit.again),
                    "when": "after" if blow.after else "before",
                }
            )
        if blow.terminal:
            self._taken[_likeness(exchange)] = (call.received_at + RETRY_MS, call.id)
            if len(self._taken) > KEPT:
                self._taken.popitem(last=False)

    def _rule(self, data: Any) -> Rule:
        """Raises Refused with the list of what exists."""
        try:
            definition: dict[str, Any] = RuleSchema().load(data)
        except ValidationError as error:
            raise _refusal(error) from None
        providers = self._chosen(definition["match"])
        settings = dict(definition["fault"])
        fault = self._fault(settings.pop("type", None), settings)
        fault.check(providers)
        given = definition.pop("seed")
        seed = self._ids.number() if given is None else given
        rule_id = f"rule_{self._ids.crockford()}"
        made_at = self._clock.now()
        return Rule(rule_id, definition, fault, seed, made_at, seed_chosen=given is None)

    def _put(self, kept: list[Rule], new: list[Rule]) -> None:
        """Have these rules, found by the narrowest thing that each of them names."""
        taken: dict[str, set[int]] = {}
        for rule in kept:
            taken.setdefault(rule.key, set()).add(rule.twin)
        for rule in new:
            twins = taken.setdefault(rule.key, set())
            rule.twin = next(number for number in count() if number not in twins)
            twins.add(rule.twin)
            self._count += 1
            rule.number = self._count
            if rule.seed_chosen:
                log.info("%s: no seed given, took %d", rule.id, rule.seed)
        self._rules = kept + new
        self._index = {}
        for rule in self._rules:
            self._index.setdefault(_narrowest(rule), []).append(rule)

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

    def _fault(self, kind: Any, settings: Mapping[str, Any]) -> Unit:
        unit = self._types.get(kind) if isinstance(kind, str) else None
        if unit is None:
            message = f"no such fault type: {shown(kind)}"
            raise Refused("unknown_fault", message, there_are(self._types))
        try:
            return unit(**unit.schema.load(settings))
        except ValidationError as error:
            raise _refusal(error, "fault", sorted({"type", *unit.schema.fields})) from None

    def _chosen(self, match: Mapping[str, Any]) -> list[Provider]:
        """The providers that a rule can be about."""
        wanted = match.get("provider")
        if wanted is not None and wanted not in self._providers:
            message = f"no such provider: {shown(wanted)}"
            raise Refused("unknown_provider", message, there_are(self._providers))
        chosen = [self._providers[wanted]] if wanted else list(self._providers.values())
        operations = {each.name for provider in chosen for each in provider.operations}
        labels = {label for provider in chosen for label in self._accounts.get(provider.id, ())}
        account = match.get("account")
        operation = [] if match.get("operation") is None else [match["operation"]]
        unknown = any(provider.id not in self._accounts for provider in chosen)
        accounts = account if isinstance(account, list) else [] if account is None else [account]
        for what, names, known in (
            ("operation", operation, operations),
            ("account", accounts, labels),
        ):
            for name in names:
                if name not in known and not (what == "account" and unknown):
                    message = f"no such {what}: {shown(name)}"
                    raise Refused(f"unknown_{what}", message, there_are(sorted(known)))
        return chosen


def _narrowest(rule: Rule) -> Key:
    match = rule.definition["match"]
    for name in NARROW:
        if name in match and not isinstance(match[name], list):
            return name, match[name]
    return ANY


def _likeness(exchange: Exchange) -> str:
    """The same for calls of one account with the same operation, path and body."""
    call = exchange.call
    account = exchange.account.label if exchange.account else None
    whose = json.dumps([exchange.provider.id, exchange.operation_name, account, call.target])
    return hashlib.sha256(whose.encode() + b"\0" + call.body).hexdigest()


def _refusal(error: ValidationError, path: str = "", keys: Sequence[str] = ()) -> Refused:
    where, reason = flatten(error.messages, path)[0]
    schema = _SCHEMAS.get(where.partition(".")[0], RuleSchema)()
    known = keys or sorted(field.data_key or name for name, field in schema.fields.items())
    message = f"{where}: {reason}" if where else reason
    return Refused("bad_rule", message, f"the keys here are {', '.join(known)}")
