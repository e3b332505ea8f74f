"""Writing to stderr without ever holding up the server."""

import json
import logging
import os
import select
import sys

from mockserver.text.shown import escape_controls
from mockserver.text.times import iso

PIECE = 512  # bytes that a writable pipe takes without blocking: the least that POSIX promises


class NeverBlocking(logging.Handler):
    """Writes to a file descriptor what it takes at once, and drops the rest.

    Whoever started the server may not read its stderr. Once such a pipe is full a plain write
    would block, and with it every call: the server has one thread.
    """

    def __init__(self, descriptor: int | None) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._dropped = 0

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = self.format(record)
            if self._dropped:
                line = f"({self._dropped} lines before this one were dropped: nobody read)\n{line}"
            self._dropped = 0 if self.write(line) else self._dropped + 1
        except Exception:
            self.handleError(record)

    def write(self, line: str) -> bool:
        """Whether all of it could be written; not where the reader has gone or the disk is full."""
        data = f"{escape_controls(line)}\n".encode()
        try:
            while data and self._descriptor is not None and _is_writable(self._descriptor):
                data = data[os.write(self._descriptor, data[:PIECE]) :]
        except OSError:
            return False
        return not data


def _is_writable(descriptor: int) -> bool:
    if sys.platform == "win32":
        return True  # pipes cannot be asked there
    return bool(select.select((), (descriptor,), (), 0)[1])


class JSONLines(logging.Formatter):
    """A JSON object for each record; of a call also its parts."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "at": iso(int(record.created * 1000)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "call", {}),
        }
        if record.exc_info:
            told["traceback"] = self.formatException(record.exc_info)
        return json.dumps(told)


def log_to_stderr(level: str | None = None, form: str = "text") -> NeverBlocking:
    """Start the log; nowhere, where the program was started without a stderr.

    Without a ``level`` a person at a terminal is told every call, anybody else the failed ones.
    """
    handler = NeverBlocking(sys.stderr.fileno() if sys.stderr else None)
    text = logging.Formatter("%(asctime)s %(message)s")
    handler.setFormatter(JSONLines() if form == "json" else text)
    if level is None:
        level = "debug" if sys.stderr and sys.stderr.isatty() else "info"
    logging.getLogger("mockserver").setLevel(level.upper())
    others = max(logging.INFO, logging.getLogger("mockserver").level)
    logging.basicConfig(handlers=[handler], level=others)
    return handler
