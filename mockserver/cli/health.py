"""Asking a server whether it is well."""

from functools import partial

import click

from mockserver.cli.base import stop, tell, to_a_server
from mockserver.client import Mock, MockError


@click.command()
@partial(to_a_server, wrong=1)
def health(url: str) -> None:
    """Exit with 0 when the server is ready, with 1 otherwise."""
    try:
        ready = Mock(url).is_ready()
    except (MockError, ValueError) as error:
        stop(f"not ready: {error}", code=1)
    if not ready:
        stop(f"not ready at {url}", code=1)
    tell("ready")
