"""The headers that authenticate a call."""

from collections.abc import Iterator

import click

from mockserver.api.account import GOOD
from mockserver.api.operation import Purpose
from mockserver.api.provider import Provider, Signing
from mockserver.cli.arguments import read_argument
from mockserver.cli.base import load_providers, require, stop
from mockserver.cli.options import settings_options
from mockserver.config import Given, load_settings
from mockserver.sandbox.accounts import read_account
from mockserver.sandbox.clock import SystemClock
from mockserver.sandbox.seed import load_seeds
from mockserver.text.mistakes import Mistakes


@click.command(short_help="Print the headers that authenticate a call.")
@click.argument("provider", metavar="PROVIDER")
@click.option("--body", default="", help="the exact body of the call; @FILE or @- reads one")
@click.option("--operation", help="default: the one that marks as read")
@click.option("--account", "label", help="its label; default: the first in no bad condition")
@click.option("-o", "--option", "pairs", multiple=True, metavar="NAME=VALUE",
              help="such as algorithm=sha256, or ts=1655710885431")  # fmt: skip
@settings_options("fixtures")
def sign(
    provider: str,
    body: str,
    operation: str | None,
    label: str | None,
    pairs: tuple[str, ...],
    given: Given,
) -> None:
    """Print the headers that authenticate a call, for curl -H @- to read.

    mockserver sign nxcloud --body "$BODY" | curl -H @- -d "$BODY" URL
    """
    providers = load_providers()
    try:
        seeds = load_seeds(providers, load_settings(providers, given).fixtures_folder)
    except Mistakes as wrong:
        stop(str(wrong.mistakes[0]), code=2)
    signer = providers[require("provider", provider, providers)]
    accounts = {each["label"]: read_account(each) for each in seeds[signer.id].accounts}
    good = (each.label for each in accounts.values() if each.condition == GOOD)
    account = accounts[require("account", label or next(good, "main"), accounts)]
    operations = {each.name: each for each in signer.operations}
    usual = signer.operation_to(Purpose.MARK_AS_READ)
    name = require("operation", operation or (usual.name if usual else "mark_as_read"), operations)
    options = dict(_split_pairs(signer, pairs))
    content = read_argument("--body", body)
    signing = Signing(account, operations[name], content, SystemClock().now(), options)
    for header, value in signer.sign(signing).items():
        click.echo(f"{header}: {value}")


def _split_pairs(provider: Provider, pairs: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for pair in pairs:
        name, equals, value = pair.partition("=")
        require("option NAME=VALUE", name, provider.sign_options)
        if not equals:
            stop(f"-o {pair}: expected NAME=VALUE", code=2)
        yield name, value
