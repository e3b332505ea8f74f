"""Arguments that may stand in a file."""

import json
import sys
from pathlib import Path
from typing import Any

from mockserver.cli.base import stop


def read_argument(name: str, value: str) -> bytes:
    """The value itself, or for ``@FILE`` and ``@-`` what stands in the file or comes in."""
    if value == "@-":
        return sys.stdin.buffer.read()
    if not value.startswith("@"):
        return value.encode("utf-8", "surrogateescape")
    try:
        return Path(value[1:]).read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        stop(f"{name} {value}: {reason}", code=2)


def read_json(name: str, value: str) -> Any:
    """The same as JSON."""
    return parse_json(name, read_argument(name, value))


def parse_json(what: str, text: bytes) -> Any:
    """What is no JSON ends the program."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        stop(f"{what} is not JSON: {error}", code=2)
