"""Keeping nothing beyond the process, and the interface of all that keep."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from mockserver.api.changes import Change

Document = dict[str, Any]
Rows = dict[str, Document]
Tables = dict[str, Rows]

Make = Callable[[list[Change]], None]


class Keeper(Protocol):
    """Keeps the changes of all sandboxes, by the sandbox's id.

    What cannot be kept is Refused, with status 507: then all is as it was before.
    """

    def read(self) -> Mapping[str, Tables]:
        """The documents of every sandbox as they were left."""

    def open(self) -> None:
        """Called once what was read is found to be good. Nothing is kept before. Raises Refused."""

    def begin(self, sandbox: str, tables: Tables) -> None:
        """Keep a sandbox from now on, with these documents. Raises Refused."""

    def keep(self, sandbox: str, changes: list[Change], make: Make) -> None:
        """Keep changes and then make them in memory. Raises Refused; none is made then."""

    def forget(self, sandbox: str) -> None:
        """Raises Refused."""

    def try_again(self) -> None:
        """Where the last change could not be kept, see whether one can be now. Raises Refused."""

    def close(self) -> None:
        """Let go of what it keeps in, for another to open. Nothing is kept any more."""


class Memory:
    """Keeps nothing."""

    def read(self) -> Mapping[str, Tables]:
        return {}

    def open(self) -> None:
        pass

    def begin(self, sandbox: str, tables: Tables) -> None:
        pass

    def keep(self, sandbox: str, changes: list[Change], make: Make) -> None:
        make(changes)

    def forget(self, sandbox: str) -> None:
        pass

    def try_again(self) -> None:
        pass

    def close(self) -> None:
        pass
