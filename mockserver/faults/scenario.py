"""Scenarios: named files of rules, and of steps that put rules on a timeline."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from mockserver.core.content import flatten
from mockserver.core.errors import Mistake, Mistakes
from mockserver.faults.rule import check_instant

RULE = fields.Dict(keys=fields.String())


class StepSchema(Schema):
    at = fields.String(load_default="PT0S", validate=check_instant)
    until = fields.String(validate=check_instant)
    provider = fields.String()
    rule = fields.List(RULE, required=True, validate=validate.Length(min=1))


class ScenarioSchema(Schema):
    description = fields.String(required=True, validate=validate.Length(min=1))
    rule = fields.List(RULE, load_default=list)
    step = fields.List(fields.Nested(StepSchema), load_default=list)


@dataclass(frozen=True, slots=True)
class Scenario:
    """``rules`` are as the administration API takes them, ``paths`` where in the file they are."""

    name: str
    description: str
    rules: tuple[Mapping[str, Any], ...]
    paths: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "description": self.description,
            "rules": [dict(rule) for rule in self.rules],
        }


def load_scenarios(folder: Path) -> tuple[dict[str, Scenario], list[Mistake]]:
    """The good scenarios of a folder by name, which is the file's, and every mistake in others."""
    scenarios: dict[str, Scenario] = {}
    mistakes: list[Mistake] = []
    for file in sorted(folder.glob("*.toml")):
        try:
            scenarios[file.stem] = _load(file)
        except Mistakes as found:
            mistakes += found.mistakes
    return scenarios, mistakes


def _load(file: Path) -> Scenario:
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
        data = ScenarioSchema().load(content)
    except ValidationError as error:
        raise Mistakes([Mistake(str(file), *each) for each in flatten(error.messages)]) from None
    except (OSError, ValueError) as error:
        raise Mistakes([Mistake(str(file), "", f"cannot be read as TOML: {error}")]) from None
    placed = list(_placed(data))
    rules, paths = tuple(rule for rule, _ in placed), tuple(path for _, path in placed)
    return Scenario(file.stem, data["description"], rules, paths)


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
