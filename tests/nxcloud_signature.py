"""NXCloud's signature as its pages describe it, written here independently of the server's own.

Over the four values in ASCII order of their names, the body exactly as it is sent, and the secret.
A body that is empty is left out altogether.
"""

import hashlib
import time

ACCESS_KEY = "fme2na3kdi3ki"
ACCESS_SECRET = "abciiiko2k3"

# What the provider's pages print, or what their algorithm gives for their own examples.
TS = "1655710885431"
DOCUMENTED = (
    ("1", "send", '{"name":"牛小信","id":10001}', "87c3560d3331ae23f1021e2025722354"),
    ("1", "send", '{"id":10001,"name":"牛小信"}', "7750759da06333f20d0640be09355e34"),
    ("1", "send", '{"id": 10001, "name": "牛小信"}', "d0c24a9886c629330d7f3f2056c65bc2"),
)


def sign(
    body: bytes,
    *,
    ts: str,
    key: str = ACCESS_KEY,
    secret: str = ACCESS_SECRET,
    biz_type: str = "2",
    action: str = "read",
) -> str:
    text = f"accessKey={key}&action={action}&bizType={biz_type}&ts={ts}".encode()
    text += b"&body=" + body if body else b""
    text += f"&accessSecret={secret}".encode()
    return hashlib.md5(text).hexdigest()


def signed(
    body: bytes,
    *,
    now: int | None = None,
    key: str = ACCESS_KEY,
    secret: str = ACCESS_SECRET,
    ts: str | None = None,
    biz_type: str = "2",
    action: str = "read",
) -> dict[str, str]:
    """The five headers; ``now`` are the milliseconds of a clock that is not the machine's."""
    instant = ts if ts is not None else str(now or time.time_ns() // 1_000_000)
    common = {"key": key, "ts": instant, "biz_type": biz_type, "action": action}
    return {
        "accessKey": key,
        "ts": instant,
        "bizType": biz_type,
        "action": action,
        "sign": sign(body, secret=secret, **common),
    }
