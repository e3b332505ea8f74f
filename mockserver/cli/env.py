"""Telling the variables that lead programs to a running server."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click

from mockserver.cli.base import stop, tell, to_a_sandbox
from mockserver.cli.quoting import FORMATS
from mockserver.cli.trusting import ask_for_authority, is_authority_of, write_trust
from mockserver.client import Mock, MockError
from mockserver.config import Given, read_values
from mockserver.interception.home import default_folder
from mockserver.interception.variables import make_variables
from mockserver.text.mistakes import Refused
from mockserver.text.shown import escape_controls, shown


@click.command()
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="sh", show_default=True)
@partial(to_a_sandbox, more=("ca_dir",))
def env(form: str, find_url: Callable[[], str], given: Given, sandbox: str) -> None:
    """Print the variables that make programs end up at a running server, unchanged.

    eval "$(mockserver env)"
    """
    url = find_url()
    folder = _find_folder(given)
    try:
        with Mock(url) as mock:
            code = mock.find(sandbox).document["code"]
            pem = ask_for_authority(mock.connection)
    except MockError as error:
        stop(str(error), code=1)
    _require_same(url, folder, pem)
    variables = make_variables(url, sandbox, code, write_trust(folder, pem), os.environ)
    for name, value in variables.items():
        if escape_controls(value) != value or "\n" in value:
            stop(f"{name}: expected no control characters, came {shown(value)}", code=1)
    tell(FORMATS[form](variables))


def _find_folder(given: Given) -> Path:
    """Where the server has its authority, if it has the same settings."""
    told = {name: value for name, value in given.values.items() if name == "ca_dir"}
    values, wrong = read_values(given._replace(values=told))
    if wrong:
        stop(str(wrong[0]), code=2)
    try:
        folder: Path = values.get("ca_dir") or default_folder()
    except Refused as refused:
        stop(f"{refused.message}; {refused.hint}", code=1)
    return folder.absolute()


def _require_same(url: str, folder: Path, pem: bytes) -> None:
    """Another authority is trusted by nobody but who tells so: it could vouch for any host."""
    if not is_authority_of(folder, pem):
        stop(
            f"the server at {url} does not have the certificate authority of {folder}: tell its "
            "folder with --ca-dir (MOCKSERVER_CA_DIR), or let mockserver exec run the program",
            code=1,
        )
