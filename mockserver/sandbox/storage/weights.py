"""How much of a data file is alive."""

from typing import Any

import orjson

from mockserver.api.changes import PUT, SET, Change
from mockserver.sandbox.database import KEPT_APART, NO_ROWS, REPLACE
from mockserver.sandbox.storage.memory import Tables

LARGE = 4_096  # bytes of a line from which all of it is weighed


class Weights:
    """About how many bytes the documents of all sandboxes would take if they were written anew.

    What a call puts and sets is held to take the place of as many bytes: looking would cost it more
    than it is worth, and writing anew tells again.
    """

    def __init__(self) -> None:
        self.total = 0
        self._apart: dict[str, int] = {}
        self._rest: dict[str, int] = {}

    def __contains__(self, sandbox: str) -> bool:
        return sandbox in self._rest

    def put(self, sandbox: str, apart: int, rest: int) -> None:
        """What the tables of a sandbox weigh: those that no reset takes back, and the rest."""
        self.forget(sandbox)
        self._apart[sandbox], self._rest[sandbox] = apart, rest
        self.total += apart + rest

    def begin(self, sandbox: str, tables: Tables, size: int) -> None:
        """All of it stands in a line of so many bytes."""
        apart = _weigh({name: tables[name] for name in KEPT_APART if name in tables})
        self.put(sandbox, apart, size - apart)

    def forget(self, sandbox: str) -> None:
        self.total -= self._apart.pop(sandbox, 0) + self._rest.pop(sandbox, 0)

    def follow(self, sandbox: str, tables: Tables, changes: list[Change], size: int) -> None:
        """Changes are about to be made, in a line of so many bytes."""
        for kind, table, document_id, value in changes:
            if kind == SET or (kind == PUT and size <= LARGE):
                continue
            if kind == REPLACE:
                self.put(sandbox, self._apart[sandbox], size)
                continue
            more = _weigh(value) - _weigh(tables.get(table, NO_ROWS).get(document_id))
            weights = self._apart if table in KEPT_APART else self._rest
            weights[sandbox] += more
            self.total += more


def _weigh(value: Any) -> int:
    return 0 if value is None else len(orjson.dumps(value))
