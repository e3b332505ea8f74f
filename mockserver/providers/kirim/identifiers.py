"""The documented forms of whatever KirimChat names: messages, keys, numbers.

Messages have WhatsApp's own id, and KirimChat's ``msg_…`` of the row; a key is ``kdv_live_`` and 24
characters of base64url. Source: developers.kirim.chat/concepts/resource-ids/.
"""

from mockserver.api import BASE64URL, Draw, new_wamid

KEY = "kdv_live_"
KEY_FORM = r"kdv_(?:live|test)_[\w-]{8,}"


def new_ids(draw: Draw, direction: str, customer: str, now: int) -> tuple[str, str]:
    return new_wamid(draw, direction, customer), f"msg_{draw.crockford()}"


def new_credentials(draw: Draw, code: str) -> dict[str, str]:
    return {"api_key": f"{KEY}{code}{draw.text(16, BASE64URL)}"}


def new_number(draw: Draw, code: str) -> dict[str, str]:
    return {"number": f"+6281{draw.digits(8)}", "phone_number_id": f"1{code}{draw.digits(6)}"}


def read_codes(api_key: str | None, phone_number_id: str) -> tuple[str, ...]:
    return (api_key or "")[len(KEY) : len(KEY) + 8], phone_number_id[1:9]
