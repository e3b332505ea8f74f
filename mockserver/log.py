"""Log lines on stderr that never hold up the server."""

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

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._dropped = 0

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = self.format(record)
            if self._dropped:
                line = f"({self._dropped} lines before this one were dropped: nobody read)\n{line}"
            if self._write(f"{line}\n".encode(errors="replace")):
                self._dropped = 0
            else:
                self._dropped += 1
        except Exception:
            self.handleError(record)

    def _write(self, data: bytes) -> bool:
        """Whether all of it could be written."""
        while data:
            if not self._is_writable():
                return False
            data = data[os.write(self._descriptor, data[:PIECE]) :]
        return True

    def _is_writable(self) -> bool:
        if sys.platform == "win32":
            return True  # pipes cannot be asked there
        return bool(select.select((), (self._descriptor,), (), 0)[1])


def log_to_stderr() -> None:
    handler = NeverBlocking(sys.stderr.fileno())
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.INFO)
