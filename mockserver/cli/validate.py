"""Checking what a server would be started with."""

import sys
from dataclasses import replace

import click

from mockserver.app import create_sandboxes
from mockserver.cli.base import load_providers, tell
from mockserver.cli.options import settings_options
from mockserver.config import Given, read_settings
from mockserver.sandbox.clock import SystemClock
from mockserver.text.mistakes import Mistakes


@click.command()
@settings_options("fixtures", "scenario")
def validate(given: Given) -> None:
    """Load fixtures, scenarios and configuration and print every mistake."""
    found = load_providers()
    settings, mistakes = read_settings(found, given)
    try:
        named = replace(settings, data=None, fixtures=settings.fixtures_folder)
        create_sandboxes(named, found, SystemClock())
    except Mistakes as wrong:
        mistakes += wrong.mistakes
    for mistake in mistakes:
        tell(str(mistake))
    if mistakes:
        sys.exit(2)
    if settings.file:
        tell(f"{settings.file}: no mistakes, fault rules: {len(settings.faults)}")
    tell(f"{settings.fixtures_folder}: no mistakes")
