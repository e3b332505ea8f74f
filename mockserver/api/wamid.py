"""WhatsApp's own message ids, ``wamid.`` and base 64.

The layout was found by decoding samples; nothing in the server ever looks inside an id.
"""

from base64 import b64encode

from mockserver.api.draw import Draw
from mockserver.api.message import digits_of

INBOUND, OUTBOUND = b"\x12", b"\x11"
INBOUND_KEY, OUTBOUND_KEY = 16, 9  # octets


def new_wamid(draw: Draw, direction: str, customer: str) -> str:
    """An id of a message in that direction, ``inbound`` or ``outbound``, from or to a customer."""
    inbound = direction == "inbound"
    digits = digits_of(customer).encode()[:255]
    key = draw.octets(INBOUND_KEY if inbound else OUTBOUND_KEY).hex().upper().encode()
    packed = b"\x1c\x18" + bytes([len(digits)]) + digits
    packed += b"\x15\x02\x00" + (INBOUND if inbound else OUTBOUND)
    packed += b"\x18" + bytes([len(key)]) + key + bytes(1)
    return f"wamid.{b64encode(packed).decode()}"
