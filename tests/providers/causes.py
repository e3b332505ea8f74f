"""What makes each check of the four providers refuse a call with each of its rows.

A cause is how a valid call is changed for that. The table is written out, and complete for the
providers that it names.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from mockserver.api import Operation, Provider
from tests.conftest import NOW, STATE
from tests.derived import DerivedCall, derive_call

LIMIT = 1_048_576  # bytes of a body


@dataclass(frozen=True)
class Cause:
    """What of the valid call is different.

    ``account`` makes it, by label; ``arguments`` stand in the path and ``headers`` beside those of
    ``sign``, without those that are None. ``body`` is sent as it stands, and signed; ``members``
    of the JSON object are changed, by name. ``about`` is the message's direction and age in days
    where it is another one. ``options`` are those of ``sign``, ``switches`` the provider's.
    ``before`` is sent ahead, so many times.
    """

    account: str | None = None
    arguments: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str | None] = field(default_factory=dict)
    body: bytes | None = None
    members: Mapping[str, Any] = field(default_factory=dict)
    about: tuple[str, int] | None = None
    method: str | None = None
    path: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    switches: Mapping[str, Any] = field(default_factory=dict)
    before: "tuple[Cause, int] | None" = None


BEARER = {"Authorization": "Bearer nobody"}
KEYED = {"Idempotency-Key": "one"}
OUTBOUND = ("outbound", 0)

KEPT_REFUSALS = {
    "PHONE_NUMBER_NOT_FOUND": Cause(headers=KEYED, arguments={"phone_number_id": "1"}),
    "ACCOUNT_NOT_CONNECTED": Cause("not_connected", headers=KEYED),
    "INVALID_REQUEST": Cause(headers=KEYED, body=b"[]"),
    "MISSING_REQUIRED_FIELD": Cause(headers=KEYED, body=b"{}"),
    "INVALID_FIELD_VALUE": Cause(headers=KEYED, about=OUTBOUND),
    "RESOURCE_NOT_FOUND": Cause(headers=KEYED, members={"message_id": "unknown"}),
}

CAUSES: dict[tuple[str, str, str], Cause] = {
    ("d7", "token", "ACCESS_TOKEN_SIGNATURE_VERIFICATION_FAILED"): Cause(headers=BEARER),
    ("d7", "account", "ACCESS_TOKEN_EXPIRED"): Cause("expired"),
    ("d7", "account", "APPLICATION_NOT_EXISTS"): Cause("deleted"),
    ("d7", "credit", "INSUFFICIENT_CREDIT"): Cause("no_credit"),
    ("d7", "message", "WHATSAPP_MESSAGE_NOT_EXISTS"): Cause(arguments={"message_id": "undefined"}),
    ("d7", "report", "WHATSAPP_LOG_NOT_EXISTS"): Cause(arguments={"request_id": "undefined"}),
    ("kaleyra", "credentials", "INCORRECT_CREDENTIALS"): Cause(headers={"api-key": "wrong"}),
    ("kaleyra", "account_type", "ACCOUNT_TYPE"): Cause("prepaid"),
    ("kaleyra", "number", "PHONE_NUMBER_UNKNOWN"): Cause(
        arguments={"phone_number": "+919999999999"}
    ),
    ("kaleyra", "number", "PHONE_NUMBER_INACTIVE"): Cause(
        arguments={"phone_number": "+919606012125"}
    ),
    ("kaleyra", "number", "PHONE_NUMBER_VERSION"): Cause(
        arguments={"phone_number": "+919606012126"}
    ),
    ("kaleyra", "content_type", "INCORRECT_PAYLOAD"): Cause(headers={"Content-Type": "text/plain"}),
    ("kaleyra", "body", "INCORRECT_PAYLOAD"): Cause(body=b"{}"),
    ("kaleyra", "balance", "LOW_BALANCE"): Cause("low_balance"),
    ("kaleyra", "message", "INCORRECT_PAYLOAD"): Cause(
        about=OUTBOUND, switches={"unknown_message": "reject"}
    ),
    ("nxcloud", "headers", "MISSING_COMMON_PARAMETERS"): Cause(headers={"sign": None}),
    ("nxcloud", "fixed_values", "PARAMETER_ERROR"): Cause(options={"action": "mt"}),
    ("nxcloud", "algorithm", "PARAMETER_ERROR"): Cause(headers={"algorithm": "sha1"}),
    ("nxcloud", "timestamp", "TIMESTAMP_EXPIRED"): Cause(options={"ts": "1655710885431"}),
    ("nxcloud", "access_key", "INSUFFICIENT_PERMISSIONS"): Cause(headers={"accessKey": "nobody"}),
    ("nxcloud", "signature", "INVALID_SIGNATURE"): Cause(headers={"sign": "0" * 32}),
    ("nxcloud", "permission", "INSUFFICIENT_PERMISSIONS"): Cause("no_permission"),
    ("nxcloud", "body", "PARAMETER_ERROR"): Cause(body=b"[]"),
    ("nxcloud", "body", "PARAMETER_EXCEPTION"): Cause(body=b"{}"),
    ("nxcloud", "number", "MERCHANT_PHONE_NUMBER_ERROR"): Cause(
        members={"business_phone": "8615800009999"}
    ),
    ("nxcloud", "binding", "NUMBER_NOT_BOUND"): Cause(members={"business_phone": "8615800001796"}),
    ("nxcloud", "message", "REQUEST_FAILED"): Cause(members={"message_id": "unknown"}),
    ("kirim", "token", "INVALID_API_KEY"): Cause(headers=BEARER),
    ("kirim", "account", "EXPIRED_API_KEY"): Cause("expired"),
    ("kirim", "account", "RATE_LIMIT_EXCEEDED"): Cause("rate_limited"),
    ("kirim", "rate_limit", "RATE_LIMIT_EXCEEDED"): Cause(
        switches={"enforce_rate_limits": True}, before=(Cause(), 60)
    ),
    ("kirim", "number", "PHONE_NUMBER_NOT_FOUND"): Cause(arguments={"phone_number_id": "1"}),
    ("kirim", "number", "ACCOUNT_NOT_CONNECTED"): Cause("not_connected"),
    ("kirim", "body", "INVALID_REQUEST"): Cause(body=b"[]"),
    ("kirim", "body", "MISSING_REQUIRED_FIELD"): Cause(body=b"{}"),
    ("kirim", "body", "INVALID_FIELD_VALUE"): Cause(members={"status": "seen"}),
    ("kirim", "idempotency_key", "IDEMPOTENCY_KEY_REUSE"): Cause(
        headers=KEYED, members={"more": 1}, before=(Cause(headers=KEYED), 1)
    ),
    **{
        ("kirim", "idempotency_key", row): replace(cause, before=(cause, 1))
        for row, cause in KEPT_REFUSALS.items()
    },
    ("kirim", "message", "RESOURCE_NOT_FOUND"): Cause(members={"message_id": "unknown"}),
    ("kirim", "direction", "INVALID_FIELD_VALUE"): Cause(about=OUTBOUND),
    ("kirim", "upstream", "WHATSAPP_UPSTREAM_ERROR"): Cause(about=("inbound", 8)),
}
"""By provider, check and row."""

SHARED = {
    "NOT_FOUND": Cause(path="/no/such/path"),
    "METHOD_NOT_ALLOWED": Cause(method="PATCH"),
    "BODY_TOO_LARGE": Cause(body=b" " * (LIMIT + 1)),
}
"""What every operation of every provider may answer, whatever its checks."""


def make_call(provider: Provider, operation: Operation, cause: Cause) -> DerivedCall:
    """The operation's valid call, changed by the cause; its headers are given to ``send``."""
    call = derive_call(provider, operation, cause.account, cause.about)
    content = {**(call.full or {}), **cause.members}
    return replace(
        call,
        method=cause.method or call.method,
        path=cause.path or operation.path_for({**call.arguments, **cause.arguments}),
        body=json.dumps(content).encode() if content else b"",
        options=cause.options,
    )


def send(client: Any, provider: Provider, operation: Operation, cause: Cause) -> Any:
    """The answer in process to the changed call, after what is to be sent before it."""
    if cause.before is not None:
        first, times = cause.before
        for _ in range(times):
            send(client, provider, operation, first)
    call = make_call(provider, operation, cause)
    body = call.body if cause.body is None else cause.body
    signed = {**call.signature(body, NOW), **cause.headers}
    headers = {name: value for name, value in signed.items() if value is not None}
    url = f"/{provider.id}{call.path}"
    return client.open(url, method=call.method, headers=headers, data=body)


def newest_entry(client: Any) -> dict[str, Any]:
    [entry] = client.get(f"{STATE}/requests?limit=1").json["requests"]
    found: dict[str, Any] = entry
    return found
