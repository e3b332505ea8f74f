"""Keeping nothing beyond the process, and the interface of all that keep."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from mockserver.api.changes import Change

Document = dict[str, Any]
Rows = dict[str, Document]
Tables = dict[str, Rows]

Make = Callable[[list[Change]], None]


class Keeper(Protocol):
    """Keeps the changes of all sandboxes, by the sandbox's id."""

    def read(self) -> Mapping[str, Tables]:
        """The documents of every sandbox as they were left."""

    def open(self) -> None:
        """Called once what was read is found to be good. Nothing is kept before."""

    def begin(self, sandbox: str, tables: Tables) -> None:
        """Keep a sandbox from now on, with these documents. Raises OSError."""

    def keep(self, sandbox: str, changes: list[Change], make: Make) -> None:
        """Keep changes and then make them in memory. Raises OSError; none is made then."""

    def forget(self, sandbox: str) -> None: ...

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

    def close(self) -> None:
        pass
