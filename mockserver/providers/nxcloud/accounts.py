"""Signed headers ``accessKey ts bizType action sign``, optionally ``algorithm``.

Source: the wiki page API Interface Invocation Convention and its newer Chinese revision, which
adds ``algorithm``.
"""

import hashlib
import re
from base64 import b64encode
from collections.abc import Mapping

from mockserver.api import (
    JSON,
    Account,
    AccountKind,
    Call,
    Check,
    Claim,
    Exchange,
    Fail,
    Header,
    LateModule,
    Signing,
    require_condition,
    shown,
)
from mockserver.providers.nxcloud import identifiers
from mockserver.providers.nxcloud.errors import Error

diagnosis = LateModule("mockserver.providers.nxcloud.diagnosis")

BIZ_TYPE = "2"
ACTION = "read"  # of both operations
WINDOW_MS = 60_000
ALGORITHMS = ("md5", "sha256")
SIGNED_HEADERS = (
    Header("accessKey", "who calls", credential=True),
    Header("ts", "when the call was signed: milliseconds since 1970, at most 60 s off"),
    Header("bizType", "the kind of business: WhatsApp", choices=(BIZ_TYPE,)),
    Header("action", "what the call does", choices=(ACTION,)),
    Header(
        "sign",
        "lower-case hex digest of `accessKey=…&action=…&bizType=…&ts=…&body=…&accessSecret=…`, "
        "with the exact bytes of the body; an empty body is left out with its name",
        credential=True,
    ),
    Header("algorithm", "of the digest: md5 if it is not told", required=False, choices=ALGORITHMS),
)

ACCOUNT = AccountKind(
    credentials=("access_key", "access_secret"),
    conditions=("no_permission",),
    states=("bound", "unbound"),
    new_credentials=identifiers.new_credentials,
    new_number=identifiers.new_number,
    secret_forms=(identifiers.ACCESS_KEY_FORM,),
)


