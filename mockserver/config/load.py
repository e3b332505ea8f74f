"""From what was said about the settings to settings that can be used."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from marshmallow import Schema

from mockserver.config.file import ConfigFile, find_unknown_keys, read_rules
from mockserver.config.settings import SETTINGS, Settings, Source
from mockserver.config.switches import read_switches
from mockserver.config.values import sift
from mockserver.text.mistakes import Mistake, Mistakes

if TYPE_CHECKING:
    from mockserver.api.provider import Provider

SCHEMA = Schema.from_dict({setting.name: setting.judge for setting in SETTINGS})()


class Given(NamedTuple):
    """What was said about the settings, not judged yet.

    ``values`` by setting, without those that nobody spoke of: as text, or as TOML has them.
    ``sources`` are the options and variables that they come from; the others are the file's.
    """

    values: Mapping[str, Any] = MappingProxyType({})
    sources: Mapping[str, str] = MappingProxyType({})
    file: ConfigFile = ConfigFile()

    def find_source(self, name: str) -> Source:
        option_or_variable = self.sources.get(name)
        return (
            (option_or_variable, "")
            if option_or_variable
            else (self.file.name, name.removesuffix("_"))
        )


def load_settings(providers: Mapping[str, Provider], given: Given) -> Settings:
    """Raises Mistakes."""
    settings, mistakes = read_settings(providers, given)
    if mistakes:
        raise Mistakes(mistakes)
    return settings


def read_settings(
    providers: Mapping[str, Provider], given: Given
) -> tuple[Settings, list[Mistake]]:
    """The settings as far as they are good, and every mistake."""
    values, wrong_values = read_values(given)
    rules, wrong_rules = read_rules(given.file)
    switches, wrong_switches = read_switches(providers, given.file)
    mistakes = [
        *given.file.mistakes,
        *wrong_values,
        *wrong_rules,
        *wrong_switches,
        *find_unknown_keys(given.file, providers),
    ]
    sources = {name: given.find_source(name) for name in values}
    settings = Settings(
        **values, switches=switches, faults=rules, file=given.file.name, sources=sources
    )
    return settings, mistakes


def read_values(given: Given) -> tuple[dict[str, Any], list[Mistake]]:
    """The rows of the table that were given and are good, and the mistakes of the others."""
    values, wrong = sift(SCHEMA, given.values)
    return values, [Mistake(*given.find_source(name), reason) for name, reason in wrong]
