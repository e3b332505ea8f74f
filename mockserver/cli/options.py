"""The settings as options: click finds what the option, the variable or the file says."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource
from click.types import BoolParamType, UnprocessedParamType

from mockserver.config import SETTINGS, ConfigFile, Given, Setting, find_file, read_file

Command = Callable[..., Any]
Decorator = Callable[[Command], Command]


class Unread(BoolParamType):
    """A flag whose variable or key of the file is left as it is, for the schema to judge."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return value


class Listed(UnprocessedParamType):
    """One of several values, as it was told; in a variable there are commas between them."""

    envvar_list_splitter = ","


class Unlisted(click.Option):
    """Found in the environment and the file, but no option of the command."""

    def add_to_parser(self, parser: Any, ctx: click.Context) -> None:
        """Leave the parser without it."""


def settings_options(*names: str) -> Decorator:
    """Give a command what is ``Given`` about all settings, and options for the named ones.

    Options win over variables, those over the configuration file.
    """

    def decorate(command: Command) -> Command:
        @wraps(command)
        def with_given(**parameters: Any) -> Any:
            given = _collect(parameters)
            return command(given=given, **parameters)

        decorated: Command = with_given
        for setting in reversed(SETTINGS):
            decorated = _add_option(setting, listed=setting.name in names)(decorated)
        return _add_config(decorated)

    return decorate


def is_typed(*names: str) -> bool:
    """Whether one of the running command's own options was typed."""
    context = click.get_current_context()
    sources = (context.get_parameter_source(name) for name in names)
    return ParameterSource.COMMANDLINE in sources


def name_parameter(setting: str) -> str:
    """A name of its own, so that a command's own option can have the setting's."""
    return f"setting_{setting}"


def _add_option(setting: Setting, *, listed: bool) -> Decorator:
    default = f"  [default: {setting.initially}]" if setting.initially else ""
    name = name_parameter(setting.name)
    flag = {"is_flag": True, "flag_value": True, "type": Unread()}
    taking = {
        "metavar": setting.metavar,
        "multiple": setting.repeated,
        "type": Listed() if setting.repeated else click.UNPROCESSED,
    }
    return click.option(
        setting.option if listed else f"--{name}",
        name,
        cls=click.Option if listed else Unlisted,
        hidden=not listed,
        envvar=setting.variable,
        help=f"{setting.help}{default}  [{setting.variable}]",
        **(taking if setting.metavar else flag),
    )


def _read_config(context: click.Context, _: click.Parameter, named: Path | None) -> ConfigFile:
    """The file, after telling click what it says. What is wrong in it is told later."""
    file = read_file(find_file(named))
    context.default_map = {
        name_parameter(setting.name): _list(file.values[setting.name], setting)
        for setting in SETTINGS
        if setting.name in file.values
    }
    return file


def _list(value: Any, setting: Setting) -> Any:
    """What is no list yet as one where click takes nothing else."""
    return [value] if setting.repeated and not isinstance(value, list) else value


_add_config = click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    envvar="MOCKSERVER_CONFIG",
    is_eager=True,  # before all options that the file can speak for
    callback=_read_config,
    help="settings, switches and fault rules in TOML; default: mockserver.toml if present",
)


def _collect(parameters: dict[str, Any]) -> Given:
    """Take the settings out of a command's parameters; what is only click's default is left out."""
    context = click.get_current_context()
    file = parameters.pop("config")
    values, sources = {}, {}
    for setting in SETTINGS:
        name = name_parameter(setting.name)
        value, origin = parameters.pop(name), context.get_parameter_source(name)
        if origin is not ParameterSource.DEFAULT:
            values[setting.name] = value
        if origin is ParameterSource.COMMANDLINE:
            sources[setting.name] = setting.option
        elif origin is ParameterSource.ENVIRONMENT:
            sources[setting.name] = setting.variable
    return Given(values, sources, file)
