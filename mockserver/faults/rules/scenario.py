"""Scenarios: named files of rules, and of steps that put rules on a timeline."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from mockserver.faults.rules.reader import Labels, RuleReader
from mockserver.faults.rules.schedule import check_instant
from mockserver.text.mistakes import Mistake, Mistakes, Refused
from mockserver.text.shown import shown, there_are
from mockserver.text.toml import read_toml
from mockserver.text.validation import Strict, mistakes_in

RULE_OBJECT = fields.Dict(keys=fields.String())
STEP = (  # what a step says for its rules, and where they would say it
    ("at", "schedule", "from"),
    ("until", "schedule", "until"),
    ("provider", "match", "provider"),
)


class StepSchema(Strict):
    at = fields.String(load_default="PT0S", validate=check_instant)
    until = fields.String(validate=check_instant)
    provider = fields.String()
    rule = fields.List(RULE_OBJECT, required=True, validate=validate.Length(min=1))

    @validates_schema
    def agrees(self, data: dict[str, Any], **kwargs: Any) -> None:
        """A rule must not say again what its step says for it."""
        said = [each for each in STEP if each[0] in data]
        for place, rule in enumerate(data.get("rule", ())):
            for own, part, name in said:
                if isinstance(rule.get(part), dict) and name in rule[part]:
                    reason = f"the step says it for its rules by {own}"
                    raise ValidationError({"rule": {place: {part: {name: [reason]}}}})


class ScenarioSchema(Strict):
    description = fields.String(required=True, validate=validate.Length(min=1))
    rule = fields.List(RULE_OBJECT, load_default=list)
    step = fields.List(fields.Nested(StepSchema), load_default=list)

    @validates_schema
    def something_happens(self, data: dict[str, Any], **kwargs: Any) -> None:
        if not data.get("rule") and not data.get("step"):
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
            scenarios[file.stem] = scenario = _load(file)
            mistakes += _find_mistakes(scenario, reader, now, labels)
        except Mistakes as found:
            mistakes += found.mistakes
    return scenarios, mistakes


def _find_mistakes(
    scenario: Scenario, reader: RuleReader, now: int, labels: Labels
) -> Iterator[Mistake]:
    """Every rule that could not be made."""
    for rule, path in zip(scenario.rules, scenario.paths, strict=True):
        try:
            reader.read_rule(rule, now, labels)
        except Refused as refused:
            yield Mistake(str(scenario.file), path, f"{refused.message}; {refused.hint}")


def _load(file: Path) -> Scenario:
    content = read_toml(file)
    try:
        data = ScenarioSchema().load(content)
    except ValidationError as error:
        raise mistakes_in(file, error, content) from None
    placed = list(_placed(data))
    rules, paths = tuple(rule for rule, _ in placed), tuple(path for _, path in placed)
    return Scenario(file, data["description"], rules, paths)


def _placed(data: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """The rules with their place in the file; those of a step within its time and provider."""
    for place, rule in enumerate(data["rule"]):
        yield rule, f"rule[{place}]"
    for first, step in enumerate(data["step"]):
        window = {"from": step["at"]} | ({"until": step["until"]} if "until" in step else {})
        match = {"provider": step["provider"]} if "provider" in step else {}
        for second, rule in enumerate(step["rule"]):
            within = {"match": _within(match, rule), "schedule": _within(window, rule, "schedule")}
            yield rule | within, f"step[{first}].rule[{second}]"


def _within(outer: dict[str, Any], rule: Mapping[str, Any], part: str = "match") -> Any:
    """A part of the rule within the step's; what is no table is left for the rule's own check."""
    inner = rule.get(part, {})
    return outer | inner if isinstance(inner, dict) else inner
