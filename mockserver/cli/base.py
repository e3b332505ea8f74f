"""What all commands share: errors in one line, and the options of the settings table."""

import os
import sys
from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn

import click

from mockserver.config import SETTINGS, load_settings
from mockserver.core.errors import Mistakes
from mockserver.core.provider import Provider
from mockserver.core.registry import find_providers
from mockserver.core.shown import shown, there_are
from mockserver.server.run import url_of

Command = Callable[..., Any]
Decorator = Callable[[Command], Command]


class OneLine(click.Group):
    """A wrong option is one line on stderr and exit code 2."""

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        extra["standalone_mode"] = False
        try:
            code = super().main(*args, **extra)
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.format_message(), err=True)
            sys.exit(2)
        except click.ClickException as error:
            stop(error.format_message(), code=error.exit_code)
        except click.Abort:
            stop("stopped", code=1)
        sys.exit(code if isinstance(code, int) else 0)


def stop(reason: str, code: int) -> NoReturn:
    click.echo(f"mockserver: {reason}", err=True)
    sys.exit(code)


def known_providers() -> dict[str, Provider]:
    try:
        return find_providers()
    except ValueError as error:
        stop(str(error), code=1)


def known(what: str, name: str, names: Iterable[str]) -> str:
    """The name, if it is one of those."""
    listed = list(names)
    if name not in listed:
        stop(f"no such {what}: {shown(name)}; {there_are(listed, name)}", code=2)
    return name


def settings_options(*names: str) -> Decorator:
    """The options of the named rows of the settings table, and --config."""

    def decorate(command: Command) -> Command:
        for setting in reversed([each for each in SETTINGS if each.name in names]):
            default = "" if setting.default is None else f"  [default: {setting.default}]"
            option = click.option(
                f"--{setting.name}",
                metavar=setting.metavar,
                help=f"{setting.help}{default}  [{setting.variable}]",
            )
            command = option(command)
        return click.option(
            "--config",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="settings, switches and fault rules in TOML; default: mockserver.toml if present",
        )(command)

    return decorate


def to_a_server(command: Command, *, wrong: int = 2) -> Command:
    """Give a command the ``url`` of the server to talk to: as told, or else as configured.

    ``wrong`` is the exit code where that cannot be read.
    """

    @click.option(
        "--url",
        metavar="URL",
        help="the server, such as http://127.0.0.1:8080; default: as configured  [MOCKSERVER_URL]",
    )
    @settings_options("host", "port")
    @wraps(command)
    def with_url(url: str | None, config: Path | None, **options: Any) -> Any:
        where = {name: options.pop(name) for name in ("host", "port")}
        url = url or click.get_current_context().obj
        if not url and not any((config, *where.values())):
            url = os.environ.get("MOCKSERVER_URL")
        found = _told(url, wrong) if url else _configured(where, config, wrong)
        return command(url=found, **options)

    return with_url


def _told(url: str, wrong: int) -> str:
    if not url.startswith(("http://", "https://")):
        stop(f"--url: expected such as http://127.0.0.1:8080, came {shown(url)}", code=wrong)
    return url.rstrip("/")


def _configured(options: dict[str, Any], config: Path | None, wrong: int) -> str:
    try:
        settings = load_settings(known_providers(), options, config)
    except Mistakes as found:
        stop(str(found.mistakes[0]), code=wrong)
    return url_of(settings.host, settings.port)
