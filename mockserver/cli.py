"""The command line: arguments → settings."""

import http.client
import importlib
import json
import logging
import shutil
import sys
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from shlex import quote
from typing import Any, NoReturn, TextIO

import click

from mockserver import banner
from mockserver.admin.status import describe
from mockserver.app import create_app, create_sandbox
from mockserver.config import SETTINGS, Settings, load_settings, read_settings
from mockserver.core.account import Account
from mockserver.core.clock import SystemClock
from mockserver.core.errors import Mistakes
from mockserver.core.ids import Ids
from mockserver.core.provider import Provider, Signing
from mockserver.core.registry import find_providers
from mockserver.remote import Unreachable, ask
from mockserver.server.run import listen, run, url_of
from mockserver.state.seed import load_seeds
from mockserver.version import __version__
from mockserver.web import BODY_LIMIT, DELIVERY

Command = Callable[..., None]
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


def settings_options(*names: str) -> Decorator:
    """The options of the named rows of the settings table, and --config."""

    def decorate(command: Command) -> Command:
        for setting in reversed([each for each in SETTINGS if each.name in names]):
            default = "" if setting.default is None else f"  [default: {setting.default}]"
            option = click.option(
                f"--{setting.name}", metavar=setting.metavar, help=setting.help + default
            )
            command = option(command)
        return click.option(
            "--config",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="settings, switches and fault rules in TOML; default: mockserver.toml if present",
        )(command)

    return decorate


