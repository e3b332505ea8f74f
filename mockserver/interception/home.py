"""Where the authority of a user is, when nobody says where."""

import os
import sys
from pathlib import Path

from mockserver.text.mistakes import Refused

ELSEWHERE = "have it in another folder: --ca-dir DIR (MOCKSERVER_CA_DIR)"


def default_folder() -> Path:
    """In the user's state directory: XDG's, or what the system has for such files.

    Raises Refused for a user without a home.
    """
    state = Path(os.environ.get("XDG_STATE_HOME", ""))
    if not state.is_absolute():  # a relative one is to be ignored (XDG Base Directory, 0.8)
        try:
            state = _find_state(Path.home())
        except RuntimeError:
            message = "there is no folder for the certificate authority: this user has no home"
            raise Refused("no_authority", message, ELSEWHERE, status=500) from None
    return state / "mockserver" / "ca"


def _find_state(home: Path) -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    if sys.platform == "darwin":
        return home / "Library" / "Application Support"
    return home / ".local" / "state"
