"""Message ids: ``wamid.`` and base 64, as incoming webhooks carry them."""

from base64 import b64encode

from mockserver.core.ids import Ids


def new_ids(ids: Ids, direction: str, customer: str, now: int) -> tuple[str, None]:
    digits = "".join(filter(str.isdecimal, customer)).encode()[:255]
    key = ids.octets(16).hex().upper().encode()
    kind = b"\x12" if direction == "inbound" else b"\x11"
    packed = b"\x1c\x18" + bytes([len(digits)]) + digits + b"\x15\x02\x00" + kind + b"\x18\x20"
    return f"wamid.{b64encode(packed + key + bytes(1)).decode()}", None