@click.group(cls=OneLine, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mockserver")
def main() -> None:
    """A local stand-in for the WhatsApp APIs of messaging providers."""


@main.command()
@settings_options(*(setting.name for setting in SETTINGS))
def serve(config: Path | None, **options: str | None) -> None:
    """Run the server until SIGINT or SIGTERM."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(message)s")
    providers = known_providers()
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
        stop(f"cannot listen on {settings.host} port {settings.port}: {reason}", code=1)

    def announce() -> None:
        fixtures = f" --fixtures {quote(str(settings.fixtures))}" if settings.fixtures else ""
        url = url_of(listener)
        click.echo(banner.text(url, providers, app.sandbox, _program(), fixtures), err=True)
        click.echo(f"mockserver ready: {url}")

    run(app, listener, announce, body_limit=BODY_LIMIT, delivery_key=DELIVERY)


@main.command()
@click.option(
    "--json", "as_json", is_flag=True, help="as JSON, in the shape of GET /_mock/providers"
)
@click.option("--url", default="http://127.0.0.1:8080", show_default=True, help="the server's URL")
def providers(as_json: bool, url: str) -> None:
    """List providers, operations, routes and documented errors."""
    described = [describe(provider, url) for provider in known_providers().values()]
    if as_json:
        click.echo(json.dumps({"providers": described}, indent=2, ensure_ascii=False))
        return
    for provider in described:
        click.echo(f"{provider['id']}  {provider['base_url']}  {', '.join(provider['hosts'])}")
        for operation in provider["operations"]:
            for path in (operation["path"], *operation["aliases"]):
                click.echo(f"  {operation['name']:<18}{operation['method']:<5} {path}")
        for error in provider["errors"]:
            line = (
                f"{error['name']:<44}{error['status']}  {error['code'] or '':<12} {error['when']}"
            )
            click.echo(f"  {line}")
        click.echo()


@main.command()
@click.option("--url", help="the server's URL; default: the configured address")
@settings_options("host", "port")
def health(url: str | None, config: Path | None, **options: str | None) -> None:
    """Exit with 0 when the server is ready, with 1 otherwise."""
    try:
        url = url or _configured_url(load_settings(known_providers(), options, config))
    except Mistakes as wrong:
        stop(f"not ready: {wrong.mistakes[0]}", code=1)
    try:
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with direct.open(f"{url}/_mock/readyz", timeout=3) as answer:
            ready = json.load(answer).get("status") == "ok"
    except (OSError, ValueError, http.client.HTTPException) as error:
        stop(f"not ready at {url}: {error}", code=1)
    if not ready:
        stop(f"not ready at {url}", code=1)
    click.echo("ready")


@main.command()
@settings_options("fixtures")
def validate(config: Path | None, **options: str | None) -> None:
    """Load fixtures and configuration and print every mistake."""
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
    click.echo(f"{settings.fixtures_folder}: no mistakes")


@main.command()
@click.argument("provider", metavar="PROVIDER")
@click.option("--body", default="", help="the exact body of the call; @FILE or @- reads one")
@click.option("--operation", help="default: the provider's first")
@click.option("--account", "label", default="main", show_default=True, help="label of the account")
@click.option("-o", "--option", "pairs", multiple=True, metavar="NAME=VALUE",
              help="such as algorithm=sha256, or ts=1655710885431")  # fmt: skip
@settings_options("fixtures")
def sign(
    provider: str,
    body: str,
    operation: str | None,
    label: str,
    pairs: tuple[str, ...],
    config: Path | None,
    **options: str | None,
) -> None:
    """Print the headers that authenticate a call, for curl -H @- to read.

    mockserver sign nxcloud --body "$BODY" | curl -H @- -d "$BODY" URL
    """
    found = known_providers()
    try:
        settings = load_settings(found, options, config)
        seeds = load_seeds(found, settings.fixtures_folder)
    except Mistakes as wrong:
        stop(str(wrong.mistakes[0]), code=2)
    chosen = found[_known("provider", provider, found)]
    accounts = {account.label: account for account in seeds[chosen.id].accounts}
    account = accounts[_known("account", label, accounts)]
    signing = _signing(chosen, account, operation, body, pairs)
    for name, value in chosen.sign(signing).items():
        click.echo(f"{name}: {value}")


@main.group()
@click.option(
    "--url",
    default="http://127.0.0.1:8080",
    envvar="MOCKSERVER_URL",
    show_default=True,
    help="the running server",
)
@click.pass_context
def faults(context: click.Context, url: str) -> None:
    """List, add, apply, clear and replay the fault rules of a running server."""
    context.obj = url


@faults.command("list")
@click.pass_obj
def list_faults(url: str) -> None:
    """Print the rules, and the scenarios that can be applied."""
    for rule in json.loads(_ask(url, "GET", "/faults"))["faults"]:
        click.echo(json.dumps(rule, ensure_ascii=False))
    for scenario in json.loads(_ask(url, "GET", "/scenarios"))["scenarios"]:
        click.echo(f"scenario {scenario['name']}: {scenario['description']}", err=True)


@faults.command("add")
@click.argument("rule", metavar="RULE")
@click.pass_obj
def add_fault(url: str, rule: str) -> None:
    """Add a rule, given as JSON; @FILE or @- reads it."""
    try:
        data = json.loads(_read(rule, "RULE"))
    except ValueError as error:
        stop(f"the rule is not JSON: {error}", code=2)
    click.echo(_ask(url, "POST", "/faults", data))


@faults.command("apply")
@click.argument("name")
@click.pass_obj
def apply_scenario(url: str, name: str) -> None:
    """Put the rules of a scenario in place of those that are there."""
    found = json.loads(_ask(url, "POST", f"/scenarios/{urllib.parse.quote(name, safe='')}"))
    click.echo(f"{name}: {len(found['faults'])} rules")


@faults.command("clear")
@click.pass_obj
def clear_faults(url: str) -> None:
    """Remove all rules."""
    _ask(url, "DELETE", "/faults")


@faults.command("transcript")
@click.pass_obj
def print_transcript(url: str) -> None:
    """Print what struck whom, in order, as JSON Lines."""
    click.echo(_ask(url, "GET", "/faults/transcript"), nl=False)


@faults.command("replay")
@click.argument("file", type=click.File(encoding="utf-8"))
@click.pass_obj
def replay(url: str, file: TextIO) -> None:
    """Make the calls of a transcript fail in the same way again, by their ordinal numbers.

    Reset the server first, so that it counts from the start.
    """
    try:
        lines = [_line(json.loads(line)) for line in file if line.strip()]
        rules = _again(line for line in lines if line.get("rule") != "header")
    except (ValueError, KeyError, TypeError) as error:
        stop(f"{file.name} is no transcript: {error}", code=2)
    _ask(url, "PUT", "/faults", {"faults": rules})
    click.echo(f"{len(lines)} faults")


def _line(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or not isinstance(value["ordinal"], int):
        raise TypeError(f"expected an object with an ordinal, came {value!r:.80}")
    return value


def _again(lines: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rules that strike what a transcript tells of once more, in the order that they struck.

    Equal faults of one operation and account share a rule.
    """
    rules: dict[tuple[int, str], dict[str, Any]] = {}
    struck: Counter[str] = Counter()
    for line in lines:
        whose = {name: line[name] for name in ("provider", "operation", "account")}
        rule = {"name": "replay", "match": whose, "fault": line["fault"], "when": line["when"]}
        place = (struck[line["request"]], json.dumps(rule, sort_keys=True))
        struck[line["request"]] += 1
        rules.setdefault(place, rule | {"schedule": {"ordinals": []}})
        rules[place]["schedule"]["ordinals"].append(line["ordinal"])
    return [rules[place] for place in sorted(rules, key=lambda place: place[0])]


def _ask(url: str, method: str, path: str, body: Any = None) -> str:
    try:
        return ask(url, method, path, body)
    except Unreachable as error:
        stop(str(error), code=1)


@main.command()
def demo() -> None:
    """Watch a client fail over between four providers in trouble."""
    # Loaded only here, as what it draws with takes a while to load.
    importlib.import_module("mockserver.demo").main()


def _program() -> str:
    """How to call this program again from the same shell."""
    if shutil.which("mockserver"):
        return "mockserver"
    if Path(sys.argv[0]).name == "mockserver":
        return quote(sys.argv[0])
    return f"{quote(sys.executable)} -m mockserver"


def _signing(
    provider: Provider, account: Account, operation: str | None, body: str, pairs: tuple[str, ...]
) -> Signing:
    operations = {each.name: each for each in provider.operations}
    name = operation or provider.operations[0].name
    chosen = operations[_known("operation", name, operations)]
    extra = dict(pair.partition("=")[::2] for pair in pairs)
    for pair in pairs:
        _known("option NAME=VALUE", pair.partition("=")[0], provider.sign_options)
        if "=" not in pair:
            stop(f"-o {pair}: expected NAME=VALUE", code=2)
    return Signing(account, chosen, _read(body), SystemClock().now(), extra)


def _read(body: str, name: str = "--body") -> bytes:
    if body == "@-":
        return sys.stdin.buffer.read()
    if not body.startswith("@"):
        return body.encode("utf-8", "surrogateescape")
    try:
        return Path(body[1:]).read_bytes()
    except OSError as error:
        stop(f"{name} {body}: {error.strerror}", code=2)


def _known(what: str, name: str, known: Iterable[str]) -> str:
    listed = list(known)
    if name not in listed:
        stop(f"no such {what}: {name!r}; there are {', '.join(listed) or 'none'}", code=2)
    return name


def _configured_url(settings: Settings) -> str:
    anywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}
    host = anywhere.get(settings.host, settings.host)
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"
