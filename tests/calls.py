"""One valid call per operation, written out from the providers' pages and the fixtures.

The only place where the tests spell the paths, tokens, numbers and ids of these calls.
"""

import json
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.nxcloud_signature import signed

D7_TOKEN = "d7-mock-token-main"
D7_MESSAGE = "492a17b0-9cd7-11ef-b4bf-0242ac1b0024"
D7_REQUEST = "f44e3f43-6d4e-4e46-becd-21993f3dcb8e"
KALEYRA_KEY = "A3b8497f58a94e84b671aca43d06c1e27"
KALEYRA_SID = "HXIN1690413850IN"
KALEYRA_NUMBER = "+919606012124"
KALEYRA_MESSAGE = "AXXXXXXXXXXXXXXXXXXX"
NX_NUMBER = "185xxxx8399"
NX_MESSAGE = "ABGHhhdgYFCBnwIQNkLO2ipL1_ZpZ41mwgMHEg"
KIRIM_KEY = "kdv_live_TavbPKwIuqOr69ALEKLNennZ"
KIRIM_NUMBER_ID = "106540352242922"
WAMID = "wamid.HBgNNjI4MTIzNDU2Nzg5FQIAEhggMUE5MDM1QzVDMUYxQTAyRkVCNzZDQjVDMjFFRDQzNTUA"
WAMID_ROW = "msg_01JB6R4M0W9ZK3T7Q2YVXN8HCE"

JSON = {"Content-Type": "application/json"}
D7 = {"Authorization": f"Bearer {D7_TOKEN}"}
KALEYRA = {"api-key": KALEYRA_KEY, **JSON}
KIRIM = {"Authorization": f"Bearer {KIRIM_KEY}", **JSON}
RECEIPT = {"messaging_product": "whatsapp", "status": "read"}
INDICATOR = {"typing_indicator": {"type": "text"}}
NX_RECEIPT = {"business_phone": NX_NUMBER, "message_id": NX_MESSAGE, **RECEIPT}
NX_TYPING = {**NX_RECEIPT, "appkey": "f543ertg", **INDICATOR}


@dataclass(frozen=True, eq=False)
class ValidCall:
    """``body`` is sent as it stands; ``host`` is the provider's own.

    ``template`` with ``arguments`` filled in is ``path``. ``full`` is a body with every member
    that a page documents, and ``message_id`` the message that the call is about.
    """

    provider: str
    operation: str
    method: str
    path: str
    success: int
    host: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    template: str = ""
    arguments: dict[str, str] = field(default_factory=dict)
    full: Any = None
    message_id: str = ""

    def send(self, base: str, **headers: str) -> requests.Response:
        """Send it under a base URL, signed if the provider wants that."""
        sent = {**self.headers, **self.signature(), **headers}
        url = f"{base}{self.path}"
        return requests.request(self.method, url, headers=sent, data=self.body, timeout=10)

    def signature(self, body: bytes | None = None, now: int | None = None) -> dict[str, str]:
        """The headers that come from the body: none but for NXCloud."""
        if self.provider != "nxcloud":
            return {}
        return signed(self.body if body is None else body, now=now)

    def succeeded(self, status: int, answer: Any) -> bool:
        """NXCloud tells of success by a code in its answer, the others by the status."""
        told = self.provider != "nxcloud" or answer["code"] == 0
        return status == self.success and told

    @property
    def full_body(self) -> bytes:
        return json.dumps(self.full).encode()


def _call(
    provider: str,
    operation: str,
    method: str,
    template: str,
    success: int,
    host: str,
    headers: dict[str, str],
    message_id: str,
    *,
    content: Any = None,
    full: Any = None,
    **arguments: str,
) -> ValidCall:
    if "{message_id}" in template:
        arguments["message_id"] = message_id
    path = template.format_map(arguments)
    body = b"" if content is None else json.dumps(content).encode()
    return ValidCall(
        provider, operation, method, path, success, host, headers, body,
        template, arguments, content if full is None else full, message_id,
    )  # fmt: skip


D7_RECEIPT = _call(
    "d7",
    "mark_as_read",
    "POST",
    "/whatsapp/v2/read-receipt/{message_id}",
    200,
    "api.d7networks.com",
    D7,
    D7_MESSAGE,
    full={"typing": True},
)
D7_REPORT = _call(
    "d7",
    "get_status",
    "GET",
    "/whatsapp/v2/report/{request_id}",
    200,
    "api.d7networks.com",
    D7,
    D7_MESSAGE,
    full={},
    request_id=D7_REQUEST,
)
KALEYRA_RECEIPT = _call(
    "kaleyra",
    "mark_as_read",
    "POST",
    "/v2/{sid}/whatsapp/{phone_number}/messages",
    202,
    "api.in.kaleyra.io",
    KALEYRA,
    KALEYRA_MESSAGE,
    content={"messaging_object": {**RECEIPT, "message_id": KALEYRA_MESSAGE}},
    full={
        "messaging_object": {**RECEIPT, "message_id": KALEYRA_MESSAGE, **INDICATOR},
        "extra_info": {"ref": "order 77", "ref1": "a", "ref2": "b", "wa_source": "zoho"},
    },
    sid=KALEYRA_SID,
    phone_number=KALEYRA_NUMBER,
)
NXCLOUD_RECEIPT = _call(
    "nxcloud",
    "mark_as_read",
    "POST",
    "/api/wa/markMessageAsRead",
    200,
    "api2.nxcloud.com",
    JSON,
    NX_MESSAGE,
    content=NX_RECEIPT,
)
NXCLOUD_TYPING = _call(
    "nxcloud",
    "typing_indicator",
    "POST",
    "/api/wa/typingIndicator",
    200,
    "api2.nxcloud.com",
    JSON,
    NX_MESSAGE,
    content=NX_TYPING,
)
KIRIM_RECEIPT = _call(
    "kirim",
    "mark_as_read",
    "POST",
    "/v1/{phone_number_id}/messages",
    200,
    "api.kirim.chat",
    KIRIM,
    WAMID,
    content={**RECEIPT, "message_id": WAMID},
    full={**RECEIPT, "message_id": WAMID, **INDICATOR},
    phone_number_id=KIRIM_NUMBER_ID,
)
CALLS = (
    D7_RECEIPT,
    D7_REPORT,
    KALEYRA_RECEIPT,
    NXCLOUD_RECEIPT,
    NXCLOUD_TYPING,
    KIRIM_RECEIPT,
)
BY_PROVIDER = {call.provider: call for call in reversed(CALLS)}


def named(call: ValidCall) -> str:
    return f"{call.provider}-{call.operation}"
