"""From what a user asks for to a rule that can be made."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from marshmallow import Schema, ValidationError, fields

from mockserver.api.provider import Provider
from mockserver.faults.codes import find_names, tell_owners
from mockserver.faults.rules.aim import find_aim
from mockserver.faults.rules.schedule import (
    Schedule,
    ScheduleSchema,
    read_schedule,
    read_window,
)
from mockserver.faults.unit import (
    Aim,
    OfHandshakes,
    Selective,
    Unit,
    find_faults,
    manual_of,
)
from mockserver.match.known import Labels
from mockserver.match.schema import MatchSchema
from mockserver.pipeline.plan import MOST_RULES
from mockserver.text.mistakes import Refused, join_refusals
from mockserver.text.shown import shown, there_are, there_are_keys
from mockserver.text.validation import (
    LARGEST,
    UNKNOWN,
    check_plain,
    find_unplain,
    list_mistakes,
    one_of,
    whole,
)

SCHEDULE = ScheduleSchema()


class RuleSchema(Schema):
    name = fields.String(load_default=None, allow_none=True)
    match = fields.Nested(MatchSchema, load_default=dict)
    fault = fields.Dict(keys=fields.String(), required=True)
    when = fields.String(load_default="before", validate=one_of(("before", "after")))
    schedule = fields.Nested(ScheduleSchema, load_default=lambda: SCHEDULE.load({}))
    seed = whole(-LARGEST, LARGEST, load_default=None, allow_none=True)


RULE = RuleSchema()
KEYS = {
    part: sorted(field.data_key or name for name, field in schema.fields.items())
    for part, schema in (("", RULE), ("match", MatchSchema()), ("schedule", SCHEDULE))
}
"""What there can be in a rule, and in its parts."""


class Manual(NamedTuple):
    """What a rule can be: its schema, and of each type what it does and the schema of its
    settings.
    """

    rule: Schema
    types: Mapping[str, tuple[str, Schema]]


def describe_rules() -> Manual:
    types = {name: (manual_of(unit), unit.schema) for name, unit in find_faults().items()}
    return Manual(RULE, types)


MOST_MISTAKES = 1_000  # of one kind in one rule, before they are only counted
Wrong = list[Refused]


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


class RuleReader:
    """Knows what exists, and refuses everything else with the list of it."""

    def __init__(self, providers: Mapping[str, Provider]) -> None:
        self._providers = providers
        self._types = find_faults()

    def read_rule(self, data: Any, now: int, labels: Labels, *, kept: bool = False) -> Draft:
        """The rule that ``data`` describes, made now. Raises Refused with all that is wrong.

        One that was ``kept`` may be for an operation that never answers its error, as earlier
        versions took such, and then strikes nothing.
        """
        draft, wrong = self.judge_rule(data, now, labels, kept=kept)
        if draft is None:
            raise join_refusals(wrong)
        return draft

    def judge_rule(
        self, data: Any, now: int, labels: Labels, *, kept: bool = False
    ) -> tuple[Draft | None, Sequence[Refused]]:
        """The rule, or all that is wrong with it: what depends on something wrong is not judged."""
        definition, wrong = _read_definition(data)
        try:
            read_window(definition.get("schedule", {}), now)
        except ValidationError as error:
            wrong += _refuse_all(error, definition["schedule"], "schedule")
        fault, wrong_fault = self._judge_fault_of(definition)
        aims, wrong_match = find_aim(definition.get("match", {}), self._providers, labels)
        wrong += wrong_fault + wrong_match
        if fault is not None:
            try:
                self.require_one(fault, [Aim(each.provider) for each in aims] if kept else aims)
            except Refused as refused:
                wrong.append(refused)
            wrong += _refuse_unknowable(fault, definition.get("match", {}))
        if wrong or fault is None:
            return None, wrong
        schedule = read_schedule(definition["schedule"], now)
        return Draft(definition, fault, schedule, definition.pop("seed")), ()

    def require_one(self, fault: Unit, aims: Sequence[Aim]) -> None:
        """Raise Refused if the fault can strike none of these."""
        if isinstance(fault, Selective):
            fault.require_one(aims, self._providers.values())

    def find_type(self, kind: Any) -> type[Unit]:
        """Raises Refused."""
        unit = self._types.get(kind) if isinstance(kind, str) else None
        if unit is None:
            message = (
                "fault.type: missing" if kind is None else f"no such fault type: {shown(kind)}"
            )
            names = find_names(kind, self._providers.values())
            whose = tell_owners(kind, self._providers.values())
            hint = f"that is the type error with {' or '.join(names)} {whose}; " if names else ""
            guessed = there_are(self._types, None if names else kind)
            raise Refused("unknown_fault", message, hint + guessed)
        return unit

    def read_fault(self, kind: Any, settings: Mapping[str, Any], *, after: bool) -> Unit:
        """Raises Refused with all that is wrong."""
        fault, wrong = self._judge_fault(kind, settings, after)
        if wrong or fault is None:
            raise join_refusals(wrong)
        return fault

    def _judge_fault_of(self, definition: Mapping[str, Any]) -> tuple[Unit | None, Wrong]:
        if "fault" not in definition:  # which the schema has told
            return None, []
        settings = dict(definition["fault"])
        after = definition.get("when") == "after"
        return self._judge_fault(settings.pop("type", None), settings, after)

    def _judge_fault(
        self, kind: Any, settings: Mapping[str, Any], after: bool
    ) -> tuple[Unit | None, Wrong]:
        """The fault, None where it could not be made, and all that is wrong with it."""
        try:
            unit = self.find_type(kind)
        except Refused as refused:
            return None, [refused]
        wrong: Wrong = []
        if after and not unit.may_follow:
            struck = "handshake" if issubclass(unit, OfHandshakes) else "call"
            message = f"when: expected before, as every {struck} is struck on arrival; came after"
            wrong.append(Refused("bad_rule", message, "leave when out, or take the type reset"))
        try:
            return unit(**unit.schema.load(settings)), wrong
        except ValidationError as error:
            known = sorted({"type", *unit.schema.fields})
            for path, reason in _count_further(list_mistakes(error, settings, "fault")):
                hint = f"{there_are_keys(known, path)}; {manual_of(unit)}"
                wrong.append(Refused("bad_rule", f"{path}: {reason}" if path else reason, hint))
            return _make_selective(unit, dict(error.valid_data or {})), wrong


def _make_selective(unit: type[Unit], right: dict[str, Any]) -> Unit | None:
    """One that is selective, of what is right in its settings: to tell whom it could strike."""
    settings = unit.schema.fields
    required = {name for name, field in settings.items() if field.required}
    if issubclass(unit, Selective) and required <= right.keys():
        return unit(**{**dict.fromkeys(settings), **right})
    return None


def _refuse_unknowable(fault: Unit, match: Mapping[str, Any]) -> Wrong:
    """What a match asks that nobody knows when the fault strikes."""
    if not isinstance(fault, OfHandshakes):
        return []
    hint = "match it by provider, whose host it is for, or leave match out"
    return [
        Refused("bad_rule", f"match.{name}: a TLS handshake tells the host alone", hint)
        for name in match
        if name != "provider"
    ]


def _read_definition(data: Any) -> tuple[dict[str, Any], Wrong]:
    """What the schema makes of a rule, as far as it is right, and what is wrong."""
    wrong: Wrong = []
    try:
        check_plain(data)
    except ValidationError:
        wrong += [_refuse(*each) for each in _count_further([*find_unplain(data)])]
    try:
        definition: dict[str, Any] = RULE.load(data)
    except ValidationError as error:
        return dict(error.valid_data or {}), [*_refuse_all(error, data), *wrong]
    return definition, wrong


def _refuse_all(error: ValidationError, data: Any, path: str = "") -> Wrong:
    """All that the schema found."""
    return [_refuse(*each) for each in _count_further(list_mistakes(error, data, path))]


def _count_further(mistakes: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The first of them, and how many more there are."""
    more = len(mistakes) - MOST_MISTAKES
    return [*mistakes[:MOST_MISTAKES], ("", f"and {more} more mistakes")] if more > 0 else mistakes


def _refuse(where: str, reason: str) -> Refused:
    known = KEYS.get(where.partition(".")[0], KEYS[""])
    message = f"{where}: {reason}" if where else reason
    return Refused("bad_rule", message, there_are_keys(known, where if reason == UNKNOWN else ""))


def require_room(there: int, more: int) -> None:
    """Raises Refused where a sandbox would have too many rules."""
    if there + more > MOST_RULES:
        message = f"{there} rules are there and {more} more asked for; {MOST_RULES} is the most"
        hint = (
            "one rule can be about many calls; DELETE …/faults/ID removes one, DELETE …/faults all"
        )
        raise Refused("too_many_rules", message, hint, status=429)
