"""Signed headers ``accessKey ts bizType action sign``, optionally ``algorithm``.

Source: the wiki page API Interface Invocation Convention and its newer Chinese revision, which
adds ``algorithm``.
"""

import hashlib
import re

from mockserver.core.account import AccountKind
from mockserver.core.call import JSON, Call
from mockserver.core.checks import in_order
from mockserver.core.errors import Fail
from mockserver.core.provider import Exchange, Signing
from mockserver.core.shown import shown
from mockserver.providers.nxcloud.errors import Error

BIZ_TYPE = "2"
ACTION = "read"  # of both operations
WINDOW_MS = 60_000
HEADERS = ("accessKey", "ts", "bizType", "action", "sign")
ALGORITHMS = ("md5", "sha256")

ACCOUNT = AccountKind(
    credentials=("access_key", "access_secret"),
    conditions=("no_permission",),
    states=("bound", "unbound"),
)


def signature(
    secret: str,
    body: bytes,
    *,
    access_key: str,
    action: str,
    biz_type: str,
    ts: str,
    algorithm: str = "md5",
) -> str:
    """Lower-case hex digest over the header values in ASCII order, the exact body, the secret.

    An empty body is left out altogether. For a multipart upload pass no body.
    """
    head = f"accessKey={access_key}&action={action}&bizType={biz_type}&ts={ts}".encode()
    signed = head + (b"&body=" + body if body else b"") + f"&accessSecret={secret}".encode()
    digest = hashlib.sha256 if algorithm == "sha256" else hashlib.md5
    return digest(signed).hexdigest()


def claim(call: Call) -> str | None:
    return call.headers.get("accesskey")


def sign(signing: Signing) -> dict[str, str]:
    """Options: ``algorithm`` md5 or sha256; ``action``, ``biz_type`` and ``ts`` to be wrong."""
    credentials, options = signing.account.credentials, signing.options
    common = {
        "access_key": credentials["access_key"],
        "action": options.get("action", ACTION),
        "biz_type": options.get("biz_type", BIZ_TYPE),
        "ts": options.get("ts", str(signing.now)),
    }
    chosen = {"algorithm": options["algorithm"]} if "algorithm" in options else {}
    return {
        "accessKey": common["access_key"],
        "ts": common["ts"],
        "bizType": common["biz_type"],
        "action": common["action"],
        "sign": signature(credentials["access_secret"], signing.body, **common, **chosen),
        **chosen,
        "Content-Type": "application/json",
    }


def headers_present(exchange: Exchange) -> None:
    missing = [name for name in HEADERS if not exchange.call.header(name.lower()).strip()]
    if missing:
        raise Fail(Error.MISSING_COMMON_PARAMETERS, f"missing or blank: {', '.join(missing)}")


def fixed_values(exchange: Exchange) -> None:
    for name, fixed in (("bizType", BIZ_TYPE), ("action", ACTION)):
        came = exchange.call.header(name.lower())
        if came != fixed:
            raise Fail(Error.PARAMETER_ERROR, f"expected {name} {shown(fixed)}, came {shown(came)}")


def algorithm_known(exchange: Exchange) -> None:
    came = exchange.call.headers.get("algorithm", "md5")
    if came.lower() not in ALGORITHMS:
        raise Fail(Error.PARAMETER_ERROR, f"expected algorithm md5 or sha256, came {shown(came)}")


def timestamp_fresh(exchange: Exchange) -> None:
    ts, now = exchange.call.header("ts"), exchange.call.received_at
    if not re.fullmatch(r"[0-9]{1,18}", ts):
        raise Fail(Error.TIMESTAMP_EXPIRED, f"expected ts in milliseconds, came {shown(ts)}")
    if abs(now - int(ts)) > WINDOW_MS:
        off = now - int(ts)
        raise Fail(
            Error.TIMESTAMP_EXPIRED,
            f"ts {ts} is {off} ms before the server's {now}; {WINDOW_MS} ms either way are allowed",
        )


def access_key_known(exchange: Exchange) -> None:
    if exchange.account is None:
        came = exchange.call.header("accesskey")
        raise Fail(
            Error.INSUFFICIENT_PERMISSIONS,
            f"no account has the accessKey that starts {shown(came[:4])}",
        )


def signature_matches(exchange: Exchange) -> None:
    call = exchange.call
    if call.media_type != JSON:
        came = shown(call.header("content-type"))
        raise Fail(Error.INVALID_SIGNATURE, f"expected Content-Type {JSON}, came {came}")
    expected = signature(
        exchange.caller.credentials["access_secret"],
        call.body,
        access_key=call.header("accesskey"),
        action=call.header("action"),
        biz_type=call.header("biztype"),
        ts=call.header("ts"),
        algorithm=call.headers.get("algorithm", "md5").lower(),
    )
    if call.header("sign") != expected:
        raise Fail(
            Error.INVALID_SIGNATURE,
            f"expected {expected} over accessKey, action, bizType, ts, the {len(call.body)} bytes "
            f"of the body as sent and accessSecret, came {shown(call.header('sign'))}",
        )


account_permitted = in_order({"no_permission": Error.INSUFFICIENT_PERMISSIONS})


def number_known(exchange: Exchange) -> None:
    known = [each.number for each in exchange.caller.numbers]
    came = exchange.data["business_phone"]
    if came not in known:
        raise Fail(
            Error.MERCHANT_PHONE_NUMBER_ERROR,
            f"expected one of {', '.join(known)}, came {shown(came)}",
        )


def number_bound(exchange: Exchange) -> None:
    came = exchange.data["business_phone"]
    if any(each.state == "unbound" for each in exchange.caller.numbers if each.number == came):
        raise Fail(Error.NUMBER_NOT_BOUND, f"{came} is bound to no application")
