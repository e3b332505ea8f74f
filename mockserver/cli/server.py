"""Running a server, asking whether it is well, and checking what it would be started with."""

import json
import logging
import shutil
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from shlex import quote

import click

from mockserver import banner
from mockserver.app import create_app, create_sandbox
from mockserver.cli.base import known_providers, settings_options, stop, to_a_server
from mockserver.config import SETTINGS, load_settings, read_settings, unknown_variables
from mockserver.core.clock import SystemClock
from mockserver.core.errors import Mistakes
from mockserver.core.ids import Ids
from mockserver.log import log_to_stderr
from mockserver.remote import Unreachable, ask
from mockserver.server.run import address_of, listen, run, url_of
from mockserver.web import BODY_LIMIT, DELIVERY

log = logging.getLogger("mockserver")


@click.command()
@settings_options(*(setting.name for setting in SETTINGS))
def serve(config: Path | None, **options: str | None) -> None:
    """Run the server until SIGINT or SIGTERM."""
    stderr = log_to_stderr()
    providers = known_providers()
    for name in unknown_variables(providers):
        log.warning("%s: no setting of this server; mockserver serve --help lists them", name)
    try:
        settings = load_settings(providers, options, config)
        app = create_app(settings, providers=providers)
    except Mistakes as found:
        first, *others = found.mistakes
        more = f" (and {len(others)} more: mockserver validate shows all)" if others else ""
        stop(f"{first}{more}", code=2)
    except OSError as error:
        stop(f"cannot keep the messages in {settings.data}: {error}", code=1)
    try:
        listener = listen(settings.host, settings.port)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        where = f"{settings.host} port {settings.port}"
        stop(f"cannot listen on {where}: {reason}; --port 0 takes any free port", code=1)

    def announce() -> None:
        fixtures = f" --fixtures {quote(str(settings.fixtures))}" if settings.fixtures else ""
        url = url_of(*address_of(listener))
        stderr.write(banner.text(url, providers, app.sandbox, _program(), fixtures))
        click.echo(f"mockserver ready: {url}")

    run(app, listener, announce, body_limit=BODY_LIMIT, delivery_key=DELIVERY)


@click.command()
@partial(to_a_server, wrong=1)
def health(url: str) -> None:
    """Exit with 0 when the server is ready, with 1 otherwise."""
    try:
        ready = json.loads(ask(url, "GET", "/readyz", timeout=3))["status"] == "ok"
    except (Unreachable, ValueError, KeyError, TypeError) as error:
        stop(f"not ready: {error}", code=1)
    if not ready:
        stop(f"not ready at {url}", code=1)
    click.echo("ready")


@click.command()
@settings_options("fixtures", "scenario")
def validate(config: Path | None, **options: str | None) -> None:
    """Load fixtures, scenarios and configuration and print every mistake."""
    found = known_providers()
    settings, mistakes = read_settings(found, options, config)
    try:
        create_sandbox(replace(settings, data=None), found, SystemClock(), Ids())
    except Mistakes as wrong:
        mistakes += wrong.mistakes
    for mistake in mistakes:
        click.echo(str(mistake))
    if mistakes:
        sys.exit(2)
    if settings.file:
        click.echo(f"{settings.file}: no mistakes, fault rules: {len(settings.faults)}")
    click.echo(f"{settings.fixtures_folder}: no mistakes")


def _program() -> str:
    """How to call this program again from the same shell."""
    if shutil.which("mockserver"):
        return "mockserver"
    if Path(sys.argv[0]).name == "mockserver":
        return quote(sys.argv[0])
    return f"{quote(sys.executable)} -m mockserver"
