"""Writing to stderr without ever holding up the server."""

import logging
import os
import select
import sys

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
        data = f"{line}\n".encode(errors="replace")
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


def log_to_stderr() -> NeverBlocking:
    """Nowhere, where the program was started without a stderr."""
    handler = NeverBlocking(sys.stderr.fileno() if sys.stderr else None)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.INFO)
    return handler
