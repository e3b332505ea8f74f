"""The documented forms of whatever D7 names: messages, tokens, numbers.

Messages have version 1 UUIDs made in containers, ``492a17b0-9cd7-11ef-b4bf-0242ac1b0024``; tokens
are JSON Web Tokens of three parts.
"""

from base64 import urlsafe_b64encode

from mockserver.api import BASE64URL, Draw

JWT_HEADER = urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').decode().rstrip("=")
TOKEN_FORM = r"(?<![\w-])eyJ[\w-]+\.[\w-]+\.[\w-]+"
SIGNATURE = 43  # characters of an HS256 signature


def new_ids(draw: Draw, direction: str, customer: str, now: int) -> tuple[str, None]:
    return draw.uuid1(now), None


def new_credentials(draw: Draw, code: str) -> dict[str, str]:
    """A token whose third part begins with the code."""
    payload = f'{{"aud":"auth-backend:app","sub":"{draw.uuid1(0)}"}}'
    signature = code + draw.text(SIGNATURE - len(code), BASE64URL)
    encoded = urlsafe_b64encode(payload.encode()).decode().rstrip("=")
    return {"token": f"{JWT_HEADER}.{encoded}.{signature}"}


def new_number(draw: Draw, code: str) -> dict[str, str]:
    return {"number": f"+97150{draw.digits(7)}"}


def read_codes(token: str | None) -> tuple[str, ...]:
    parts = (token or "").split(".")
    return (parts[2][:8],) if len(parts) == 3 else ()
