"""From what a user asks for to a rule that can be made."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from marshmallow import Schema, ValidationError, fields

from mockserver.api.provider import Provider
from mockserver.faults.rules.match import MatchSchema
from mockserver.faults.rules.schedule import Schedule, ScheduleSchema, read_schedule
from mockserver.faults.unit import Selective, Unit, find_faults, manual_of
from mockserver.text.mistakes import Refused
from mockserver.text.shown import shown, there_are, there_are_keys
from mockserver.text.validation import LARGEST, UNKNOWN, check_plain, first_mistake, one_of, whole

SCHEDULE = ScheduleSchema()


class RuleSchema(Schema):
    name = fields.String(load_default=None, allow_none=True)
    match = fields.Nested(MatchSchema, load_default=dict)
    fault = fields.Dict(keys=fields.String(), required=True)
    when = fields.String(load_default="before", validate=one_of(("before", "after")))
    schedule = fields.Nested(ScheduleSchema, load_default=lambda: SCHEDULE.load({}))
    seed = whole(-LARGEST, LARGEST, load_default=None, allow_none=True)


RULE = RuleSchema()
_SCHEMAS: Mapping[str, type[Schema]] = {"match": MatchSchema, "schedule": ScheduleSchema}


@dataclass(frozen=True, slots=True)
class Draft:
    """A rule that was checked and is not in force yet.

    ``definition`` is what was asked for, with defaults; ``seed`` is None where none was given.
    """

    definition: Mapping[str, Any]
    fault: Unit
    schedule: Schedule
    seed: int | None
    key: str = field(init=False)
    """What the rule does, as text: the same in every run."""

    def __post_init__(self) -> None:
        said = {**self.definition, "name": None}
        object.__setattr__(self, "key", json.dumps(said, sort_keys=True))

    @property
    def match(self) -> Mapping[str, Any]:
        match: Mapping[str, Any] = self.definition["match"]
        return match

    @property
    def after(self) -> bool:
        return bool(self.definition["when"] == "after")


Labels = Mapping[str, Sequence[str]]
"""The labels of the accounts by provider, without those whose accounts are not known."""


class RuleReader:
    """Knows what exists, and refuses everything else with the list of it."""

    def __init__(self, providers: Mapping[str, Provider]) -> None:
        self._providers = providers
        self._types = find_faults()

    def read_rule(self, data: Any, now: int, labels: Labels) -> Draft:
        """The rule that ``data`` describes, made now. Raises Refused."""
        try:
            check_plain(data)
            definition: dict[str, Any] = RULE.load(data)
        except ValidationError as error:
            raise _refusal(error, data) from None
        try:
            schedule = read_schedule(definition["schedule"], now)
        except ValidationError as error:
            raise _refusal(error, definition["schedule"], "schedule") from None
        settings = dict(definition["fault"])
        after = definition["when"] == "after"
        fault = self.read_fault(settings.pop("type", None), settings, after=after)
        providers = self._find_providers(definition["match"], labels)
        if isinstance(fault, Selective):
            fault.require_one(providers)
        return Draft(definition, fault, schedule, definition.pop("seed"))

    def find_type(self, kind: Any) -> type[Unit]:
        """Raises Refused."""
        unit = self._types.get(kind) if isinstance(kind, str) else None
        if unit is None:
            message = (
                "fault.type: missing" if kind is None else f"no such fault type: {shown(kind)}"
            )
            raise Refused("unknown_fault", message, there_are(self._types, kind))
        return unit

    def read_fault(self, kind: Any, settings: Mapping[str, Any], *, after: bool) -> Unit:
        """Raises Refused."""
        unit = self.find_type(kind)
        if after and not unit.may_follow:
            message = "when: expected before, as every call is struck on arrival; came after"
            raise Refused("bad_rule", message, "leave when out, or take the type reset")
        try:
            return unit(**unit.schema.load(settings))
        except ValidationError as error:
            path, reason = first_mistake(error, settings, "fault")
            known = sorted({"type", *unit.schema.fields})
            hint = f"{there_are_keys(known, path)}; {manual_of(unit)}"
            raise Refused("bad_rule", f"{path}: {reason}", hint) from None

    def _find_providers(self, match: Mapping[str, Any], labels: Labels) -> list[Provider]:
        """The providers that a rule can be about."""
        chosen = list(self._providers.values())
        if "provider" in match:
            _refuse_unknown("provider", [match["provider"]], self._providers)
            chosen = [self._providers[match["provider"]]]
        if match.get("operation") is not None:
            operation = match["operation"]
            operations = {each.name for provider in chosen for each in provider.operations}
            _refuse_unknown("operation", [operation], operations)
            chosen = [provider for provider in chosen if provider.operation(operation)]
        if match.get("account") is not None:
            chosen = _select_by_account(chosen, match["account"], labels)
        return chosen


def _select_by_account(
    chosen: list[Provider], account: str | list[str], labels: Labels
) -> list[Provider]:
    """Those that have one of the accounts.

    Where a fixture could not be read, which is told anyway, no account is called unknown.
    """
    if not all(provider.id in labels for provider in chosen):
        return chosen
    wanted = account if isinstance(account, list) else [account]
    _refuse_unknown("account", wanted, {one for each in chosen for one in labels[each.id]})
    return [each for each in chosen if set(wanted) & set(labels[each.id])]


def _refuse_unknown(what: str, names: Iterable[str], known: Iterable[str]) -> None:
    listed = sorted(known)
    for name in names:
        if name not in listed:
            message = f"no such {what}: {shown(name)}"
            raise Refused(f"unknown_{what}", message, there_are(listed, name))


def _refusal(error: ValidationError, data: Any, path: str = "") -> Refused:
    where, reason = first_mistake(error, data, path)
    schema = _SCHEMAS.get(where.partition(".")[0], RuleSchema)()
    known = sorted(field.data_key or name for name, field in schema.fields.items())
    message = f"{where}: {reason}" if where else reason
    return Refused("bad_rule", message, there_are_keys(known, where if reason == UNKNOWN else ""))
