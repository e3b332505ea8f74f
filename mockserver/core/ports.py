"""What the core needs of the rooms around it, as small interfaces."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from mockserver.core.account import Account
from mockserver.core.errors import Fail
from mockserver.core.ids import Ids
from mockserver.core.message import Message

if TYPE_CHECKING:
    from mockserver.core.exchange import Exchange
    from mockserver.core.pipeline import Outcome


class Clock(Protocol):
    def now(self) -> int:
        """Milliseconds since 1970, UTC."""


class Messages(Protocol):
    """The messages of one sandbox. All but ``all`` cost the same whatever the store holds."""

    def get(self, provider: str, message_id: str) -> Message | None: ...

    def all(self, **wanted: Any) -> list[Message]:
        """Those whose fields have the wanted values, in order of arrival."""

    def add(self, messages: list[Message]) -> list[Message]: ...

    def mark_read(
        self, message: Message, at: int, *, earlier: bool, typing_until: int | None
    ) -> Message:
        """The message, read. ``earlier``: the inbound ones before it in the conversation too."""


@dataclass(slots=True)
class Blow:
    """What the fault rules do to one call. ``rule`` is the id to report."""

    rule: str | None = None
    delay_ms: float = 0.0
    fail: Fail | None = None


class Rule(Protocol):
    def to_json(self) -> dict[str, Any]: ...


class Faults(Protocol):
    """The fault rules of one sandbox, in order of creation."""

    def strike(self, exchange: Exchange) -> Blow:
        """Count the call against every rule that matches. Raises Refused for a bad header."""

    def add(self, data: Any) -> Rule:
        """Raises Refused with the list of what exists; nothing is stored then."""

    def all(self) -> Sequence[Rule]: ...

    def remove(self, rule_id: str) -> bool: ...

    def clear(self) -> None: ...


class Notes(Protocol):
    """What a provider remembers from call to call, each until an instant."""

    def recall(self, key: Hashable, now: int) -> Any:
        """None where there is no such note any more."""

    def keep(self, key: Hashable, value: Any, until: int) -> None: ...


class Journal(Protocol):
    """The newest calls, oldest first."""

    def record(self, outcome: Outcome) -> None: ...

    def entries(self, keep: Callable[[Mapping[str, Any]], bool]) -> list[dict[str, Any]]: ...

    def clear(self) -> None: ...


class Sandbox(Protocol):
    """An isolated world."""

    id: str
    clock: Clock
    ids: Ids
    switches: Mapping[str, Mapping[str, Any]]

    @property
    def messages(self) -> Messages: ...
    @property
    def faults(self) -> Faults: ...
    @property
    def journal(self) -> Journal: ...
    @property
    def notes(self) -> Notes: ...

    def account(self, provider: str, credential: str | None) -> Account | None:
        """The account that a request's first credential names."""

    def accounts(self, provider: str) -> tuple[Account, ...]: ...

    def record(self, provider: str, collection: str, record_id: str) -> Mapping[str, Any] | None:
        """One of the provider's own seeded records, such as a delivery report."""

    def reset(self) -> None:
        """Back to the fixtures, without rules and journal."""
