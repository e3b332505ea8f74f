"""The settings: one table that feeds the options, the environment and the configuration file."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from mockserver.core.errors import Mistake, Mistakes
from mockserver.core.provider import Provider
from mockserver.core.registry import default_switches

PACKAGE = Path(__file__).parent
CONFIG_FILE = Path("mockserver.toml")


def _setting(default: Any, metavar: str, help: str, low: int = 0, high: int = 0) -> Any:
    return field(default=default, metadata={"metavar": metavar, "help": help, "range": (low, high)})


@dataclass(frozen=True, slots=True)
class Settings:
    """What a server is started with: the table that options, environment and file are read by.

    The last three are no options: ``switches`` by provider and name, ``faults``, which are rules
    as the administration API takes them, and the name of the ``file`` that they stand in.
    """

    host: str = _setting("127.0.0.1", "ADDRESS", "address to listen on")
    port: int = _setting(8080, "PORT", "port to listen on; 0 takes any free one", 0, 65_535)
    fixtures: Path | None = _setting(
        None, "DIR", "folder with accounts and seeded messages; default: the packaged one"
    )
    data: Path | None = _setting(
        None, "FILE", "keep the messages in this file across restarts; default: in memory"
    )
    scenario: str | None = _setting(None, "NAME", "fault scenario to start with; default: none")
    journal: int = _setting(
        10_000, "N", "how many of the newest calls the journal keeps", 0, 1_000_000
    )
    switches: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    faults: tuple[Mapping[str, Any], ...] = ()
    file: str = ""

    @property
    def fixtures_folder(self) -> Path:
        return self.fixtures or packaged_fixtures()

    @property
    def scenarios_folder(self) -> Path:
        own = self.fixtures_folder / "scenarios"
        return own if own.is_dir() else packaged_fixtures() / "scenarios"


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table above."""

    name: str
    default: Any
    metavar: str
    help: str
    low: int
    high: int

    @property
    def variable(self) -> str:
        return f"MOCKSERVER_{self.name.upper()}"

    def read(self, value: Any) -> Any:
        """The value in its own type. Raises ValueError: what was expected and what came."""
        if self.metavar in ("DIR", "FILE"):
            if not isinstance(value, (str, Path)):
                raise ValueError(f"expected a path, came {value!r}")
            return Path(value)
        if not self.high:
            if not isinstance(value, str) or not value:
                raise ValueError(f"expected {self.help}, came {value!r}")
            return value
        digits = str(value)
        whole = not isinstance(value, bool) and digits.isascii() and digits.isdecimal()
        if not whole or len(digits) > 9 or not self.low <= int(digits) <= self.high:
            expected = f"expected a whole number from {self.low} to {self.high}"
            raise ValueError(f"{expected}, came {value!r}")
        return int(digits)


SETTINGS = tuple(
    Setting(each.name, each.default, each.metadata["metavar"], each.metadata["help"],
            *each.metadata["range"])
    for each in fields(Settings)
    if each.metadata
)  # fmt: skip


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
        content = _read_toml(file) if file else {}
    except Mistakes as found:
        return Settings(), found.mistakes
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        source, path, value = _first_given(setting, options, content, str(file))
        if value is not None:
            try:
                values[setting.name] = setting.read(value)
            except ValueError as error:
                mistakes.append(Mistake(source, path, str(error)))
    faults = content.pop("fault", [])
    if not isinstance(faults, list) or not all(isinstance(each, dict) for each in faults):
        mistakes.append(Mistake(str(file), "fault", "expected tables: [[fault]]"))
        faults = []
    switches = default_switches(providers)
    for provider in providers.values():
        section = content.pop(provider.id, {})
        mistakes += _set_switches(provider, section, str(file), switches[provider.id])
    known = [*(setting.name for setting in SETTINGS), "fault", *providers]
    unknown = set(content) - set(known)
    mistakes += [
        Mistake(str(file), key, f"unknown key; there are {', '.join(known)}")
        for key in sorted(unknown)
    ]
    rules = tuple(each for each in faults if isinstance(each, dict))
    settings = Settings(**values, switches=switches, faults=rules, file=str(file or ""))
    return settings, mistakes


def _config_file(given: Path | None) -> Path | None:
    variable = os.environ.get("MOCKSERVER_CONFIG")
    file = given or (Path(variable) if variable else None)
    return file or (CONFIG_FILE if CONFIG_FILE.exists() else None)


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise Mistakes([Mistake(str(file), "", f"cannot be read as TOML: {reason}")]) from None


def _first_given(
    setting: Setting, options: Mapping[str, Any], content: Mapping[str, Any], file: str
) -> tuple[str, str, Any]:
    """Where the value comes from, its path there, and the value."""
    if options.get(setting.name) is not None:
        return f"--{setting.name}", "", options[setting.name]
    if os.environ.get(setting.variable):
        return setting.variable, "", os.environ[setting.variable]
    return file, setting.name, content.get(setting.name)


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
        variable = f"MOCKSERVER_{provider.id}_{switch.name}".upper()
        given = {**{file: section.get(switch.name)}, **{variable: os.environ.get(variable)}}
        for source, value in given.items():
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
