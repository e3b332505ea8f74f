"""The configuration file: settings, switches and fault rules in TOML."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.config.settings import SETTINGS
from mockserver.late import LateModule
from mockserver.text.mistakes import Mistake, Mistakes
from mockserver.text.shown import there_are

if TYPE_CHECKING:
    from mockserver.api.provider import Provider

USUAL = Path("mockserver.toml")
RULES = "fault"
toml = LateModule("mockserver.text.toml")  # most starts have no file to read


class ConfigFile(NamedTuple):
    """What stands in a file, not judged yet.

    ``name`` is empty where there is no file; ``mistakes`` tell why one could not be read.
    """

    name: str = ""
    content: Mapping[str, Any] = MappingProxyType({})
    mistakes: tuple[Mistake, ...] = ()

    @property
    def values(self) -> dict[str, Any]:
        """What it says about the settings of the table."""
        there = [setting for setting in SETTINGS if setting.key in self.content]
        return {setting.name: self.content[setting.key] for setting in there}


def find_file(named: Path | None) -> Path | None:
    """The one that was named, or else ``mockserver.toml`` of the current folder, if there is."""
    return named or (USUAL if USUAL.exists() else None)


def read_file(path: Path | None) -> ConfigFile:
    """An empty one without a path, and one with mistakes where it cannot be read."""
    if path is None:
        return ConfigFile()
    try:
        return ConfigFile(str(path), toml.read_toml(path))
    except Mistakes as found:
        return ConfigFile(str(path), mistakes=tuple(found.mistakes))


def read_rules(file: ConfigFile) -> tuple[tuple[Mapping[str, Any], ...], list[Mistake]]:
    """The fault rules as they stand there; what is in them is for the faults to judge."""
    rules = file.content.get(RULES, [])
    if isinstance(rules, list):
        return tuple(rules), []
    return (), [Mistake(file.name, RULES, "expected tables: [[fault]]")]


def find_unknown_keys(file: ConfigFile, providers: Mapping[str, Provider]) -> list[Mistake]:
    """Keys at the top that are no setting, no provider's id and not ``fault``."""
    names = [*(setting.key for setting in SETTINGS), RULES, *providers]
    return [
        Mistake(file.name, key, f"unknown key; {there_are(names, key)}")
        for key in sorted(set(file.content) - set(names))
    ]
