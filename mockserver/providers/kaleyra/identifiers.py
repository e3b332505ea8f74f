"""The documented forms of whatever Kaleyra names: messages, SIDs, keys, numbers.

Message ids are WhatsApp's own, as incoming webhooks carry them; a SID is ``HX``, region, ten
digits and country, a key ``A`` and 32 hex digits.
"""

from mockserver.api import Draw, new_wamid

API_KEY = "api-key"
KEY_FORM = r"(?<![0-9A-Za-z])A[0-9a-f]{32}(?![0-9A-Za-z])"


def new_ids(draw: Draw, direction: str, customer: str, now: int) -> tuple[str, None]:
    return new_wamid(draw, direction, customer), None


def new_credentials(draw: Draw, code: str) -> dict[str, str]:
    return {"sid": f"HXIN{code}{draw.digits(2)}IN", "api_key": f"A{code}{draw.hex(24)}"}


def new_number(draw: Draw, code: str) -> dict[str, str]:
    return {"number": f"+9196{draw.digits(8)}"}


def read_codes(sid: str, api_key: str) -> tuple[str, ...]:
    return sid[4:12], api_key[1:9]
