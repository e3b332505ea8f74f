"""A call, as far as a match looks at it."""

from typing import Any, Protocol


class Candidate(Protocol):
    """What a call's exchange tells, and what the journal keeps of a call too.

    ``path`` is as documented, ``target`` path and query as sent.
    ``content`` is the decoded JSON of the body, or the BadJSON that tells why it is none.
    """

    @property
    def provider_id(self) -> str | None: ...
    @property
    def operation_name(self) -> str | None: ...
    @property
    def account_label(self) -> str | None: ...
    @property
    def message_id(self) -> str | None: ...
    @property
    def business_number(self) -> str | None: ...
    @property
    def customer(self) -> str | None: ...
    @property
    def direction(self) -> str | None: ...
    @property
    def path(self) -> str: ...
    @property
    def target(self) -> str: ...
    @property
    def content(self) -> Any: ...
    def has_header(self, name: str, value: str) -> bool:
        """Whether it has a header of that lower-case name, and exactly this value."""
