"""How each provider is told that a message was read, and what its answers mean.

A request is ``(url, headers, body)``; settings are variables, such as ``KIRIM_API_KEY``.
"""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

Settings = Mapping[str, str]
Request = tuple[str, dict[str, str], bytes]


class Outcome(Enum):
    DONE = "done"
    LATER = "try again"
    NEVER = "no use in trying again"


@dataclass(frozen=True)
class Incoming:
    """A message that came: which provider brought it, to which of our numbers."""

    provider: str
    id: str
    business_number: str


def d7(message: Incoming, settings: Settings) -> Request:
    url = f"{settings['D7_BASE_URL']}/whatsapp/v2/read-receipt/{message.id}"
    return url, {"Authorization": f"Bearer {settings['D7_TOKEN']}"}, b""


def kaleyra(message: Incoming, settings: Settings) -> Request:
    base, sid = settings["KALEYRA_BASE_URL"], settings["KALEYRA_SID"]
    url = f"{base}/v2/{sid}/whatsapp/{message.business_number}/messages"
    headers = {"api-key": settings["KALEYRA_API_KEY"], "Content-Type": "application/json"}
    return url, headers, json.dumps({"messaging_object": receipt(message)}).encode()


def nxcloud(message: Incoming, settings: Settings) -> Request:
    body = json.dumps({"business_phone": message.business_number, **receipt(message)}).encode()
    headers = {
        "accessKey": settings["NXCLOUD_ACCESS_KEY"],
        "action": "read",
        "bizType": "2",
        "ts": str(int(time.time() * 1000)),
    }
    signed = "&".join(f"{name}={value}" for name, value in headers.items()).encode()
    secret = settings["NXCLOUD_ACCESS_SECRET"].encode()
    headers["sign"] = hashlib.md5(
        signed + b"&body=" + body + b"&accessSecret=" + secret
    ).hexdigest()
    headers["Content-Type"] = "application/json"
    return f"{settings['NXCLOUD_BASE_URL']}/api/wa/markMessageAsRead", headers, body


def kirim(message: Incoming, settings: Settings) -> Request:
    url = f"{settings['KIRIM_BASE_URL']}/v1/{settings['KIRIM_PHONE_NUMBER_ID']}/messages"
    headers = {
        "Authorization": f"Bearer {settings['KIRIM_API_KEY']}",
        "Content-Type": "application/json",
    }
    return url, headers, json.dumps(receipt(message)).encode()


def receipt(message: Incoming) -> dict[str, str]:
    return {"messaging_product": "whatsapp", "status": "read", "message_id": message.id}


REQUESTS: dict[str, Callable[[Incoming, Settings], Request]] = {
    "d7": d7,
    "kaleyra": kaleyra,
    "nxcloud": nxcloud,
    "kirim": kirim,
}
CODES_FOR_LATER = {1004, 9001}  # of NXCloud: the stamp was too old, the service itself fails


def judge(provider: str, status: int, text: str) -> Outcome:
    """What an answer means. A proxy's page in place of JSON is no answer of the provider's."""
    if status == 429 or status >= 500:
        return Outcome.LATER
    if status >= 400:
        return Outcome.NEVER
    try:
        answer: Any = json.loads(text)
    except ValueError:
        return Outcome.LATER
    if provider == "nxcloud" and answer["code"] != 0:
        return Outcome.LATER if answer["code"] in CODES_FOR_LATER else Outcome.NEVER
    return Outcome.DONE
