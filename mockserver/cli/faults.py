"""The fault rules of a running server, and a demonstration of them."""

import importlib
import json
import urllib.parse
from typing import Any, TextIO

import click

from mockserver.cli.base import stop, to_a_server
from mockserver.cli.reading import read_argument
from mockserver.faults.history import read_transcript, replay_rules
from mockserver.remote import Unreachable, ask_sandbox


@click.group()
@click.option("--url", metavar="URL", help="the server, for the command that follows")
@click.pass_context
def faults(context: click.Context, url: str | None) -> None:
    """Change the fault rules of a running server."""
    context.obj = url


@faults.command("list")
@to_a_server
def list_faults(url: str) -> None:
    """Print the rules, and on stderr the scenarios that can be applied."""
    for rule in json.loads(_ask(url, "GET", "/faults"))["faults"]:
        click.echo(json.dumps(rule, ensure_ascii=False))
    for scenario in json.loads(_ask(url, "GET", "/scenarios"))["scenarios"]:
        click.echo(f"scenario {scenario['name']}: {scenario['description']}", err=True)


@faults.command("add")
@click.argument("rule", metavar="RULE")
@to_a_server
def add_fault(rule: str, url: str) -> None:
    """Add a rule, given as JSON; @FILE or @- reads it.

    mockserver faults add '{"match": {"provider": "d7"}, "fault": {"type": "reset"}}'
    """
    try:
        data = json.loads(read_argument("RULE", rule))
    except (ValueError, RecursionError) as error:
        stop(f"the rule is not JSON: {error}", code=2)
    click.echo(_ask(url, "POST", "/faults", data))


@faults.command("apply")
@click.argument("name")
@to_a_server
def apply_scenario(name: str, url: str) -> None:
    """Put the rules of a scenario in place of those that are there; list tells their names."""
    found = json.loads(_ask(url, "POST", f"/scenarios/{urllib.parse.quote(name, safe='')}"))
    click.echo(f"{name}: {len(found['faults'])} rules")


@faults.command("clear")
@to_a_server
def clear_faults(url: str) -> None:
    """Remove all rules."""
    _ask(url, "DELETE", "/faults")


@faults.command("transcript")
@to_a_server
def print_transcript(url: str) -> None:
    """Print what struck whom, in order, as JSON Lines."""
    click.echo(_ask(url, "GET", "/faults/transcript"), nl=False)


@faults.command("replay")
@click.argument("file", type=click.File(encoding="utf-8"))
@to_a_server
def replay(file: TextIO, url: str) -> None:
    """Make the calls of a transcript fail in the same way again, by their ordinal numbers.

    Reset the server first, so that it counts from the start.
    """
    try:
        lines = read_transcript(file.read())
    except ValueError as error:
        stop(f"{file.name} is no transcript: {error}", code=2)
    if not lines:
        stop(f"{file.name} is no transcript: there are no lines in it", code=2)
    rules = replay_rules(lines)
    _ask(url, "PUT", "/faults", {"faults": rules})
    click.echo(f"{sum(len(rule['schedule']['ordinals']) for rule in rules)} faults")


@click.command()
def demo() -> None:
    """Watch a client fail over between four providers in trouble."""
    # Loaded only here, as what it draws with takes a while to load.
    importlib.import_module("mockserver.demo").main()


def _ask(url: str, method: str, path: str, body: Any = None) -> str:
    try:
        return ask_sandbox(url, method, path, body)
    except Unreachable as error:
        stop(str(error), code=1)
