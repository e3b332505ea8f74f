"""The settings: one table that feeds the options, the environment and the configuration file."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from mockserver.core.errors import Mistake, Mistakes
from mockserver.core.provider import Provider, Switch
from mockserver.core.registry import default_switches
from mockserver.core.shown import there_are
from mockserver.core.toml import read_toml

PACKAGE = Path(__file__).parent
CONFIG_FILE = Path("mockserver.toml")


Reader = Callable[[Any], Any]
Source = tuple[str, str]
"""The option, variable or file that a value comes from, and its path there."""


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"expected a text, came {value!r}")
    return value


def _path(value: Any) -> Path:
    if not isinstance(value, (str, Path)) or not str(value) or "\0" in str(value):
        raise ValueError(f"expected a path, came {value!r}")
    return Path(value)


def _whole(low: int, high: int) -> Reader:
    def read(value: Any) -> int:
        digits = str(value)
        whole = not isinstance(value, bool) and digits.isascii() and digits.isdecimal()
        if not whole or len(digits) > 9 or not low <= int(digits) <= high:
            raise ValueError(f"expected a whole number from {low} to {high}, came {value!r}")
        return int(digits)

    return read


def _setting(default: Any, read: Reader, metavar: str, help: str) -> Any:
    return field(default=default, metadata={"read": read, "metavar": metavar, "help": help})


@dataclass(frozen=True, slots=True)
class Settings:
    """What a server is started with: the table that options, environment and file are read by.

    The rest are no options: ``switches`` by provider and name, ``faults``, which are rules as the
    administration API takes them, the name of the ``file`` that they stand in, and by setting the
    ``sources``: the option, variable or file that it comes from, and its path there.
    """

    host: str = _setting("127.0.0.1", _text, "ADDRESS", "address to listen on")
    port: int = _setting(8080, _whole(0, 65_535), "PORT", "port to listen on; 0 takes any free one")
    fixtures: Path | None = _setting(
        None, _path, "DIR", "folder with accounts and seeded messages; default: the packaged one"
    )
    data: Path | None = _setting(
        None, _path, "FILE", "keep the messages in this file across restarts; default: in memory"
    )
    scenario: str | None = _setting(
        None, _text, "NAME", "fault scenario to start with; default: none"
    )
    journal: int = _setting(
        10_000, _whole(0, 1_000_000), "N", "how many of the newest calls the journal keeps"
    )
    switches: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    faults: tuple[Mapping[str, Any], ...] = ()
    file: str = ""
    sources: Mapping[str, Source] = field(default_factory=dict)

    @property
    def fixtures_folder(self) -> Path:
        return self.fixtures or packaged_fixtures()

    @property
    def scenario_folders(self) -> tuple[Path, ...]:
        """The packaged ones, and one's own, which win."""
        return tuple(
            dict.fromkeys(
                each / "scenarios" for each in (packaged_fixtures(), self.fixtures_folder)
            )
        )


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table above.

    ``read`` gives the value in its own type, and raises ValueError: what was expected, what came.
    """

    name: str
    default: Any
    read: Reader
    metavar: str
    help: str

    @property
    def variable(self) -> str:
        return f"MOCKSERVER_{self.name.upper()}"


SETTINGS = tuple(
    Setting(each.name, each.default, **each.metadata) for each in fields(Settings) if each.metadata
)


def packaged_fixtures() -> Path:
    """In a wheel inside the package, in a checkout beside it."""
    inside = PACKAGE / "fixtures"
    return inside if inside.is_dir() else PACKAGE.parent / "fixtures"


def load_settings(
    providers: Mapping[str, Provider], options: Mapping[str, Any], config: Path | None
) -> Settings:
    """Options win over the environment, that over the file, that over the defaults.

    Options that were not given are None or absent. Raises Mistakes.
    """
    settings, mistakes = read_settings(providers, options, config)
    if mistakes:
        raise Mistakes(mistakes)
    return settings


def read_settings(
    providers: Mapping[str, Provider], options: Mapping[str, Any], config: Path | None
) -> tuple[Settings, list[Mistake]]:
    """The settings as far as they are good, and every mistake."""
    mistakes: list[Mistake] = []
    file = _config_file(config)
    try:
        content = read_toml(file) if file else {}
    except Mistakes as found:
        content = {}
        mistakes += found.mistakes
    values: dict[str, Any] = {}
    sources: dict[str, Source] = {}
    for setting in SETTINGS:
        source, value = _first_given(setting, options, content, str(file))
        if value is not None:
            try:
                values[setting.name] = setting.read(value)
                sources[setting.name] = source
            except ValueError as error:
                mistakes.append(Mistake(*source, str(error)))
    rules, wrong = _rules(content, str(file))
    mistakes += wrong
    switches = default_switches(providers)
    for provider in providers.values():
        section = content.get(provider.id, {})
        mistakes += _set_switches(provider, section, str(file), switches[provider.id])
    mistakes += _unknown_keys(content, providers, str(file))
    settings = Settings(
        **values, switches=switches, faults=rules, file=str(file or ""), sources=sources
    )
    return settings, mistakes


def _rules(
    content: Mapping[str, Any], file: str
) -> tuple[tuple[Mapping[str, Any], ...], list[Mistake]]:
    faults = content.get("fault", [])
    if isinstance(faults, list) and all(isinstance(each, dict) for each in faults):
        return tuple(faults), []
    return (), [Mistake(file, "fault", "expected tables: [[fault]]")]


def _unknown_keys(
    content: Mapping[str, Any], providers: Mapping[str, Provider], file: str
) -> list[Mistake]:
    known = [*(setting.name for setting in SETTINGS), "fault", *providers]
    return [
        Mistake(file, key, f"unknown key; {there_are(known, key)}")
        for key in sorted(set(content) - set(known))
    ]


def unknown_variables(providers: Mapping[str, Provider]) -> list[str]:
    """Variables of the environment that look like settings and are none."""
    known = {setting.variable for setting in SETTINGS} | {"MOCKSERVER_CONFIG", "MOCKSERVER_URL"}
    for provider in providers.values():
        known |= {_variable(provider, switch) for switch in provider.switches}
    return sorted(
        name for name in os.environ if name.startswith("MOCKSERVER_") and name not in known
    )


def _variable(provider: Provider, switch: Switch) -> str:
    return f"MOCKSERVER_{provider.id}_{switch.name}".upper()


def _config_file(given: Path | None) -> Path | None:
    variable = os.environ.get("MOCKSERVER_CONFIG")
    file = given or (Path(variable) if variable else None)
    return file or (CONFIG_FILE if CONFIG_FILE.exists() else None)


def _first_given(
    setting: Setting, options: Mapping[str, Any], content: Mapping[str, Any], file: str
) -> tuple[Source, Any]:
    """Where the value comes from and its path there, and the value."""
    if options.get(setting.name) is not None:
        return (f"--{setting.name}", ""), options[setting.name]
    if os.environ.get(setting.variable):
        return (setting.variable, ""), os.environ[setting.variable]
    return (file, setting.name), content.get(setting.name)


def _set_switches(
    provider: Provider, section: Any, file: str, switches: dict[str, Any]
) -> list[Mistake]:
    """Set a provider's switches from the file and, winning over it, the environment."""
    if not isinstance(section, dict):
        return [Mistake(file, provider.id, "expected a table of switches")]
    known = {switch.name: switch for switch in provider.switches}
    mistakes = [
        Mistake(file, f"{provider.id}.{name}", f"unknown switch; there are {_listed(known)}")
        for name in section
        if name not in known
    ]
    for switch in provider.switches:
        variable = _variable(provider, switch)
        for source, value in (
            (file, section.get(switch.name)),
            (variable, os.environ.get(variable)),
        ):
            if value in (None, ""):
                continue
            choices = {str(choice).lower(): choice for choice in switch.choices}
            if str(value).lower() in choices:
                switches[switch.name] = choices[str(value).lower()]
            else:
                reason = f"expected one of {_listed(choices)}, came {value!r}"
                mistakes.append(Mistake(source, f"{provider.id}.{switch.name}", reason))
    return mistakes


def _listed(names: Mapping[str, Any]) -> str:
    return ", ".join(names) or "none"
