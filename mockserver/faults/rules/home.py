"""What rules need of the sandbox that they are in, and what they remember there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from mockserver.api.changes import Change
from mockserver.api.draw import Draw

if TYPE_CHECKING:
    from mockserver.match.known import Labels

TWO_DAYS = 2 * 86_400_000

Documents = Mapping[str, Mapping[str, Any]]


class Home(Protocol):
    """What a rule book needs of its sandbox."""

    def rows(self, table: str) -> Documents:
        """The documents of a table by id, in order; not to be changed."""

    def change(self, changes: list[Change]) -> None: ...
    def now(self) -> int: ...
    def draw(self, kind: str) -> tuple[int, Draw, Change]:
        """An ordinal that was never given out, what chance gives it, and the change that keeps
        it."""

    def labels(self) -> Labels: ...
    def recall(self, note: str, now: int) -> Any: ...
    def draft_job(self, job_id: str, kind: str, due: int, **about: Any) -> Change:
        """The change that makes a job for an instant, in milliseconds since 1970."""

    def require_room_for_jobs(self, more: int, less: int) -> None:
        """Raises Refused where with so many more and less there would be too many jobs."""

    def mask(self, text: str) -> str: ...
    def tell(self, rule_id: str, what: str) -> None:
        """Tell whoever listens what happened to a rule, in a word."""


class NotedMemory:
    """What one rule remembers, as notes of its sandbox; what is new is among ``notes``, to be
    committed.
    """

    def __init__(self, rule_id: str, home: Home, now: int, notes: dict[str, Any]) -> None:
        self._rule_id = rule_id
        self._home = home
        self._now = now
        self._notes = notes

    def recall(self, key: str) -> Any:
        return self._home.recall(f"{self._rule_id}/{key}", self._now)

    def keep(self, key: str, value: Any) -> None:
        self._notes[f"{self._rule_id}/{key}"] = {"until": self._now + TWO_DAYS, "value": value}
