"""Message ids: WhatsApp's own ``wamid.…`` and KirimChat's ``msg_…`` of the row.

Sources: developers.kirim.chat/concepts/resource-ids/; a wamid's layout was found by decoding the
samples, and the server itself never looks inside one.
"""

from base64 import b64encode

from mockserver.core.ids import Ids


def new_ids(ids: Ids, direction: str, customer: str, now: int) -> tuple[str, str]:
    digits = "".join(filter(str.isdecimal, customer)).encode()[:255]
    kind, length = (b"\x12", 16) if direction == "inbound" else (b"\x11", 9)
    key = ids.octets(length).hex().upper().encode()
    packed = b"\x1c\x18" + bytes([len(digits)]) + digits + b"\x15\x02\x00" + kind
    packed += b"\x18" + bytes([len(key)]) + key + bytes(1)
    return f"wamid.{b64encode(packed).decode()}", f"msg_{ids.crockford()}"
