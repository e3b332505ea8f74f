"""The certificate authority that TLS goes by; no server is asked."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING

import click

from mockserver.app import create_opening
from mockserver.cli.base import load_providers, stop, tell
from mockserver.cli.options import Command, settings_options
from mockserver.config import Given, load_settings
from mockserver.interception.home import ELSEWHERE
from mockserver.interception.trust_help import tell_ways
from mockserver.late import load_module
from mockserver.text.mistakes import Mistakes, Refused

if TYPE_CHECKING:
    from mockserver.interception.authority import Authority

DESCRIBING = "mockserver.interception.describing"


@click.group()
def ca() -> None:
    """Show the certificate authority that TLS goes by, and how to trust it."""


def with_authority(command: Command) -> Command:
    """Give a command the ``authority`` that is configured, made now if there is none yet."""

    @settings_options("ca_dir", "tls_name")
    @wraps(command)
    def with_it(given: Given) -> None:
        try:
            command(authority=_open(given))
        except Refused as refused:
            stop(f"{refused.message}; {refused.hint}", code=1)
        except OSError as error:
            stop(f"{error.filename}: {error.strerror}; {ELSEWHERE}", code=1)

    return with_it


def _open(given: Given) -> Authority:
    """What is wrong with the settings ends the program. Raises Refused."""
    providers = load_providers()
    try:
        settings = load_settings(providers, given)
    except Mistakes as found:
        stop(str(found.mistakes[0]), code=2)
    return create_opening(settings, providers).open()


@ca.command("path")
@with_authority
def print_path(authority: Authority) -> None:
    """Print the path of the authority's certificate, which clients are to trust."""
    tell(str(authority.public_file()))


@ca.command("bundle")
@with_authority
def print_bundle(authority: Authority) -> None:
    """Print the path of a bundle with it and the roots of the web, in PEM."""
    tell(str(authority.bundle_file()))


@ca.command("show")
@with_authority
def show(authority: Authority) -> None:
    """Print whose it is, its fingerprint, until when it is good and what it vouches for."""
    for name, value in load_module(DESCRIBING).describe(authority):
        tell(f"{name + ':':<13}{value}")


@ca.command("trust-help")
@with_authority
def print_trust_help(authority: Authority) -> None:
    """Print how systems and clients come to trust it; exec and env need nothing of that."""
    tell(tell_ways(str(authority.public_file())), end="")
