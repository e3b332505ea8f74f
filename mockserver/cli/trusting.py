"""What clients of a running server are to trust."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mockserver.cli.base import stop
from mockserver.client import Connection
from mockserver.interception.opening import load_with_extra
from mockserver.interception.variables import Trust
from mockserver.text.mistakes import Refused

TRUSTED = "mockserver.interception.trusted"


def ask_for_authority(connection: Connection) -> bytes:
    """The certificate of the server's authority, as PEM. Raises MockError."""
    return connection.ask("GET", "/ca.pem").text.encode()


def write_trust(folder: Path, pem: bytes) -> Trust:
    """The files for clients of that authority, written there."""
    with _trusting(folder) as trusted:
        made: Trust = trusted.write_trust(folder, pem)
    return made


def is_authority_of(folder: Path, pem: bytes) -> bool:
    """Whether the authority is the one that is kept there."""
    with _trusting(folder) as trusted:
        same: bool = trusted.is_authority_of(folder, pem)
    return same


@contextmanager
def _trusting(folder: Path) -> Iterator[Any]:
    """The module that does it; where it cannot be done the program ends."""
    try:
        yield load_with_extra(TRUSTED)
    except Refused as refused:
        stop(f"{refused.message}; {refused.hint}", code=1)
    except (OSError, ValueError) as error:
        stop(f"{folder}: {getattr(error, 'strerror', None) or error}", code=1)
