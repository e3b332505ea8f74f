"""Arguments that may stand in a file."""

import sys
from pathlib import Path

from mockserver.cli.base import stop


def read_argument(name: str, value: str) -> bytes:
    """The value itself, or for ``@FILE`` and ``@-`` what stands in the file or comes in."""
    if value == "@-":
        return sys.stdin.buffer.read()
    if not value.startswith("@"):
        return value.encode("utf-8", "surrogateescape")
    try:
        return Path(value[1:]).read_bytes()
    except OSError as error:
        stop(f"{name} {value}: {error.strerror}", code=2)
