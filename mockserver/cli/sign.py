"""The headers that authenticate a call."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

import click

from mockserver.api.account import GOOD, Account
from mockserver.api.operation import Operation, Purpose
from mockserver.api.provider import Provider, Signing
from mockserver.cli.arguments import read_argument
from mockserver.cli.asking import ask_about
from mockserver.cli.base import load_providers, require, stop, tell, to_a_sandbox
from mockserver.config import Given, load_settings
from mockserver.sandbox.accounts import read_account
from mockserver.sandbox.beginning import DEFAULT
from mockserver.sandbox.clock import SystemClock
from mockserver.sandbox.seed import load_seeds
from mockserver.text.mistakes import Mistakes


@click.command(short_help="Print the headers that authenticate a call.")
@click.argument("provider", metavar="PROVIDER")
@click.option("--body", default="", help="the exact body of the call; @FILE or @- reads one")
@click.option("--operation", help="default: the one that marks as read")
@click.option("--account", "label", help="its label; default: the first in no bad condition")
@click.option("-c", "--credential", "credentials", multiple=True, metavar="NAME=VALUE",
              help="in place of the account's, such as those of a sandbox")  # fmt: skip
@click.option("-o", "--option", "options", multiple=True, metavar="NAME=VALUE",
              help="such as algorithm=sha256, or ts=1655710885431")  # fmt: skip
@partial(to_a_sandbox, more=("fixtures",))
def sign(
    provider: str,
    body: str,
    operation: str | None,
    label: str | None,
    credentials: tuple[str, ...],
    options: tuple[str, ...],
    sandbox: str,
    find_url: Callable[[], str],
    given: Given,
) -> None:
    """Print the headers that authenticate a call, for curl -H @- to read.

    mockserver sign nxcloud --body "$BODY" | curl -H @- -d "$BODY" URL

    Those of the fixtures, for which no server is asked, or of another sandbox than default.
    """
    providers = load_providers()
    signer = providers[require("provider", provider, providers)]
    if sandbox == DEFAULT:
        accounts = _read_accounts(providers, signer, given)
    else:
        accounts = _ask_for_accounts(find_url(), sandbox, signer)
    account = _find_account(accounts, label)
    own = dict(_split_pairs("-c", signer.account.credentials, credentials))
    signing = Signing(
        account._replace(credentials={**account.credentials, **own}),
        _find_operation(signer, operation),
        read_argument("--body", body),
        SystemClock().now(),
        dict(_split_pairs("-o", signer.sign_options, options)),
    )
    for warning in _find_unknown_choices(signer, signing.options):
        tell(f"mockserver: warning: {warning}", err=True)
    for header, value in signer.sign(signing).items():
        tell(f"{header}: {value}")


def _read_accounts(
    providers: Mapping[str, Provider], signer: Provider, given: Given
) -> list[Account]:
    """Those of the fixtures."""
    try:
        seeds = load_seeds(providers, load_settings(providers, given).fixtures_folder)
    except Mistakes as wrong:
        stop(str(wrong.mistakes[0]), code=2)
    return [read_account(each) for each in seeds[signer.id].accounts]


def _ask_for_accounts(url: str, sandbox: str, signer: Provider) -> list[Account]:
    """Those that a running server tells."""
    document = json.loads(ask_about(url, sandbox, "GET", ""))
    return [
        Account(
            signer.id,
            each["label"],
            {name: each[name] for name in signer.account.credentials},
            each["condition"],
            (),
        )
        for each in document["providers"][signer.id]["accounts"]
    ]


def _find_account(accounts: Iterable[Account], label: str | None) -> Account:
    by_label = {each.label: each for each in accounts}
    good = (each.label for each in by_label.values() if each.condition == GOOD)
    return by_label[require("account", label or next(good, "main"), by_label)]


def _find_operation(signer: Provider, name: str | None) -> Operation:
    operations = {each.name: each for each in signer.operations}
    usual = signer.operation_to(Purpose.MARK_AS_READ)
    wanted = name or (usual.name if usual else "mark_as_read")
    return operations[require("operation", wanted, operations)]


def _find_unknown_choices(signer: Provider, options: Mapping[str, str]) -> Iterator[str]:
    """A line for each value that the provider does not know: it may be meant to be wrong."""
    for name, known in signer.sign_choices.items():
        came = options.get(name)
        if came is not None and came.lower() not in known:
            expected = f"{signer.title} knows {' and '.join(known)}"
            yield f"-o {name}={came}: {expected}, so it refuses these headers"


def _split_pairs(
    option: str, names: Iterable[str], pairs: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    for pair in pairs:
        name, equals, value = pair.partition("=")
        require("option NAME=VALUE", name, names)
        if not equals:
            stop(f"{option} {pair}: expected NAME=VALUE", code=2)
        yield name, value
