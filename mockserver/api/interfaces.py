"""What a provider may see of the sandbox that a call falls into, as small interfaces."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from mockserver.api.message import Message


class Messages(Protocol):
    """The messages of one sandbox. Both cost the same whatever the store holds."""

    def get(self, provider: str, message_id: str) -> Message | None: ...

    def unread_before(self, message: Message) -> Sequence[str]:
        """The ids of the unread inbound messages that came before it in its conversation."""


class World(Protocol):
    """One sandbox."""

    @property
    def switches(self) -> Mapping[str, Mapping[str, Any]]: ...
    @property
    def messages(self) -> Messages: ...

    def record(self, provider: str, collection: str, record_id: str) -> Mapping[str, Any] | None:
        """One of the provider's own records, such as a delivery report."""

    def recall(self, note: str, now: int) -> Any:
        """What was noted under that key, None where there is no such note any more."""
