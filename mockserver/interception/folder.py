"""A folder of secrets: nobody else's, and each file in it whole or not there at all."""

import contextlib
import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

if sys.platform == "win32":

    @contextlib.contextmanager
    def _locked(path: Path) -> Iterator[None]:
        """Nothing keeps another process out there."""
        yield

else:
    import fcntl

    @contextlib.contextmanager
    def _locked(path: Path) -> Iterator[None]:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


class Folder:
    """Made with mode 0700 when something is first written; files have 0600."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self, name: str) -> bytes | None:
        """None where there is none. Raises OSError."""
        try:
            return (self.path / name).read_bytes()
        except FileNotFoundError:
            return None

    def read_secret(self, name: str) -> bytes | None:
        """The same of a file that must be nobody else's. Raises OSError, also where it is not."""
        try:
            file = open(self.path / name, "rb")  # noqa: SIM115
        except FileNotFoundError:
            return None
        with file:
            _require_own(os.fstat(file.fileno()))
            return file.read()

    def write(self, name: str, content: bytes) -> Path:
        """Its path. A file that holds this already stays as it is. Raises OSError."""
        path = self.path / name
        if self.read(name) == content:
            return path
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with open(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
        return path

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other processes from doing the same meanwhile. Raises OSError."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(self.path / ".lock"):
            yield


def _require_own(status: os.stat_result) -> None:
    """Raises OSError: what others can write they may have made, what they can read they may use."""
    if not hasattr(os, "geteuid"):
        return
    if os.geteuid() not in (0, status.st_uid) and status.st_uid != 0:
        raise PermissionError("it belongs to another user")
    if stat.S_IMODE(status.st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
        raise PermissionError("others than its owner may read it: its mode is to be 600")
