"""The rules of a sandbox, in order of creation."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import Schema, ValidationError

from mockserver.core.content import flatten
from mockserver.core.errors import Refused
from mockserver.core.ids import Ids
from mockserver.core.provider import Exchange, Provider
from mockserver.core.sandbox import Blow
from mockserver.core.shown import shown, there_are
from mockserver.faults.rule import MatchSchema, Rule, RuleSchema, ScheduleSchema
from mockserver.faults.unit import Fault, find_faults

HEADER = "x-mock-fault"
OF_HEADER = "header"  # reported as the rule where the request itself asked for the fault


class RuleBook:
    """Keeps the rules and lets them strike.

    ``accounts`` are the labels that exist, by provider.
    """

    def __init__(
        self,
        providers: Mapping[str, Provider],
        accounts: Mapping[str, Sequence[str]],
        ids: Ids,
    ) -> None:
        self._providers = providers
        self._accounts = accounts
        self._ids = ids
        self._types = find_faults()
        self._rules: list[Rule] = []
        self._made: Counter[str] = Counter()

    def add(self, data: Any) -> Rule:
        """Make a rule. Raises Refused with the list of what exists; nothing is stored then."""
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
        rule = Rule(f"rule_{self._ids.crockford()}", definition, fault, seed)
        rule.twins = self._made[rule.key]
        self._made[rule.key] += 1
        self._rules.append(rule)
        return rule

    def all(self) -> list[Rule]:
        return list(self._rules)

    def remove(self, rule_id: str) -> bool:
        """Whether there was such a rule."""
        before = len(self._rules)
        self._rules = [rule for rule in self._rules if rule.id != rule_id]
        return len(self._rules) < before

    def clear(self) -> None:
        self._rules = []
        self._made.clear()

    def strike(self, exchange: Exchange) -> Blow:
        blow = Blow()
        asked = exchange.call.headers.get(HEADER)
        if asked is not None:
            fault = self._asked_for(asked, exchange.provider)
            blow.rule = OF_HEADER
            fault.strike(blow, exchange, 0.5)
        for rule in self._rules:
            rule.strike(blow, exchange)
        return blow

    def _asked_for(self, header: str, provider: Provider) -> Fault:
        """``error=NAME`` or ``latency=250``."""
        kind, _, setting = header.partition("=")
        unit = self._types.get(kind.strip())
        settings = {unit.short: setting.strip()} if unit else {}
        fault = self._fault(kind.strip(), settings)
        fault.check([provider])
        return fault

    def _fault(self, kind: Any, settings: Mapping[str, Any]) -> Fault:
        unit = self._types.get(kind) if isinstance(kind, str) else None
        if unit is None:
            raise Refused(
                "unknown_fault", f"no such fault type: {shown(kind)}", there_are(self._types)
            )
        try:
            return unit(**unit.schema.load(settings))
        except ValidationError as error:
            raise _refusal(error, "fault", sorted({"type", *unit.schema.fields})) from None

    def _chosen(self, match: Mapping[str, str]) -> list[Provider]:
        """The providers that a rule can be about."""
        wanted = match.get("provider")
        if wanted is not None and wanted not in self._providers:
            raise Refused(
                "unknown_provider",
                f"no such provider: {shown(wanted)}",
                there_are(self._providers),
            )
        chosen = [self._providers[wanted]] if wanted else list(self._providers.values())
        operations = {each.name for provider in chosen for each in provider.operations}
        labels = {label for provider in chosen for label in self._accounts[provider.id]}
        for key, known in (("operation", operations), ("account", labels)):
            if key in match and match[key] not in known:
                raise Refused(
                    f"unknown_{key}",
                    f"no such {key}: {shown(match[key])}",
                    there_are(sorted(known)),
                )
        return chosen


def _refusal(error: ValidationError, path: str = "", keys: Sequence[str] = ()) -> Refused:
    where, reason = flatten(error.messages, path)[0]
    known = keys or sorted(_SCHEMAS.get(where.partition(".")[0], RuleSchema)().fields)
    message = f"{where}: {reason}" if where else reason
    return Refused("bad_rule", message, f"the keys here are {', '.join(known)}")


_SCHEMAS: dict[str, type[Schema]] = {"match": MatchSchema, "schedule": ScheduleSchema}
