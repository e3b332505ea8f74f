"""What all commands share: errors in one line, and the server and sandbox to talk to."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterable
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, NoReturn

import click

from mockserver.cli.options import Command, is_typed, name_parameter, settings_options
from mockserver.config import Given, load_settings, url_of
from mockserver.late import load_module
from mockserver.text.mistakes import Mistakes
from mockserver.text.shown import escape_controls, shown, there_are

if TYPE_CHECKING:
    from mockserver.api.provider import Provider
    from mockserver.registry import Found

PROGRAM = "mockserver"
REGISTRY = "mockserver.registry"  # few commands of a client need it, and health is asked often
LONGEST_URL = 1_000  # characters


class OneLine(click.Group):
    """A wrong option is one line on stderr and exit code 2."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The program's own name in front is left out: command lines for images of before, whose
        entry point it was not, begin with it.
        """
        return super().parse_args(ctx, args[1:] if args[:1] == [PROGRAM] else args)

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        extra["standalone_mode"] = False
        gc.disable()  # loading makes much and leaves no circles: a start is 4 % shorter
        try:
            code = super().main(*args, **extra)
        except click.exceptions.NoArgsIsHelpError as error:
            tell(error.format_message(), err=True)
            sys.exit(2)
        except click.ClickException as error:
            stop(error.format_message(), code=error.exit_code)
        except click.Abort:
            stop("stopped", code=1)
        sys.exit(code if isinstance(code, int) else 0)


def tell(text: str, *, err: bool = False, end: str = "\n") -> None:
    """Print it: the one way out of the command line, which lets nothing through that steers a
    terminal, whoever wrote it.
    """
    click.echo(escape_controls(text + end), err=err, nl=False)


def stop(reason: str, code: int) -> NoReturn:
    tell(f"mockserver: {reason}", err=True)
    sys.exit(code)


def load_providers() -> dict[str, Provider]:
    """Every provider by id, without installed ones that cannot be used."""
    found: Found = load_module(REGISTRY).find_providers()
    for problem in found.problems:
        tell(f"mockserver: left out: {problem}", err=True)
    return found.providers


def require(what: str, name: str, names: Iterable[str]) -> str:
    """The name, if it is one of those; another ends the program."""
    listed = list(names)
    if name not in listed:
        stop(f"no such {what}: {shown(name)}; {there_are(listed, name)}", code=2)
    return name


def before_the_command(group: Command) -> Command:
    """Let the server and the sandbox also be told before a group's command."""
    url = click.option("--url", metavar="URL", help="the server, for the command that follows")
    sandbox = click.option(
        "--sandbox", metavar="ID", help="the sandbox, for a command that takes one"
    )
    return url(sandbox(group))


def to_a_server(command: Command, *, wrong: int = 2, more: tuple[str, ...] = ()) -> Command:
    """Give a command the ``url`` of the server to talk to: as told, or else as configured.

    ``wrong`` is the exit code where that cannot be read. A command that takes ``more`` settings is
    given them as ``given``, and finds the server by ``find_url`` when it needs it.
    """

    @click.option(
        "--url",
        metavar="URL",
        envvar="MOCKSERVER_URL",
        help="the server, such as http://127.0.0.1:8080; default: as configured  [MOCKSERVER_URL]",
    )
    @settings_options("host", "port", *more)
    @wraps(command)
    def with_url(url: str | None, given: Given, **others: Any) -> Any:
        if more:
            return command(find_url=partial(_find_url, url, given, wrong), given=given, **others)
        return command(url=_find_url(url, given, wrong), **others)

    return with_url


def to_a_sandbox(command: Command, *, more: tuple[str, ...] = ()) -> Command:
    """Give a command the ``url`` of the server and the id of the ``sandbox`` to talk to."""

    @click.option(
        "--sandbox",
        metavar="ID",
        envvar="MOCKSERVER_SANDBOX",
        default="default",
        help="the sandbox  [default: default]  [MOCKSERVER_SANDBOX]",
    )
    @wraps(command)
    def with_sandbox(sandbox: str, **others: Any) -> Any:
        typed = _find_typed("sandbox")
        sandbox = sandbox if typed is None else typed
        if not sandbox:
            stop("--sandbox: expected the id of a sandbox, came ''", code=2)
        return command(sandbox=sandbox, **others)

    return to_a_server(with_sandbox, more=more)


def _find_url(url: str | None, given: Given, wrong: int) -> str:
    """Whatever was typed wins over the variable of the URL, that over what the server itself wrote
    down, and that over what is configured.
    """
    told = _find_typed("url")
    if told is None and not is_typed("config", *map(name_parameter, ("host", "port"))):
        told = _read_url_file(given) if url is None else url
    return _read_url(given, wrong) if told is None else check_url(told, wrong)


def _find_typed(option: str) -> str | None:
    """What was typed for it after the command, or else before, as an option of the group."""
    context = click.get_current_context()
    if is_typed(option):
        text: str = context.params[option]
        return text
    return context.parent.params.get(option) if context.parent else None


def _read_url_file(given: Given) -> str | None:
    """What the server wrote there; None where it did not, yet or at all."""
    try:
        with open(given.values["url_file"], encoding="utf-8") as file:
            written = file.readline(LONGEST_URL).strip()
    except (KeyError, TypeError, OSError, ValueError):
        return None
    return written if written.startswith("http://") else None


def check_url(url: str, wrong: int = 2) -> str:
    """The URL without a slash at its end; what is none ends the program."""
    if not url.startswith(("http://", "https://")):
        stop(f"--url: expected such as http://127.0.0.1:8080, came {shown(url)}", code=wrong)
    return url.rstrip("/")


def _read_url(given: Given, wrong: int) -> str:
    try:
        settings = load_settings(load_providers(), given)
    except Mistakes as found:
        stop(str(found.mistakes[0]), code=wrong)
    return url_of(settings.host, settings.port)
