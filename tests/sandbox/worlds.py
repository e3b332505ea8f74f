"""Sandboxes in process: made, called with credentials of their own, and looked at."""

import json
from dataclasses import dataclass, replace
from typing import Any

from tests.calls import JSON, RECEIPT
from tests.conftest import NOW
from tests.nxcloud_signature import signed

ALL = "/_mock/sandboxes"
PROVIDERS = ("d7", "kaleyra", "nxcloud", "kirim")
CUSTOMER = "+628999000111"
CREDENTIALS = {
    "d7": ("token",),
    "kaleyra": ("sid", "api_key"),
    "nxcloud": ("access_key", "access_secret"),
    "kirim": ("api_key",),
}
STATUS = {"d7": 200, "kaleyra": 202, "nxcloud": 200, "kirim": 200}  # of a receipt that is taken

Document = dict[str, Any]


def make(client: Any, **wish: Any) -> Document:
    """The document of a new sandbox."""
    answer = client.post(ALL, json=wish)
    assert answer.status_code == 201, answer.text
    document: Document = answer.json
    return document


def show(client: Any, sandbox: str, what: str = "") -> Any:
    """What the administration tells of a sandbox, such as ``/messages``."""
    answer = client.get(f"{ALL}/{sandbox}{what}")
    assert answer.status_code == 200, answer.text
    return answer.json


def listed(client: Any) -> dict[str, Document]:
    """The list of all sandboxes, by id."""
    return {each["id"]: each for each in client.get(ALL).json["sandboxes"]}


def unattributed(client: Any) -> int:
    count: int = client.get(ALL).json["unattributed"]
    return count


def entries(client: Any, sandbox: str = "default") -> list[Document]:
    found: list[Document] = show(client, sandbox, "/requests")["requests"]
    return found


def messages(client: Any, sandbox: str = "default") -> list[Document]:
    found: list[Document] = show(client, sandbox, "/messages")["messages"]
    return found


def write(client: Any, sandbox: str, provider: str, **message: Any) -> str:
    """The id of a message that a customer writes."""
    body = {"provider": provider, "from": CUSTOMER, **message}
    answer = client.post(f"{ALL}/{sandbox}/messages", json=body)
    assert answer.status_code == 201, answer.text
    message_id: str = answer.json["id"]
    return message_id


def account_of(document: Document, provider: str, label: str = "main") -> Document:
    accounts = document["providers"][provider]["accounts"]
    return next(each for each in accounts if each["label"] == label)


@dataclass(frozen=True)
class Sent:
    """One request, whose path begins at the provider's base."""

    provider: str
    path: str
    headers: dict[str, str]
    body: bytes = b""
    prefix: str = ""

    def below(self, prefix: str) -> "Sent":
        """The same under a prefix, such as ``/kirim``."""
        return replace(self, prefix=prefix)

    def without(self, *headers: str) -> "Sent":
        kept = {name: value for name, value in self.headers.items() if name not in headers}
        return replace(self, headers=kept)

    def with_headers(self, **headers: str) -> "Sent":
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return replace(self, headers=self.headers | more)

    def by(self, client: Any) -> Any:
        """The answer that the application in process gives."""
        return client.post(self.prefix + self.path, headers=self.headers, data=self.body)


def receipt(provider: str, account: Document, message_id: str, now: int = NOW) -> Sent:
    """The receipt for a message, sent with an account's credentials to its first number."""
    number = account["numbers"][0]
    content: Any = {**RECEIPT, "message_id": message_id}
    if provider == "d7":
        headers = {"Authorization": f"Bearer {account['token']}"}
        return Sent(provider, f"/whatsapp/v2/read-receipt/{message_id}", headers)
    if provider == "kaleyra":
        path = f"/v2/{account['sid']}/whatsapp/{number['number']}/messages"
        body = json.dumps({"messaging_object": content}).encode()
        return Sent(provider, path, {"api-key": account["api_key"], **JSON}, body)
    if provider == "nxcloud":
        body = json.dumps({"business_phone": number["number"], **content}).encode()
        keys = {"key": account["access_key"], "secret": account["access_secret"]}
        headers = {**signed(body, now=now, **keys), **JSON}
        return Sent(provider, "/api/wa/markMessageAsRead", headers, body)
    path = f"/v1/{number['phone_number_id']}/messages"
    headers = {"Authorization": f"Bearer {account['api_key']}", **JSON}
    return Sent(provider, path, headers, json.dumps(content).encode())


def succeeded(provider: str, answer: Any) -> bool:
    """NXCloud tells of success by a code in its answer, the others by the status."""
    told = provider != "nxcloud" or answer.json["code"] == 0
    return answer.status_code == STATUS[provider] and told


def mark(client: Any, document: Document, provider: str, message_id: str) -> None:
    """Have a message marked as read by the sandbox's main account."""
    answer = receipt(provider, account_of(document, provider), message_id).by(client)
    assert succeeded(provider, answer), answer.text


def read_ids(client: Any, sandbox: str) -> set[str]:
    return {each["id"] for each in messages(client, sandbox) if each["read_at"]}


def assert_refused(answer: Any, status: int, code: str, *told: str) -> None:
    """That a refusal says in our own shape what was expected, what came and what to do."""
    assert answer.status_code == status, answer.text
    assert set(answer.json) == {"error"}
    error = answer.json["error"]
    assert set(error) == {"code", "message", "hint"}
    assert error["code"] == code
    said = f"{error['message']} {error['hint']}"
    assert all(part in said for part in told), said
    assert error["hint"]
