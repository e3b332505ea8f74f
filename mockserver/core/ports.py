"""What an exchange needs of the rooms around it, as small interfaces."""

from collections.abc import Hashable, Mapping
from typing import Any, Protocol

from mockserver.core.ids import Ids
from mockserver.core.message import Message


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


class Notes(Protocol):
    """What a provider remembers from call to call, each until an instant."""

    def recall(self, key: Hashable, now: int) -> Any:
        """None where there is no such note any more."""

    def keep(self, key: Hashable, value: Any, until: int) -> None: ...


class World(Protocol):
    """What a provider may see of the sandbox that a call falls into."""

    clock: Clock
    ids: Ids
    switches: Mapping[str, Mapping[str, Any]]

    @property
    def messages(self) -> Messages: ...
    @property
    def notes(self) -> Notes: ...

    def record(self, provider: str, collection: str, record_id: str) -> Mapping[str, Any] | None:
        """One of the provider's own seeded records, such as a delivery report."""
