"""A file to which whole lines are added."""

import contextlib
import errno
import logging
import os
import time
from pathlib import Path
from threading import Thread
from typing import Any

from mockserver.sandbox.storage.lines import encode_blank
from mockserver.sandbox.storage.opening import open_data
from mockserver.text.mistakes import Refused

TRIAL = 1_048_576  # bytes that a trial writes at most: as many as were lacking would be best
UNSEEN_NS = (
    100_000  # how long a look at the path counts: no client removes a file and calls again so soon
)
READY = "GET /_mock/readyz tells whether a change can be kept again"
MOVED = "put the file back, or start the server anew: what follows is in no file"
HINTS = {
    errno.ENOSPC: f"make room on the disk; {READY}",
    errno.EDQUOT: f"make room on the disk; {READY}",
    errno.EFBIG: f"allow the server larger files (ulimit -f); {READY}",
    errno.ENOENT: MOVED,
    errno.ESTALE: MOVED,
}
ANY_HINT = f"look after the disk; {READY}"

log = logging.getLogger("mockserver.data")


class AppendFile:
    """A line is there as a whole or, where it was refused, not at all.

    The file is no other server's, and is still at its path whenever a line is added.
    """

    def __init__(self, path: Path) -> None:
        """Raises Mistakes."""
        self.path = path
        self._adopt(open_data(path), 0)
        self._name = os.path.abspath(path)  # wherever the process goes
        self.real = Path(os.path.realpath(path))
        self._torn = False  # whether a part of a refused line may still be there
        self._trouble: str | None = None
        """Why the last line was refused, if it was."""
        self._lacking = 0  # bytes of that line

    def read(self) -> bytes:
        self._file.seek(0)
        content: bytes = self._file.read()
        return content

    def cut(self, size: int) -> None:
        """Drop what is behind so many bytes. Raises Refused."""
        self.size = size
        try:
            self._mend()
        except OSError as error:
            raise self._refuse(error, 0) from None

    def append(self, line: bytes) -> None:
        """Raises Refused; the file is as before then."""
        try:
            now = time.monotonic_ns()
            if now >= self._look_again:
                self._look(now)
        except OSError as error:
            raise self._refuse(error, len(line)) from None
        try:
            taken = os.write(self._descriptor, line)
            while taken < len(line):  # the next one tells why
                taken += os.write(self._descriptor, line[taken:])
        except OSError as error:
            self._torn = True
            with contextlib.suppress(OSError):
                self._mend()
            raise self._refuse(error, len(line)) from None
        self.size += len(line)
        if self._trouble is not None:
            self._trouble = None
            log.warning("%s: changes are kept again", self.path)

    def try_again(self) -> None:
        """Where the last line was refused try one that says nothing. Raises Refused."""
        if self._trouble is None:
            return
        size = self.size
        self.append(encode_blank(min(self._lacking, TRIAL)))
        with contextlib.suppress(OSError):  # it does no harm where it stays
            self._file.truncate(size)
            self.size = size

    def status(self) -> os.stat_result:
        return os.fstat(self._descriptor)

    def take_over(self, file: Any, path: Path, size: int) -> None:
        """Have another file, of so many bytes, in place of this one. Raises OSError."""
        self._look(time.monotonic_ns())
        os.replace(path, self.real)
        old = self._file
        self._adopt(file, size)
        # The file system gives back what the old one took as it is closed: 30 ms of 60 MB.
        Thread(target=old.close, daemon=True).start()

    def close(self) -> None:
        self._file.close()

    def _adopt(self, file: Any, size: int) -> None:
        self._file, self.size = file, size
        self._descriptor = file.fileno()
        status = self.status()
        self._identity = status.st_ino, status.st_dev
        self._look_again = 0

    def _look(self, now: int) -> None:
        """Raises OSError where the file is not at its path any more, or not as it was left."""
        found = os.stat(self._name)
        if (found.st_ino, found.st_dev) != self._identity:
            raise OSError(errno.ESTALE, "another file has taken its place")
        if found.st_size != self.size:
            if not self._torn:
                raise OSError(errno.ESTALE, "another program has changed it")
            self._mend()
        self._look_again = now + UNSEEN_NS

    def _mend(self) -> None:
        """Drop what does not belong to it. Raises OSError."""
        self._file.truncate(self.size)
        self._torn = False

    def _refuse(self, error: OSError, lacking: int) -> Refused:
        reason = error.strerror or str(error)
        if error.errno == errno.ENOENT:
            reason = "it is not there any more"
        hint = HINTS.get(error.errno or 0, ANY_HINT)
        if reason != self._trouble:
            log.error("%s: changes cannot be kept: %s; %s", self.path, reason, hint)
        self._trouble, self._lacking, self._look_again = reason, lacking, 0
        message = f"nothing was done, as it cannot be kept in {self.path}: {reason}"
        return Refused("not_kept", message, hint, status=507)
