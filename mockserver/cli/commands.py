"""The program and its commands."""

from collections import UserDict
from typing import Any

import click

from mockserver.cli.base import OneLine
from mockserver.late import load_module
from mockserver.version import __version__

MODULES = {
    "ca": "mockserver.cli.ca",
    "clock": "mockserver.cli.clock",
    "demo": "mockserver.cli.rules",
    "env": "mockserver.cli.env",
    "exec": "mockserver.cli.exec",
    "explain": "mockserver.cli.explain",
    "faults": "mockserver.cli.rules",
    "health": "mockserver.cli.health",
    "openapi": "mockserver.cli.openapi",
    "providers": "mockserver.cli.listing",
    "requests": "mockserver.cli.requests",
    "reset": "mockserver.cli.sandboxes",
    "sandboxes": "mockserver.cli.sandboxes",
    "serve": "mockserver.cli.serve",
    "sign": "mockserver.cli.sign",
    "validate": "mockserver.cli.validate",
    "verdicts": "mockserver.cli.verdicts",
    "verify": "mockserver.cli.verify",
}
"""Where each command is, under its own name."""


class Commands(UserDict[str, Any]):
    """The commands by name, each out of a module that is loaded when it is asked for.

    So the server starts without what only its clients need, and they without the server.
    """

    def __getitem__(self, name: str) -> click.Command:
        command: click.Command = getattr(load_module(self.data[name]), name)
        return command


@click.group(
    cls=OneLine,
    commands=Commands(MODULES),
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="mockserver")
def main() -> None:
    """A local stand-in for the WhatsApp APIs of messaging providers."""
