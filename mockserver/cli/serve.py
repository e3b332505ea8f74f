"""Running a server."""

import errno
import logging
import shutil
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from shlex import quote

import click

from mockserver.api.provider import Provider
from mockserver.app import create_app, create_interceptor, refuse_for
from mockserver.cli import banner
from mockserver.cli.base import stop, tell
from mockserver.cli.options import settings_options
from mockserver.cli.parent import end_with_stdin
from mockserver.cli.stderr import log_to_stderr
from mockserver.config import (
    SETTINGS,
    Given,
    Settings,
    find_unknown_variables,
    is_loopback,
    load_settings,
    read_values,
    url_of,
)
from mockserver.registry import find_providers
from mockserver.text.mistakes import Mistakes, Refused
from mockserver.web.flask_app import App
from mockserver.web.request import limit_body
from mockserver.wire.limits import Limits
from mockserver.wire.run import address_of, listen, run

ANY_PORT = "--port 0 takes any free port"
OWN_ADDRESS = "--host takes a name or an address of this machine, such as 127.0.0.1 or 0.0.0.0"
UNGUARDED = (
    "listening on %s without --admin-token: whoever reaches this port can read and change "
    "everything; MOCKSERVER_ADMIN_TOKEN sets one"
)

log = logging.getLogger("mockserver")


@click.command()
@settings_options(*(setting.name for setting in SETTINGS))
def serve(given: Given) -> None:
    """Run the server until SIGINT or SIGTERM."""
    values = read_values(given)[0]
    banner_wanted = values.get("log_format") != "json"
    stderr = log_to_stderr(values.get("log_level"), values.get("log_format", "text"))
    providers = _load_providers(given)
    for name in find_unknown_variables(providers):
        log.warning("%s: no setting of this server; mockserver serve --help lists them", name)
    settings, app = _make_app(given, providers)
    listener = _listen(settings)
    if settings.end_with_stdin:
        end_with_stdin()
    if settings.admin_token is None and not is_loopback(address_of(listener)[0]):
        log.warning(UNGUARDED, settings.host)

    def announce() -> None:
        url = url_of(*address_of(listener))
        if banner_wanted:
            stderr.write(_write_banner(url, settings, providers, app))
        else:
            log.info("ready at %s; accounts and credentials: %s/_mock/sandboxes/default", url, url)
        _write_url(settings.url_file, url)
        tell(f"mockserver ready: {url}")

    run(
        app,
        listener,
        announce,
        limit_body=limit_body,
        refuse=refuse_for(app),
        interception=create_interceptor(settings, providers, app),
        agenda=app.sandboxes.agenda,
        limits=Limits(keep_alive_seconds=settings.keep_alive),
    )


def _write_banner(url: str, settings: Settings, providers: Mapping[str, Provider], app: App) -> str:
    fixtures = f" --fixtures {quote(str(settings.fixtures))}" if settings.fixtures else ""
    return banner.write_banner(url, providers, app.sandboxes.default, _find_program(), fixtures)


def _write_url(file: Path | None, url: str) -> None:
    """Where that cannot be done the server runs all the same."""
    if file is None:
        return
    try:
        file.write_text(f"{url}\n", encoding="utf-8")
    except OSError as error:
        log.warning("cannot write the URL to %s: %s", file, error.strerror or error)


def _load_providers(given: Given) -> Mapping[str, Provider]:
    """An installed one that cannot be used is told, and ends the program if that was asked for."""
    found = find_providers()
    strict = read_values(given)[0].get("strict_plugins", False)
    for problem in found.problems:
        if strict:
            stop(problem, code=2)
        log.warning("left out: %s", problem)
    return found.providers


def _make_app(given: Given, providers: Mapping[str, Provider]) -> tuple[Settings, App]:
    """What is wrong ends the program."""
    try:
        settings = load_settings(providers, given)
        return settings, create_app(settings, providers=providers)
    except Mistakes as found:
        first, *others = found.mistakes
        more = f" (and {len(others)} more: mockserver validate shows all)" if others else ""
        stop(f"{first}{more}", code=2)
    except Refused as refused:
        stop(f"{refused.message}; {refused.hint}", code=1)


def _listen(settings: Settings) -> socket.socket:
    """A name that leads nowhere, an address of another machine or a port that is taken ends the
    program.
    """
    try:
        return listen(settings.host, settings.port)
    except (socket.gaierror, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        where = f"{settings.host}, a name without an address"
        stop(f"cannot listen on {where}: {reason}; {OWN_ADDRESS}", code=1)
    except OSError as error:
        where = f"{settings.host} port {settings.port}"
        hint = OWN_ADDRESS if error.errno == errno.EADDRNOTAVAIL else ANY_PORT
        stop(f"cannot listen on {where}: {error.strerror or error}; {hint}", code=1)


def _find_program() -> str:
    """How to call this program again from the same shell."""
    if shutil.which("mockserver"):
        return "mockserver"
    if Path(sys.argv[0]).name == "mockserver":
        return quote(sys.argv[0])
    return f"{quote(sys.executable)} -m mockserver"
