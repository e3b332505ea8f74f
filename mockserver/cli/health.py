"""Asking a server whether it is well."""

import json
from functools import partial

import click

from mockserver.cli.base import stop, tell, to_a_server
from mockserver.client import Unreachable, ask


@click.command()
@partial(to_a_server, wrong=1)
def health(url: str) -> None:
    """Exit with 0 when the server is ready, with 1 otherwise."""
    try:
        ready = json.loads(ask(url, "GET", "/readyz", timeout=3))["status"] == "ok"
    except (Unreachable, ValueError, KeyError, TypeError) as error:
        stop(f"not ready: {error}", code=1)
    if not ready:
        stop(f"not ready at {url}", code=1)
    tell("ready")
