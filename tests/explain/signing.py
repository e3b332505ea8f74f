"""A small client of NXCloud's that signs as it is told to: rightly, or with a usual mistake.

Written from the provider's pages, independently of the server's own code.
"""

import hashlib
import time
from collections.abc import Callable
from typing import Any

import requests

from tests.nxcloud_signature import ACCESS_KEY, ACCESS_SECRET

PATH = "/api/wa/markMessageAsRead"
NAMES = ("accessKey", "action", "bizType", "ts")


def md5(text: bytes) -> str:
    return hashlib.md5(text).hexdigest()


def sha256(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


def build(
    signed: bytes | None,
    *,
    names: tuple[str, ...] = NAMES,
    name: bytes = b"&body=",
    secret: str = ACCESS_SECRET,
    **values: str,
) -> bytes:
    """The string that is digested; ``signed`` is the body in it, None for none."""
    head = "&".join(f"{each}={values[each]}" for each in names).encode()
    body = b"" if signed is None else name + signed
    return head + body + f"&accessSecret={secret}".encode()


def send(
    url: str,
    body: bytes,
    *,
    path: str = PATH,
    signed: bytes | None = b"",
    digest: Callable[[bytes], str] = md5,
    ts: str | None = None,
    signed_ts: Callable[[str], str] = str,
    headers: dict[str, str] | None = None,
    access_key: str = ACCESS_KEY,
    sign: Callable[[dict[str, str]], str] | None = None,
    action: str = "read",
    biz_type: str = "2",
    **how: Any,
) -> requests.Response:
    """Send a body, signed over ``signed`` (the body itself where that is empty bytes)."""
    instant = ts or str(time.time_ns() // 1_000_000)
    values = {
        "accessKey": access_key, "action": action, "bizType": biz_type, "ts": signed_ts(instant),
    }  # fmt: skip
    covered = body if signed == b"" else signed
    made = sign(values) if sign else digest(build(covered, **values, **how))
    sent = {"accessKey": access_key, "ts": instant, "bizType": "2", "action": "read", "sign": made}
    all_headers = {**sent, "Content-Type": "application/json", **(headers or {})}
    return requests.post(url + path, data=body, headers=all_headers, timeout=10)
