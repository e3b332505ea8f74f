"""The documented forms of whatever NXCloud names: messages, access keys, numbers.

Messages have the older form that the pages print, ``ABGHhhdgYFCBnwIQNkLO2ipL1_ZpZ41mwgMHEg``; its
layout was found by decoding the samples, and the server itself never looks inside an id. Keys and
secrets are lower-case letters and digits.
"""

from base64 import urlsafe_b64encode

from mockserver.api import LOWER, Draw, digits_of

HEADERS = ("accessKey", "ts", "bizType", "action", "sign")
"""Those that authenticate a call."""
ACCESS_KEY_FORM = r"(?<![0-9A-Za-z])f[0-9]{8}[0-9a-z]{4}(?![0-9A-Za-z])"
"""Of those made for a sandbox; a real one, like a secret, is any lower-case word."""


def new_ids(draw: Draw, direction: str, customer: str, now: int) -> tuple[str, None]:
    digits = digits_of(customer)[:30]
    number = bytes.fromhex(digits + "f" * (len(digits) % 2))
    head = bytes([0x00 if direction == "inbound" else 0x80, 0x11, 0x80 + len(number)])
    packed = head + number + b"\x02\x10" + draw.octets(16)
    return urlsafe_b64encode(packed).decode().rstrip("="), None


def new_credentials(draw: Draw, code: str) -> dict[str, str]:
    return {
        "access_key": f"f{code}{draw.text(4, LOWER)}",
        "access_secret": draw.text(16, LOWER),
    }


def new_number(draw: Draw, code: str) -> dict[str, str]:
    return {"number": f"86158{draw.digits(8)}"}


def read_codes(access_key: str | None) -> tuple[str, ...]:
    return ((access_key or "")[1:9],)
