"""Opening a file for one server alone."""

import contextlib
import os
import stat
import sys
from functools import partial
from io import FileIO
from pathlib import Path
from typing import Any

from mockserver.text.mistakes import Mistake, Mistakes

if sys.platform == "win32":

    def _take(file: Any) -> None:
        """Nothing guards the file against a second server there."""

    def _give(path: Path, like: os.stat_result) -> None:
        """Files have no owner to be given there."""

else:
    import fcntl

    def _take(file: Any) -> None:
        """Raises BlockingIOError where another server has it."""
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _give(path: Path, like: os.stat_result) -> None:
        """To the owner and group of another, or the group alone, or as it is."""
        for owner in (like.st_uid, -1):
            try:
                os.chown(path, owner, like.st_gid)
            except OSError:
                continue
            return


KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
}


def open_data(path: Path) -> Any:
    """The data file, for reading and appending. Raises Mistakes."""
    try:
        _require_plain(path)
        return _open_locked(Path(os.path.realpath(path)), path)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        if not path.parent.is_dir():
            reason = f"there is no folder {path.parent}"
        raise Mistakes([Mistake(str(path), "", f"cannot be used: {reason}")]) from None


def open_beside(path: Path, like: os.stat_result) -> Any:
    """A new file of the same mode and owner as another, as far as the file system lets us.

    Raises OSError, and Mistakes where another server has one of its name.
    """
    path.unlink(missing_ok=True)
    file = _open_locked(path, path, mode=0o600)
    _give(path, like)
    with contextlib.suppress(OSError):
        os.chmod(path, stat.S_IMODE(like.st_mode))
    return file


def _require_plain(path: Path) -> None:
    """Raises OSError for what would never end, never begin, or keep nothing."""
    try:
        kind = stat.S_IFMT(path.stat().st_mode)
    except FileNotFoundError:
        return
    if kind != stat.S_IFREG:
        raise OSError(f"it is {KINDS.get(kind, 'something else')}; give it a file of its own")


def _open_locked(path: Path, name: Path, mode: int = 0o666) -> Any:
    """The file, and no other server's until it is closed."""
    file = FileIO(path, "a+b", opener=partial(os.open, mode=mode))
    try:
        _take(file)
        if os.path.samestat(os.fstat(file.fileno()), path.stat()):
            return file
    except BlockingIOError:
        pass
    file.close()
    reason = "is in use by another server; give each its own file"
    raise Mistakes([Mistake(str(name), "", reason)])