def make_signature(
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

    An empty body is left out altogether. For a multipart upload pass no body. What is no known
    algorithm counts as MD5.
    """
    head = f"accessKey={access_key}&action={action}&bizType={biz_type}&ts={ts}".encode()
    signed = head + (b"&body=" + body if body else b"") + f"&accessSecret={secret}".encode()
    digest = hashlib.sha256 if algorithm.lower() == "sha256" else hashlib.md5
    return digest(signed).hexdigest()


def claim(call: Call, args: Mapping[str, str]) -> Claim:
    """The secret never travels, so it is not given."""
    access_key = call.headers.get("accesskey")
    given = {"access_key": access_key, "access_secret": None}
    return Claim(access_key, identifiers.read_codes(access_key), given)


def sign(signing: Signing) -> dict[str, str]:
    """Options: ``algorithm`` md5 or sha256; ``action``, ``biz_type`` and ``ts`` to be wrong."""
    credentials, options = signing.account.credentials, signing.options
    common = {
        "access_key": credentials["access_key"] or "",
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
        "sign": make_signature(
            credentials["access_secret"] or "", signing.body, **common, **chosen
        ),
        **chosen,
        "Content-Type": "application/json",
    }


def make_signatures(account: Account, headers: Mapping[str, str], body: bytes) -> tuple[str, ...]:
    """The right signatures of a call with these headers, by lower-case name, and this body; in
    upper case and in base 64 too, as clients send them by mistake.
    """
    secret = account.credentials["access_secret"]
    if secret is None:
        return ()
    found = tuple(
        make_signature(
            secret,
            body,
            access_key=headers.get("accesskey", ""),
            action=headers.get("action", ""),
            biz_type=headers.get("biztype", ""),
            ts=headers.get("ts", ""),
            algorithm=algorithm,
        )
        for algorithm in ALGORITHMS
    )
    packed = tuple(b64encode(bytes.fromhex(each)).decode() for each in found)
    bare = (each.rstrip("=") for each in packed)
    return (*found, *(each.upper() for each in found), *packed, *bare)


def require_headers(exchange: Exchange) -> None:
    missing = [
        name for name in identifiers.HEADERS if not exchange.call.header(name.lower()).strip()
    ]
    if missing:
        because = f"missing or blank: {', '.join(missing)}"
        expected = f"the headers {', '.join(identifiers.HEADERS)}"
        raise Fail(Error.MISSING_COMMON_PARAMETERS, because, expected=expected, came=because)


def require_fixed_values(exchange: Exchange) -> None:
    for name, fixed in (("bizType", BIZ_TYPE), ("action", ACTION)):
        came = exchange.call.header(name.lower())
        if came != fixed:
            expected = f"{name} {shown(fixed)}"
            raise Fail(Error.PARAMETER_ERROR, expected=expected, came=shown(came))


def require_algorithm(exchange: Exchange) -> None:
    came = exchange.call.headers.get("algorithm", "md5")
    if came.lower() not in ALGORITHMS:
        raise Fail(Error.PARAMETER_ERROR, expected="algorithm md5 or sha256", came=shown(came))


def require_fresh_timestamp(exchange: Exchange) -> None:
    ts, now = exchange.call.header("ts"), exchange.peer_now
    if not re.fullmatch(r"[0-9]{1,18}", ts):
        raise Fail(Error.TIMESTAMP_EXPIRED, expected="ts in milliseconds", came=shown(ts))
    if abs(now - int(ts)) > WINDOW_MS:
        off = now - int(ts)
        side = "before" if off > 0 else "after"
        raise Fail(
            Error.TIMESTAMP_EXPIRED,
            f"ts {ts} is {abs(off)} ms {side} the server's {now}; "
            f"{WINDOW_MS} ms either way are allowed",
            expected=f"ts {now} or {WINDOW_MS} ms more or less",
            came=ts,
        )


def require_access_key(exchange: Exchange) -> None:
    if exchange.account is None:
        came = exchange.call.header("accesskey")
        raise Fail(
            Error.INSUFFICIENT_PERMISSIONS,
            f"no account has the accessKey that starts {shown(came[:4])}",
            expected="the accessKey of an account",
            came=f"one that starts {shown(came[:4])}",
        )


def require_signature(exchange: Exchange) -> None:
    call = exchange.call
    if call.media_type != JSON:
        came = shown(call.header("content-type"))
        raise Fail(Error.INVALID_SIGNATURE, expected=f"Content-Type {JSON}", came=came)
    secret = exchange.caller.credentials["access_secret"]
    if secret is None:
        return  # the sandbox takes any credential: it cannot know the secret of this one
    expected = make_signature(
        secret,
        call.body,
        access_key=call.header("accesskey"),
        action=call.header("action"),
        biz_type=call.header("biztype"),
        ts=call.header("ts"),
        algorithm=call.headers.get("algorithm", "md5"),
    )
    if call.header("sign") != expected:
        coding = call.coding
        packed = f"; Content-Encoding: {coding} is not undone here: sign and send it plain"
        raise Fail(
            Error.INVALID_SIGNATURE,
            expected=f"{expected} over accessKey, action, bizType, ts, the {len(call.body)} bytes "
            "of the body as sent and accessSecret",
            came=f"{shown(call.header('sign'))}{packed if coding else ''}",
        )


def require_number(exchange: Exchange) -> None:
    if exchange.subject.number is None:
        known = ", ".join(each.number for each in exchange.caller.numbers)
        came = exchange.data["business_phone"]
        raise Fail(Error.MERCHANT_PHONE_NUMBER_ERROR, expected=f"one of {known}", came=shown(came))


def require_bound_number(exchange: Exchange) -> None:
    number = exchange.subject.number
    if number is not None and number.state == "unbound":
        because = f"{number.number} is bound to no application"
        expected = "a number in the state bound"
        raise Fail(Error.NUMBER_NOT_BOUND, because, expected=expected, came=because)


AUTHENTICATION = (  # the order is ours: no page tells it; an old but well-signed call says 1004
    Check(
        "headers",
        require_headers,
        (Error.MISSING_COMMON_PARAMETERS,),
        diagnosis.diagnose_headers,
    ),
    Check(
        "fixed_values", require_fixed_values, (Error.PARAMETER_ERROR,), diagnosis.diagnose_values
    ),
    Check("algorithm", require_algorithm, (Error.PARAMETER_ERROR,), diagnosis.diagnose_values),
    Check(
        "timestamp",
        require_fresh_timestamp,
        (Error.TIMESTAMP_EXPIRED,),
        diagnosis.diagnose_timestamp,
    ),
    Check(
        "access_key",
        require_access_key,
        (Error.INSUFFICIENT_PERMISSIONS,),
        diagnosis.diagnose_access_key,
    ),
    Check(
        "signature",
        require_signature,
        (Error.INVALID_SIGNATURE,),
        diagnosis.diagnose_signature,
        wants_body=True,
    ),
    require_condition("permission", {"no_permission": Error.INSUFFICIENT_PERMISSIONS}),
)
NUMBER = (
    Check(
        "number",
        require_number,
        (Error.MERCHANT_PHONE_NUMBER_ERROR,),
        diagnosis.diagnose_own_number,
    ),
    Check(
        "binding",
        require_bound_number,
        (Error.NUMBER_NOT_BOUND,),
        diagnosis.diagnose_own_number,
    ),
)
