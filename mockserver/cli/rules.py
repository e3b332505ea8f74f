"""The fault rules of a running server, and a demonstration of them."""

import json
from typing import Any, TextIO

import click

from mockserver.cli.arguments import parse_json, read_argument
from mockserver.cli.asking import ask_about, ask_for_all
from mockserver.cli.base import before_the_command, stop, tell, to_a_sandbox
from mockserver.client import quote_name
from mockserver.faults.transcript import make_replay_rules, read_transcript
from mockserver.late import load_module
from mockserver.text.shown import shown


@click.group()
@before_the_command
def faults(**_: Any) -> None:
    """Change the fault rules of a running server."""


@faults.command("list")
@to_a_sandbox
def list_faults(url: str, sandbox: str) -> None:
    """Print the rules without secrets, and on stderr the scenarios that can be applied."""
    for rule in json.loads(ask_about(url, sandbox, "GET", "/faults?masked=true"))["faults"]:
        tell(json.dumps(rule, ensure_ascii=False))
    for scenario in json.loads(ask_about(url, sandbox, "GET", "/scenarios"))["scenarios"]:
        tell(f"scenario {scenario['name']}: {scenario['description']}", err=True)


@faults.command("add")
@click.argument("rule", metavar="RULE")
@to_a_sandbox
def add_fault(rule: str, url: str, sandbox: str) -> None:
    """Add a rule, given as JSON; @FILE or @- reads it.

    mockserver faults add '{"match": {"provider": "d7"}, "fault": {"type": "reset"}}'
    """
    data = parse_json("the rule", read_argument("RULE", rule))
    tell(ask_about(url, sandbox, "POST", "/faults?masked=true", data))


@faults.command("remove")
@click.argument("id")
@to_a_sandbox
def remove_fault(id: str, url: str, sandbox: str) -> None:
    """Remove the rule of that ID, which list tells."""
    if not id.startswith("rule_"):
        stop(f"expected the id of a rule, which list tells, came {shown(id)}", code=1)
    ask_about(url, sandbox, "DELETE", f"/faults/{quote_name(id)}")


@faults.command("apply")
@click.argument("name")
@click.option("--add", is_flag=True, help="keep the rules that are there")
@to_a_sandbox
def apply_scenario(name: str, add: bool, url: str, sandbox: str) -> None:
    """Put the rules of a scenario in place of those that are there; list tells their names."""
    path, body = f"/scenarios/{quote_name(name)}", {"add": True} if add else None
    before = json.loads(ask_about(url, sandbox, "GET", "/faults"))["faults"] if add else []
    found = json.loads(ask_about(url, sandbox, "POST", path, body))["faults"]
    more = f" added, {len(found)} in all" if add else ""
    tell(f"{name}: {len(found) - len(before)} rules{more}")


@faults.command("clear")
@to_a_sandbox
def clear_faults(url: str, sandbox: str) -> None:
    """Remove all rules."""
    ask_about(url, sandbox, "DELETE", "/faults")


@faults.command("transcript")
@to_a_sandbox
def print_transcript(url: str, sandbox: str) -> None:
    """Print what struck whom, in order, as JSON Lines."""
    for page in ask_for_all(url, sandbox, "/faults/transcript"):
        tell(page, end="")


@faults.command("replay")
@click.argument("file", type=click.File(encoding="utf-8"))
@to_a_sandbox
def replay(file: TextIO, url: str, sandbox: str) -> None:
    """Make the calls of a transcript fail in the same way again, by their ordinal numbers.

    Reset the server first, so that it counts from the start.
    """
    try:
        lines = read_transcript(file.read())
    except ValueError as error:
        stop(f"{file.name} is no transcript: {error}", code=2)
    if not lines:
        stop(f"{file.name} is no transcript: there are no lines in it", code=2)
    rules = make_replay_rules(lines)
    ask_about(url, sandbox, "PUT", "/faults", {"faults": rules})
    tell(f"{sum(len(rule['schedule']['ordinals']) for rule in rules)} faults")


@click.command()
def demo() -> None:
    """Watch a client fail over between four providers in trouble."""
    # Loaded only here, as what it draws with takes a while to load.
    load_module("mockserver.cli.demo").main()
