"""The switches of the providers, by the configuration file and the environment."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from marshmallow import Schema
from marshmallow.fields import Field

from mockserver.config.file import ConfigFile
from mockserver.config.settings import PREFIX, SETTINGS
from mockserver.config.values import Choice, sift
from mockserver.text.mistakes import Mistake

if TYPE_CHECKING:
    from mockserver.api.provider import Provider

OTHERS = {f"{PREFIX}{name}" for name in ("CONFIG", "URL", "SANDBOX")}
"""Variables of options that are no settings of a server."""


def default_switches(providers: Mapping[str, Provider]) -> dict[str, dict[str, object]]:
    """What every provider's switches say when nobody sets them."""
    return {
        provider.id: {switch.name: switch.choices[0] for switch in provider.switches}
        for provider in providers.values()
    }


def read_switches(
    providers: Mapping[str, Provider], file: ConfigFile
) -> tuple[dict[str, dict[str, Any]], list[Mistake]]:
    """The switches by provider and name, defaults included, and every mistake."""
    switches = default_switches(providers)
    mistakes: list[Mistake] = []
    for provider in providers.values():
        given, wrong = _read_provider(provider, file)
        switches[provider.id] |= given
        mistakes += wrong
    return switches, mistakes


def _read_provider(provider: Provider, file: ConfigFile) -> tuple[dict[str, Any], list[Mistake]]:
    """The environment wins over the file, but both are judged."""
    section = file.content.get(provider.id, {})
    if not isinstance(section, dict):
        return {}, [Mistake(file.name, provider.id, "expected a table of switches")]
    unknown = _find_unknown_switches(provider, section, file.name)
    names = [switch.name for switch in provider.switches]
    written = {name: section[name] for name in names if section.get(name, "") != ""}
    variables = dict(_read_variables(provider))
    if not written and not variables:
        return {}, [*unknown]
    fields: dict[str, Field[Any]] = {
        switch.name: Choice(switch.choices) for switch in provider.switches
    }
    schema = Schema.from_dict(fields)()
    of_file, wrong = sift(schema, written)
    of_environment, wrong_variables = sift(schema, variables)
    return of_file | of_environment, [
        *unknown,
        *(Mistake(file.name, f"{provider.id}.{name}", reason) for name, reason in wrong),
        *(
            Mistake(_name_variable(provider, name), f"{provider.id}.{name}", reason)
            for name, reason in wrong_variables
        ),
    ]


def _find_unknown_switches(
    provider: Provider, section: Mapping[str, Any], file: str
) -> Iterator[Mistake]:
    names = [switch.name for switch in provider.switches]
    reason = f"unknown switch; there are {', '.join(names) or 'none'}"
    for name in section:
        if name not in names:
            yield Mistake(file, f"{provider.id}.{name}", reason)


def _read_variables(provider: Provider) -> Iterator[tuple[str, str]]:
    """Names of switches and the values that variables give them; an empty one gives none."""
    for switch in provider.switches:
        value = os.environ.get(_name_variable(provider, switch.name))
        if value:
            yield switch.name, value


def _name_variable(provider: Provider, switch: str) -> str:
    return f"{PREFIX}{provider.id}_{switch}".upper()


def find_unknown_variables(providers: Mapping[str, Provider]) -> list[str]:
    """Variables of the environment that look like settings or switches and are none."""
    names = OTHERS | {setting.variable for setting in SETTINGS}
    for provider in providers.values():
        names |= {_name_variable(provider, switch.name) for switch in provider.switches}
    return sorted(name for name in os.environ if name.startswith(PREFIX) and name not in names)
