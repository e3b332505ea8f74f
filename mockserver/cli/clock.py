"""The clock of a sandbox of a running server."""

import json
from typing import Any

import click

from mockserver.cli.asking import ask_about
from mockserver.cli.base import before_the_command, tell, to_a_sandbox

NEGATIVE = {"ignore_unknown_options": True}
"""So that ``-PT61S`` is what the command is given, and no option of its own."""


@click.group(invoke_without_command=True)
@before_the_command
@click.pass_context
def clock(context: click.Context, /, **_: Any) -> None:
    """Tell, set and move the time of a sandbox; without a command, tell it."""
    if context.invoked_subcommand is None:
        with show_clock.make_context("show", [], parent=context) as shown:
            show_clock.invoke(shown)


@clock.command("show")
@to_a_sandbox
def show_clock(url: str, sandbox: str) -> None:
    """Print what time it is, whether and how fast it runs, and when something is due."""
    _print(ask_about(url, sandbox, "GET", "/clock"))


@clock.command("now")
@click.argument("time")
@to_a_sandbox
def set_now(time: str, url: str, sandbox: str) -> None:
    """Set the clock to a TIME such as 2026-11-21T06:00:00Z, where it stands still."""
    _move(url, sandbox, "now", time)


@clock.command("advance", context_settings=NEGATIVE)
@click.argument("duration")
@to_a_sandbox
def advance(duration: str, url: str, sandbox: str) -> None:
    """Move the clock on by a DURATION such as PT61S; what becomes due by it happens."""
    _move(url, sandbox, "advance", duration)


@clock.command("rate", context_settings=NEGATIVE)
@click.argument("rate", type=float)
@to_a_sandbox
def set_rate(rate: float, url: str, sandbox: str) -> None:
    """Let the clock run RATE times as fast as the machine's."""
    _move(url, sandbox, "rate", rate)


@clock.command("run")
@to_a_sandbox
def run(url: str, sandbox: str) -> None:
    """Let the clock run on from where it stands."""
    _move(url, sandbox, "run", True)


@clock.command("reset")
@to_a_sandbox
def reset(url: str, sandbox: str) -> None:
    """Put the clock back to the machine's time, without rate and skew."""
    _move(url, sandbox, "reset", True)


@clock.command("skew", context_settings=NEGATIVE)
@click.argument("duration")
@to_a_sandbox
def set_skew(duration: str, url: str, sandbox: str) -> None:
    """Let the server judge stamps of clients by a clock that is wrong by a DURATION, -PT61S too."""
    _move(url, sandbox, "skew", duration)


def _move(url: str, sandbox: str, how: str, value: Any) -> None:
    _print(ask_about(url, sandbox, "PUT", "/clock", {how: value}))


def _print(document: str) -> None:
    tell(json.dumps(json.loads(document), indent=2))
