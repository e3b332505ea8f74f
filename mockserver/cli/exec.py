"""Running a program whose calls to providers end up here."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import click

from mockserver.cli.base import check_url, stop, tell
from mockserver.cli.called import Watch
from mockserver.cli.child import NotRun, end_when_told, run_program
from mockserver.cli.trusting import ask_for_authority, write_trust
from mockserver.client import Mock, MockError, Sandbox
from mockserver.config import Given, read_values
from mockserver.interception.variables import make_variables
from mockserver.testing.process import NotStarted, OwnServer

DEFAULT, NEW = "default", "new"
CLEARING = "mockserver.cli.clearing"


@click.command(context_settings={"allow_interspersed_args": False})
@click.option(
    "--url",
    metavar="URL",
    envvar="MOCKSERVER_URL",
    help="a running server; default: one of the program's own  [MOCKSERVER_URL]",
)
@click.option(
    "--sandbox",
    metavar="ID|new",
    envvar="MOCKSERVER_SANDBOX",
    help="the sandbox; new: one that is removed afterwards  [default: default]  "
    "[MOCKSERVER_SANDBOX]",
)
@click.option("--scenario", metavar="NAME", help="fault scenario to start with")
@click.option(
    "--any-credentials",
    is_flag=True,
    help="whatever the program sends is good, in a sandbox made for it",
)
@click.option(
    "--pass",
    "passed",
    metavar="HOST",
    multiple=True,
    help="let the program reach this host; HOST, HOST:PORT or *.DOMAIN; may be told several times",
)
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def exec(
    url: str | None,
    sandbox: str | None,
    passed: Sequence[str],
    command: Sequence[str],
    **wish: Any,
) -> int:
    """Run a program whose calls to providers end up at a server, and tell what it called.

    mockserver exec -- pytest tests

    Without a URL the server is one of its own, which ends with it. The exit code is the program's.
    """
    _require_passed(url, passed)
    end_when_told()
    try:
        with tempfile.TemporaryDirectory(prefix="mockserver-exec-") as folder, ExitStack() as ends:
            mock = ends.enter_context(_find_server(url, folder, passed))
            world = _find_sandbox(mock, sandbox or "", own=not url, **wish)
            return _run(mock, ends.enter_context(world), command, folder, own=not url)
    except NotStarted as error:
        stop(f"the server did not start: {error}", code=1)
    except MockError as error:
        stop(str(error), code=1)
    except NotRun as error:
        stop(str(error), code=error.code)


def _run(mock: Mock, sandbox: Sandbox, command: Sequence[str], folder: str, *, own: bool) -> int:
    trust = write_trust(Path(folder), ask_for_authority(mock.connection))
    code = sandbox.document["code"]
    variables = make_variables(mock.url, sandbox.id, code, trust, os.environ)
    watch = Watch(mock, sandbox)
    ended_with = run_program(command, {**os.environ, **variables})
    try:
        for line in watch.write(own=own):
            tell(f"mockserver: {line}", err=True)
    except MockError as error:
        tell(f"mockserver: what was called cannot be told: {error}", err=True)
    return ended_with


def _require_passed(url: str | None, hosts: Sequence[str]) -> None:
    """What cannot be let through ends the program."""
    if url and hosts:
        stop(f"--pass: the server at {url} runs already; mockserver serve takes --pass", code=2)
    wrong = read_values(Given({"pass_": hosts}, {"pass_": "--pass"}))[1]
    if wrong:
        stop(str(wrong[0]), code=2)


@contextmanager
def _find_server(url: str | None, folder: str, passed: Sequence[str]) -> Iterator[Mock]:
    """The one at the URL, or else one that ends with the block. Raises NotStarted."""
    if url:
        with Mock(check_url(url)) as mock:
            yield mock
        return
    options = ["--ca-dir", os.path.join(folder, "ca"), *(f"--pass={host}" for host in passed)]
    server = OwnServer(options, folder, module=(CLEARING, folder))
    try:
        with Mock(server.url) as mock:
            yield mock
    finally:
        server.stop()


def _find_sandbox(
    mock: Mock, id: str, *, own: bool, scenario: str | None, any_credentials: bool
) -> Sandbox:
    """One that is there, or one that is removed at the end of a ``with``. Raises MockError."""
    if id == NEW or (any_credentials and not id) or (own and id not in ("", DEFAULT)):
        wish = {
            "id": None if id in ("", NEW) else id,
            "fixtures": DEFAULT,  # messages too, as a program on a server of its own has them
            "scenario": scenario,
            "credentials": "any" if any_credentials else None,
        }
        return mock.sandbox(**{name: value for name, value in wish.items() if value is not None})
    if any_credentials:
        stop(f"--any-credentials: a sandbox is made with it; {id} is there: --sandbox new", code=2)
    found = mock.find(id or DEFAULT)
    if scenario is not None:
        found.scenario(scenario)
    return found
