"""Scenarios: named files of rules, and of steps that put rules on a timeline."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from mockserver.faults.rules.reader import RuleReader, require_room
from mockserver.faults.rules.schedule import check_instant
from mockserver.match.known import Labels
from mockserver.text.mistakes import Mistake, Mistakes, Refused
from mockserver.text.shown import shown, there_are
from mockserver.text.toml import read_toml
from mockserver.text.validation import Strict, mistakes_in

RULE_OBJECT = fields.Dict(keys=fields.String())
BEGINNING = "PT0S"
STEP = (  # what a step says for its rules, and where they would say it
    ("at", "schedule", "from"),
    ("until", "schedule", "until"),
    ("provider", "match", "provider"),
)


class StepSchema(Strict):
    at = fields.String(load_default=BEGINNING, validate=check_instant)
    until = fields.String(validate=check_instant)
    provider = fields.String()
    rule = fields.List(RULE_OBJECT, required=True, validate=validate.Length(min=1))

    @validates_schema(skip_on_field_errors=False, pass_original=True)
    def agrees(self, data: dict[str, Any], given: Mapping[str, Any], **kwargs: Any) -> None:
        """A rule must not say again what its step says for it."""
        wrong = {
            (place, part, name): f"the step says it for its rules by {own}"
            for own, part, name in STEP
            if own in given
            for place, rule in _list_tables(given, "rule")
            if isinstance(rule.get(part), dict) and name in rule[part]
        }
        if wrong:
            raise ValidationError({"rule": _nest(wrong)})


def _nest(wrong: Mapping[tuple[int, str, str], str]) -> dict[int, Any]:
    nested: dict[int, Any] = {}
    for (place, part, name), reason in wrong.items():
        nested.setdefault(place, {}).setdefault(part, {})[name] = [reason]
    return nested


class ScenarioSchema(Strict):
    description = fields.String(required=True, validate=validate.Length(min=1))
    rule = fields.List(RULE_OBJECT, load_default=list)
    step = fields.List(fields.Nested(StepSchema), load_default=list)

    @validates_schema(skip_on_field_errors=False, pass_original=True)
    def something_happens(
        self, data: dict[str, Any], given: Mapping[str, Any], **kwargs: Any
    ) -> None:
        if not given.get("rule") and not given.get("step"):
            raise ValidationError("missing: a scenario has [[rule]] or [[step]] tables", "rule")


@dataclass(frozen=True, slots=True)
class Scenario:
    """``rules`` are as the administration API takes them, ``paths`` where in ``file`` they are."""

    file: Path
    description: str
    rules: tuple[Mapping[str, Any], ...]
    paths: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.file.stem

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "description": self.description,
            "rules": [dict(rule) for rule in self.rules],
        }


def refuse_unknown(scenarios: Mapping[str, Scenario], name: str) -> Refused:
    message = f"no such scenario: {shown(name)}"
    return Refused("scenario_not_found", message, there_are(scenarios, name), status=404)


def load_scenarios(
    folders: Iterable[Path], reader: RuleReader, now: int, labels: Labels
) -> tuple[dict[str, Scenario], list[Mistake]]:
    """The scenarios of the folders by name, which is the file's, and every mistake in them.

    One of a later folder takes the place of an earlier one of its name.
    """
    scenarios: dict[str, Scenario] = {}
    mistakes: list[Mistake] = []
    there = filter(os.path.isdir, folders)  # unlike a path's own method it takes any path
    for file in (file for folder in there for file in sorted(folder.glob("*.toml"))):
        try:
            scenario, wrong = _load(file)
        except Mistakes as found:
            mistakes += found.mistakes
            continue
        mistakes += [*wrong, *_find_mistakes(scenario, reader, now, labels)]
        scenarios[scenario.name] = scenario
    return scenarios, mistakes


def _find_mistakes(
    scenario: Scenario, reader: RuleReader, now: int, labels: Labels
) -> Iterator[Mistake]:
    """All that is wrong with each rule that could not be made."""
    try:
        require_room(0, len(scenario.rules))
    except Refused as full:
        yield Mistake(str(scenario.file), "", full.message)
    for rule, path in zip(scenario.rules, scenario.paths, strict=True):
        for refused in reader.judge_rule(rule, now, labels)[1]:
            yield Mistake(str(scenario.file), path, f"{refused.message}; {refused.hint}")


def _load(file: Path) -> tuple[Scenario, list[Mistake]]:
    """What a file tells, as far as it is right, and the mistakes beside its rules.

    Raises Mistakes where it cannot be read at all.
    """
    content, mistakes = read_toml(file), list[Mistake]()
    try:
        data: Mapping[str, Any] = ScenarioSchema().load(content)
    except ValidationError as error:
        data, mistakes = content, mistakes_in(file, error, content).mistakes
    placed = list(_place(data))
    rules, paths = tuple(rule for rule, _ in placed), tuple(path for _, path in placed)
    return Scenario(file, data.get("description", ""), rules, paths), mistakes


def _place(data: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """The rules with their place in the file; those of a step within its time and provider.

    What is no table is left out, and what is no time: it was told where the file was judged.
    """
    for place, rule in _list_tables(data, "rule"):
        yield rule, f"rule[{place}]"
    for first, step in _list_tables(data, "step"):
        said: dict[str, dict[str, Any]] = {"match": {}, "schedule": {"from": BEGINNING}}
        for own, part, name in STEP:
            if isinstance(step.get(own), str) and (own == "provider" or _is_instant(step[own])):
                said[part][name] = step[own]
        for second, rule in _list_tables(step, "rule"):
            within = {part: _within(outer, rule, part) for part, outer in said.items()}
            yield rule | within, f"step[{first}].rule[{second}]"


def _list_tables(data: Mapping[str, Any], name: str) -> list[tuple[int, dict[str, Any]]]:
    """The tables of a list, each with its place."""
    listed = data.get(name)
    if not isinstance(listed, list):
        return []
    return [(place, each) for place, each in enumerate(listed) if isinstance(each, dict)]


def _is_instant(text: str) -> bool:
    try:
        check_instant(text)
    except ValidationError:
        return False
    return True


def _within(outer: dict[str, Any], rule: Mapping[str, Any], part: str) -> Any:
    """A part of the rule within the step's; what is no table is left for the rule's own check."""
    inner = rule.get(part, {})
    return outer | inner if isinstance(inner, dict) else inner
