"""WhatsApp messages."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from mockserver.text.times import iso, iso_or_none

TYPING_MS = 25_000  # every provider that says so: the bubble ends after about 25 seconds

DIRECTIONS = ("inbound", "outbound")
TYPES = (
    "text", "image", "audio", "video", "document", "sticker",
    "location", "contacts", "reaction", "button", "interactive",
)  # fmt: skip
DEFAULT_TYPE = "text"
_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class Message(NamedTuple):
    """One message between a business number and a customer.

    ``id`` is what a client sends to mark it read; ``external_id`` the provider's own id of the
    row, where it has one. ``content`` is the object of the message's type as JSON text, so that
    nobody who was handed a message can change it. ``sequence`` tells messages of one instant
    apart. Instants are milliseconds; ``read_at`` and
    ``typing_until`` are None until they happen. ``upstream_calls`` counts the receipts that the
    provider would have passed on to WhatsApp for this message.
    """

    id: str
    provider: str
    account: str
    direction: str
    business_number: str
    customer: str
    type: str
    content: str
    received_at: int
    sequence: int
    read_at: int | None = None
    typing_until: int | None = None
    upstream_calls: int = 0
    external_id: str | None = None

    @property
    def inbound(self) -> bool:
        """Whether the customer wrote it."""
        return self.direction == "inbound"

    def to_json(self) -> dict[str, Any]:
        """As the administration API shows it."""
        return {
            "id": self.id,
            "provider": self.provider,
            "account": self.account,
            "direction": self.direction,
            "business_number": self.business_number,
            "customer": self.customer,
            "type": self.type,
            self.type: json.loads(self.content),
            "received_at": iso(self.received_at),
            "read_at": iso_or_none(self.read_at),
            "typing_until": iso_or_none(self.typing_until),
            "upstream_calls": self.upstream_calls,
            "external_id": self.external_id,
        }


def digits_of(number: str) -> str:
    """The digits of a phone number however it is written: providers differ in plus signs and
    spaces.
    """
    plain = number.removeprefix("+")  # most are written so, which is found out in a tenth
    return plain if plain.isdecimal() else "".join(filter(str.isdecimal, number))


def content_of(data: Mapping[str, Any]) -> str:
    """The content of what was read by the schema of messages, as a message keeps it."""
    return _COMPACT.encode(data[data["type"]])
