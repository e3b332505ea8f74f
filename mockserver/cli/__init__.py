"""The command line: arguments → settings."""

import click

from mockserver.cli.base import OneLine
from mockserver.cli.faults import demo, faults
from mockserver.cli.provider import providers, sign
from mockserver.cli.server import health, serve, validate
from mockserver.version import __version__


@click.group(cls=OneLine, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mockserver")
def main() -> None:
    """A local stand-in for the WhatsApp APIs of messaging providers."""


for command in (serve, providers, health, validate, sign, faults, demo):
    main.add_command(command)
