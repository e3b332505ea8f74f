"""What rules are said in, loaded when somebody first says one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mockserver.api.provider import Provider
from mockserver.late import LateModule
from mockserver.text.mistakes import Mistake

if TYPE_CHECKING:
    from mockserver.faults.rules.reader import RuleReader
    from mockserver.faults.rules.scenario import Scenario
    from mockserver.match.known import Labels

HEADER = "x-mock-fault"
"""By which one call asks for its own fault."""
BY_HEADER = "header"
"""Reported in place of a rule's id."""

asking = LateModule("mockserver.faults.rules.header")
making = LateModule("mockserver.faults.rules.rule")
reading = LateModule("mockserver.faults.rules.reader")
telling = LateModule("mockserver.faults.rules.scenario")
transcript = LateModule("mockserver.faults.transcript")


class Language:
    """The form of rules, the fault types and the scenarios in some folders.

    Most servers start without a rule: loading all that takes 30 ms, which the first rule pays.
    """

    def __init__(
        self,
        providers: Mapping[str, Provider],
        folders: tuple[Path, ...],
        now: Callable[[], int],
        labels: Labels,
    ) -> None:
        self._providers = providers
        self._folders = folders
        self._now = now
        self._labels = labels

    @cached_property
    def reader(self) -> RuleReader:
        reader: RuleReader = reading.RuleReader(self._providers)
        return reader

    @property
    def scenarios(self) -> Mapping[str, Scenario]:
        return self._told[0]

    @property
    def mistakes(self) -> list[Mistake]:
        """All that is wrong in the files of the scenarios."""
        return self._told[1]

    def find_rules(self, name: str) -> list[Mapping[str, object]]:
        """A scenario's. Raises Refused where there is none of that name."""
        if name not in self.scenarios:
            raise telling.refuse_unknown(self.scenarios, name)
        return [*self.scenarios[name].rules]

    @cached_property
    def _told(self) -> tuple[dict[str, Scenario], list[Mistake]]:
        told: tuple[dict[str, Scenario], list[Mistake]] = telling.load_scenarios(
            self._folders, self.reader, self._now(), self._labels
        )
        return told
