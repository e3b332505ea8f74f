"""Whose calls a rule can be about, of all that exists."""

from collections.abc import Mapping
from typing import Any

from mockserver.api.provider import Provider
from mockserver.faults.unit import Aim
from mockserver.match.known import Labels, find_scope
from mockserver.text.mistakes import Refused


def find_aim(
    match: Mapping[str, Any], providers: Mapping[str, Provider], labels: Labels
) -> tuple[list[Aim], list[Refused]]:
    """What a match can be about, and what it names that is not there."""
    chosen, name, wrong = find_scope(match, providers, labels)
    return [Aim(each, each.operation(name) if name else None) for each in chosen], wrong
