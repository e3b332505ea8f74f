"""One valid call per operation, written out from the providers' pages and the fixtures."""

import hashlib
import json
import time
from dataclasses import dataclass, field
from typing import Any

import requests

WAMID = "wamid.HBgNNjI4MTIzNDU2Nzg5FQIAEhggMUE5MDM1QzVDMUYxQTAyRkVCNzZDQjVDMjFFRDQzNTUA"


@dataclass(frozen=True)
class ValidCall:
    """``body`` is sent as it stands; ``host`` is the provider's own."""

    provider: str
    operation: str
    method: str
    path: str
    success: int
    host: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def send(self, base: str, **headers: str) -> requests.Response:
        """Send it under a base URL, signed if the provider wants that."""
        sent = {**self.headers, **self.signature(), **headers}
        url = f"{base}{self.path}"
        return requests.request(self.method, url, headers=sent, data=self.body, timeout=10)

    def signature(self) -> dict[str, str]:
        return nx_headers(self.body) if self.provider == "nxcloud" else {}


def nx_headers(body: bytes, now: int | None = None) -> dict[str, str]:
    ts = str(now or int(time.time() * 1000))
    text = f"accessKey=fme2na3kdi3ki&action=read&bizType=2&ts={ts}&body=".encode()
    sign = hashlib.md5(text + body + b"&accessSecret=abciiiko2k3").hexdigest()
    return {"accessKey": "fme2na3kdi3ki", "ts": ts, "bizType": "2", "action": "read", "sign": sign}


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


JSON = {"Content-Type": "application/json"}
D7 = {"Authorization": "Bearer d7-mock-token-main"}
KALEYRA = {"api-key": "A3b8497f58a94e84b671aca43d06c1e27", **JSON}
KIRIM = {"Authorization": "Bearer kdv_live_TavbPKwIuqOr69ALEKLNennZ", **JSON}
RECEIPT = {"messaging_product": "whatsapp", "status": "read"}
NX_RECEIPT = {
    "business_phone": "8615800001795",
    "message_id": "ABGHhhdgYFCBnwIQNkLO2ipL1_ZpZ41mwgMHEg",
    **RECEIPT,
}
NX_TYPING = {**NX_RECEIPT, "appkey": "f543ertg", "typing_indicator": {"type": "text"}}

CALLS = (
    ValidCall(
        "d7",
        "mark_as_read",
        "POST",
        "/whatsapp/v2/read-receipt/492a17b0-9cd7-11ef-b4bf-0242ac1b0024",
        200,
        "api.d7networks.com",
        D7,
    ),
    ValidCall(
        "d7",
        "get_status",
        "GET",
        "/whatsapp/v2/report/f44e3f43-6d4e-4e46-becd-21993f3dcb8e",
        200,
        "api.d7networks.com",
        D7,
    ),
    ValidCall(
        "kaleyra",
        "mark_as_read",
        "POST",
        "/v2/HXIN1690413850IN/whatsapp/+919606012124/messages",
        202,
        "api.in.kaleyra.io",
        KALEYRA,
        _json({"messaging_object": {**RECEIPT, "message_id": "AXXXXXXXXXXXXXXXXXXX"}}),
    ),
    ValidCall(
        "nxcloud",
        "mark_as_read",
        "POST",
        "/api/wa/markMessageAsRead",
        200,
        "api2.nxcloud.com",
        JSON,
        _json(NX_RECEIPT),
    ),
    ValidCall(
        "nxcloud",
        "typing_indicator",
        "POST",
        "/api/wa/typingIndicator",
        200,
        "api2.nxcloud.com",
        JSON,
        _json(NX_TYPING),
    ),
    ValidCall(
        "kirim",
        "mark_as_read",
        "POST",
        "/v1/106540352242922/messages",
        200,
        "api.kirim.chat",
        KIRIM,
        _json({**RECEIPT, "message_id": WAMID}),
    ),
)
BY_PROVIDER = {call.provider: call for call in reversed(CALLS)}


def named(call: ValidCall) -> str:
    return f"{call.provider}-{call.operation}"
