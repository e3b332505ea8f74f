"""What the providers offer, and the headers that authenticate a call."""

import json
from pathlib import Path

import click

from mockserver.admin.status import describe
from mockserver.cli.base import known, known_providers, settings_options, stop
from mockserver.cli.reading import read_argument
from mockserver.config import load_settings
from mockserver.core.account import Account
from mockserver.core.clock import SystemClock
from mockserver.core.errors import Mistakes
from mockserver.core.provider import Provider, Signing
from mockserver.state.seed import load_seeds


@click.command()
@click.option(
    "--json", "as_json", is_flag=True, help="as JSON, in the shape of GET /_mock/providers"
)
@click.option(
    "--url", default="http://127.0.0.1:8080", show_default=True, help="what base URLs begin with"
)
def providers(as_json: bool, url: str) -> None:
    """List providers, operations, routes and documented errors; no server is asked."""
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


@click.command(short_help="Print the headers that authenticate a call.")
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
    chosen = found[known("provider", provider, found)]
    accounts = {account.label: account for account in seeds[chosen.id].accounts}
    account = accounts[known("account", label, accounts)]
    signing = _signing(chosen, account, operation, body, pairs)
    for name, value in chosen.sign(signing).items():
        click.echo(f"{name}: {value}")


def _signing(
    provider: Provider, account: Account, operation: str | None, body: str, pairs: tuple[str, ...]
) -> Signing:
    operations = {each.name: each for each in provider.operations}
    name = operation or provider.operations[0].name
    chosen = operations[known("operation", name, operations)]
    extra = dict(pair.partition("=")[::2] for pair in pairs)
    for pair in pairs:
        known("option NAME=VALUE", pair.partition("=")[0], provider.sign_options)
        if "=" not in pair:
            stop(f"-o {pair}: expected NAME=VALUE", code=2)
    return Signing(account, chosen, read_argument("--body", body), SystemClock().now(), extra)
