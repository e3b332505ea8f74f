"""Message ids in the older form the pages print, ``ABGHhhdgYFCBnwIQNkLO2ipL1_ZpZ41mwgMHEg``.

The layout was found by decoding the samples; the server itself never looks inside an id.
"""

from base64 import urlsafe_b64encode

from mockserver.core.ids import Ids
from mockserver.core.message import digits_of


def new_ids(ids: Ids, direction: str, customer: str, now: int) -> tuple[str, None]:
    digits = digits_of(customer)[:30]
    number = bytes.fromhex(digits + "f" * (len(digits) % 2))
    head = bytes([0x00 if direction == "inbound" else 0x80, 0x11, 0x80 + len(number)])
    packed = head + number + b"\x02\x10" + ids.octets(16)
    return urlsafe_b64encode(packed).decode().rstrip("="), None
