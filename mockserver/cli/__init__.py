"""The command line: arguments → settings, and calls to a running server."""

from mockserver.cli.commands import main

__all__ = ["main"]
