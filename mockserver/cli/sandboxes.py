"""The sandboxes of a running server: worlds with messages, rules and journals of their own."""

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import click

from mockserver.cli.arguments import parse_json, read_json
from mockserver.cli.asking import ask_about, ask_server
from mockserver.cli.base import before_the_command, stop, tell, to_a_sandbox, to_a_server
from mockserver.client import quote_name
from mockserver.text.shown import shown

FIXTURES = ("accounts", "default")


def _read_fixtures(value: str) -> Any:
    """The name of fixtures that the server has, or own ones out of a file."""
    if value in FIXTURES:
        return value
    if not value.startswith("@"):
        stop(f"--fixtures: expected accounts, default or @FILE, came {shown(value)}", code=2)
    return read_json("--fixtures", value)


READERS: Mapping[str, Callable[[Any], Any]] = {
    "fixtures": _read_fixtures,
    "faults": partial(read_json, "--faults"),
    "switches": partial(read_json, "--switches"),
    "snapshot": lambda file: parse_json(file.name, file.read()),
}
"""By the key of the body: from what was typed to what is sent, where the two differ."""


@click.group()
@before_the_command
def sandboxes(**_: Any) -> None:
    """Make, list, reset, keep and delete the sandboxes of a running server."""


@sandboxes.command("list")
@to_a_server
def list_sandboxes(url: str) -> None:
    """Print the sandboxes as JSON Lines, and on stderr how many calls were nobody's."""
    found = json.loads(ask_server(url, "GET", "/sandboxes"))
    for sandbox in found["sandboxes"]:
        tell(json.dumps(sandbox, ensure_ascii=False))
    tell(f"unattributed: {found['unattributed']}", err=True)


@sandboxes.command("create")
@click.argument("id", required=False)
@click.option("--fixtures", metavar="accounts|default|@FILE", help="what is there at first")
@click.option("--seed", type=int, metavar="N", help="what chance depends on")
@click.option("--ttl", metavar="DURATION", help="how long it is kept without a call, such as PT10M")
@click.option("--scenario", metavar="NAME", help="fault scenario to start with")
@click.option("--faults", metavar="JSON", help="list of fault rules; @FILE reads it")
@click.option("--switches", metavar="JSON", help="by provider and name; @FILE reads them")
@click.option("--credentials", metavar="any", help="any: whatever a client sends is good")
@click.option("--from-snapshot", "snapshot", type=click.File("rb"), help="a snapshot to start from")
@to_a_server
def create_sandbox(url: str, **options: Any) -> None:
    """Make a sandbox and print what it is; without an ID the server makes one up."""
    given = {name: value for name, value in options.items() if value is not None}
    body = {
        name: READERS[name](value) if name in READERS else value for name, value in given.items()
    }
    _print_indented(ask_server(url, "POST", "/sandboxes", body))


@sandboxes.command("delete")
@click.argument("id", required=False)
@to_a_sandbox
def delete_sandbox(id: str | None, url: str, sandbox: str) -> None:
    """Remove a sandbox and all that is in it; default is none that can be removed."""
    ask_about(url, id or sandbox, "DELETE", "")


@sandboxes.command("reset")
@click.argument("id", required=False)
@to_a_sandbox
def reset_sandbox(id: str | None, url: str, sandbox: str) -> None:
    """Put a sandbox back to what it began with, without rules and journal."""
    ask_about(url, id or sandbox, "POST", "/reset")


reset = reset_sandbox
"""The same without the name of the group: what is done most."""


@sandboxes.command("snapshot")
@click.argument("id", required=False)
@click.option("--name", help="what it is kept under")
@click.option("--download", is_flag=True, help="print one that is kept instead of making one")
@to_a_sandbox
def keep_snapshot(id: str | None, name: str | None, download: bool, url: str, sandbox: str) -> None:
    """Keep the state of a sandbox on the server, to restore it later."""
    if download:
        query = "" if name is None else f"?name={quote_name(name)}"
        tell(ask_about(url, id or sandbox, "GET", f"/snapshot{query}"))
    else:
        _print_indented(ask_about(url, id or sandbox, "POST", "/snapshot", _make_body(name)))


@sandboxes.command("restore")
@click.argument("id", required=False)
@click.option("--name", help="what the snapshot is kept under")
@to_a_sandbox
def restore_snapshot(id: str | None, name: str | None, url: str, sandbox: str) -> None:
    """Put a sandbox back to the state that was kept."""
    ask_about(url, id or sandbox, "POST", "/restore", _make_body(name))


def _make_body(name: str | None) -> dict[str, str]:
    return {} if name is None else {"name": name}


def _print_indented(document: str) -> None:
    tell(json.dumps(json.loads(document), indent=2, ensure_ascii=False))
