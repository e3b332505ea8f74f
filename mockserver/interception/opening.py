"""Having the authority when it is first wanted: what makes it takes long to load, and an extra."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from mockserver.interception.home import default_folder
from mockserver.late import load_module
from mockserver.text.mistakes import Refused

if TYPE_CHECKING:
    from mockserver.interception.authority import Authority

AUTHORITY = "mockserver.interception.authority"
EXTRA = ("cryptography", "certifi")
INSTALL = "pip install 'whatsapp-mockserver[tls]'"


class Opening:
    """Where an authority is, and whom it is for; nothing is loaded or made before it is opened.

    Without a folder it is the user's own.
    """

    def __init__(self, folder: Path | None, names: Iterable[str]) -> None:
        self._folder = folder
        self._names = tuple(names)
        self._opened: Authority | None = None

    def open(self) -> Authority:
        """Always the same one. Raises Refused without the extra, and where the authority's folder
        or file cannot be used.
        """
        if self._opened is None:
            self._opened = self._make()
        return self._opened

    def _make(self) -> Authority:
        module = load_with_extra(AUTHORITY)
        made: Authority = module.Authority.open(self._folder or default_folder(), self._names)
        return made


def load_with_extra(name: str) -> ModuleType:
    """A module that takes packages of the extra. Raises Refused where they are not installed."""
    try:
        return load_module(name)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in EXTRA:
            raise
        message = f"TLS needs the extra tls: there is no package {error.name}"
        raise Refused("tls_not_installed", message, INSTALL, status=501) from None
