"""Why NXCloud refuses a call: headers, time stamp, and by which mistake a signature came about."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, permutations, product
from typing import NamedTuple

from mockserver.api import (
    DAY,
    SECOND,
    Account,
    Case,
    Finding,
    Parts,
    Remark,
    Slip,
    Variant,
    Wanted,
    diagnose_credential,
    diagnose_message,
    diagnose_number,
    find_nearest_header,
    is_placeholder,
    keep_distinct,
    list_body_variants,
    list_starts,
    list_tails,
    list_url_encodings,
    read_signature,
    search_slips,
    shown,
)
from mockserver.providers.nxcloud.identifiers import HEADERS

NAMES = ("accessKey", "action", "bizType", "ts")  # in ASCII order
USUAL_ORDERS = (
    ("accessKey", "ts", "bizType", "action"),  # as the pages list the headers
    ("accessKey", "bizType", "action", "ts"),
    ("ts", "bizType", "action", "accessKey"),
)
ACTIONS = ("mt", "markMessageAsRead", "typingIndicator", "send", "typing", "Read", "READ", "")
BIZ_TYPES = ("1", "3", "", "4", "5", "0")
USUAL = 2  # of these
OTHER_NAMES = {
    "accesskey": ("appkey", "apikey", "key", "accessid", "ak"),
    "ts": ("timestamp", "time", "timestamps", "t"),
    "sign": ("signature", "sig", "signed"),
    "biztype": ("type", "businesstype"),
    "action": ("method", "operation"),
}
"""What else clients call the headers, without what divides the words."""
FIELD, SECRET = "access_secret", "accessSecret"
DOCUMENTED = ("business_phone", "messaging_product", "message_id", "status")  # order of the page
LONGEST_SHOWN = 16_384  # characters of the body in the string to compare
FORMS = {
    re.compile(r"msg_.*"): "the id of another provider's row",
    re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}"): "a UUID, as other providers have them",
}


def diagnose_headers(case: Case) -> Iterator[Finding]:
    """Which header is missing, and which came in its place."""
    for name in HEADERS:
        if not case.header(name.lower()).strip():
            blank = name.lower() in case.exchange.call.headers
            text = f"the header {name} is {'blank' if blank else 'missing'}"
            yield Finding("missing_header", text, (f"send {name}",), {"header": name})
            near = find_nearest_header(case.exchange.call.headers, name.lower(), OTHER_NAMES)
            if near is not None and near not in map(str.lower, HEADERS):
                text = f"the header {near} came in place of {name}"
                yield Finding("nearest_header", text, (f"name it {name}",), {"header": near})


def diagnose_values(case: Case) -> Iterator[Finding]:
    """Which header has a wrong value."""
    name, _, right = case.expected.partition(" ")
    text = f"the header {name} is {case.came}; expected {right}"
    yield Finding("wrong_header", text, (f"send {name}: {right}",), {"header": name})
    near = find_nearest_header(case.exchange.call.headers, name.lower())
    if near is not None and near not in map(str.lower, HEADERS):
        text = f"the header {near} came as well: was {name} meant?"
        yield Finding("nearest_header", text, (f"send {name} alone",), {"header": near})


def diagnose_timestamp(case: Case) -> Iterator[Finding]:
    """How far the client's clock is off, or in which unit it counts."""
    ts, now = case.header("ts"), _read_now(case)
    if is_placeholder(ts):
        yield Finding("placeholder", f"{shown(ts)} stands where ts should", ("send the time",))
        return
    if not re.fullmatch(r"[0-9]{1,30}(?:\.[0-9]{0,30})?", ts):
        text = f"the header ts is {shown(ts)}: no count of milliseconds"
        yield Finding("wrong_header", text, ("send the milliseconds since 1970",))
        return
    came = float(ts)
    told = f"ts {shown(ts)} is in {{}}; expected milliseconds"
    advice = "count the milliseconds since 1970"
    if _is_meant(came, SECOND, now):
        yield Finding("seconds", told.format("seconds"), (advice,))
        return
    if _is_meant(came, 1 / SECOND, now):
        yield Finding("microseconds", told.format("microseconds"), (advice,))
        return
    if _is_meant(came, 1 / 1_000_000, now):
        yield Finding("nanoseconds", told.format("nanoseconds"), (advice,))
        return
    if not ts.isdecimal():
        text = f"the header ts is {shown(ts)}: expected a whole number"
        yield Finding("wrong_header", text, ("round it to whole milliseconds",))
        return
    off = came - now
    side = "behind" if off < 0 else "ahead of"
    text = f"the client's clock is {_tell_span(abs(off))} {side} the server's"
    advice = "sign each try anew with the time of that try, and set the machine's clock by NTP"
    yield Finding("skew", text, (advice,), {"skew_ms": int(max(-(2**53), min(off, 2**53)))})


def _read_now(case: Case) -> int:
    """The server's instant that the check told, or else that of the call."""
    told = case.expected.split()[1:2]
    return int(told[0]) if told and told[0].isdecimal() else case.exchange.at


def _is_meant(came: float, factor: float, now: int) -> bool:
    """Whether in another unit it is an instant of these years, and in milliseconds none."""
    return abs(came * factor - now) < min(abs(came - now), 10 * 366 * DAY)


def _tell_span(milliseconds: float) -> str:
    for unit, size in (("days", DAY), ("hours", 3_600_000), ("minutes", 60_000)):
        if milliseconds >= 2 * size:
            return f"{milliseconds / size:.1f} {unit}"
    return f"{milliseconds / SECOND:.1f} seconds"


def diagnose_access_key(case: Case) -> Iterator[Finding]:
    text = "no account of the sandbox has the accessKey"
    yield Finding("key_unknown", text)
    yield from diagnose_credential(case, case.header("accesskey"), "accessKey")


def diagnose_signature(case: Case) -> Iterator[Finding | Remark]:
    """The string that the server built, and which usual mistakes give the client's signature."""
    call, account = case.exchange.call, case.exchange.account
    if case.expected.startswith("Content-Type"):
        text = f"the content type is {case.came}, and nothing was compared"
        yield Finding("wrong_header", text, (f"send {case.expected}",))
    secret = account.credentials[FIELD] if account else None
    if account is None or secret is None:
        return
    yield Remark((), {"canonical": write_canonical(case)})
    if not case.whole:
        text = (
            f"the request was cut, and {len(call.body)} bytes of its body are kept: see canonical"
        )
        advice = "ask sooner: whole are kept the bodies of the newest failed calls"
        yield Finding("nothing_found", text, (advice,))
        return
    wanted = read_signature(case.header("sign"))
    if wanted is None and is_placeholder(case.header("sign")):
        text = f"{shown(case.header('sign'))} stands where sign should"
        yield Finding("placeholder", text, ("sign the call, and send the digest",))
        return
    if wanted is None:
        length = len(case.header("sign"))
        text = f"sign is no MD5 or SHA-256 in hex: it has {length} characters"
        yield Finding("nothing_found", text, ("send 32 hex digits, or 64 with algorithm sha256",))
        return
    result = search_slips(_list_parts(case, account, secret, wanted), wanted, len(call.body))
    for slip in result.slips:
        text = f"{slip.text}; that gives the signature that came"
        yield Finding(slip.code, text, (ADVICE.get(slip.code, SIGN_AGAIN),))
    if not result.slips:
        limit = ", as many as are tried at most" if result.given_up else ""
        text = f"none of {result.tried} usual ways to sign gives the signature that came{limit}"
        advice = "compare what you sign with canonical, byte by byte; key and secret are masked"
        yield Finding("nothing_found", text, (advice,))


SIGN_AGAIN = "sign accessKey, action, bizType and ts in this order, &body= and the very bytes sent"
SERIALISE_ONCE = "serialise the body once, sign these bytes, and send these bytes"
ADVICE = {
    "body_reserialised": SERIALISE_ONCE,
    "trailing_newline": SERIALISE_ONCE,
    "other_body": SERIALISE_ONCE,
    "other_secret": "sign with the accessSecret of the account whose accessKey is sent",
    "signed_uppercase": "send the digest in lower-case hex",
    "hmac": "append &accessSecret= and the secret to the string, and digest that plainly",
    "other_algorithm": "say by the header algorithm what it is digested with: md5 or sha256",
    "seconds_for_milliseconds": "sign the ts of the header to the letter",
    "other_action": "sign the action of the header to the letter",
    "other_biz_type": "sign the bizType of the header to the letter",
}


def write_canonical(case: Case) -> str:
    """The string that the server signs, without the secret."""
    body = case.exchange.call.body
    text = body[:LONGEST_SHOWN].decode("utf-8", "replace")
    if len(body) > LONGEST_SHOWN:
        text += f"… (cut: {len(body)} bytes in all)"
    named = f"&body={text}" if body else ""
    return f"{_write_head(_read_values(case)).decode('utf-8', 'replace')}{named}&{SECRET}=****"


def _read_values(case: Case) -> dict[str, str]:
    """Those of the headers that are signed."""
    return {name: case.header(name.lower()) for name in NAMES}


def _write_head(values: Mapping[str, str], order: Sequence[str] = NAMES) -> bytes:
    return "&".join([f"{name}={values[name]}" for name in order]).encode()


def _list_parts(case: Case, account: Account, secret: str, wanted: Wanted) -> Parts:
    earlier = case.around.list_bodies()
    bodies = list_body_variants(case.exchange.call.body, b"&body=", DOCUMENTED, earlier)
    return Parts(
        _list_heads(case, secret),
        bodies,
        list_tails(case, secret, FIELD, SECRET),
        list_starts(case, secret, FIELD, SECRET, wanted, case.header("algorithm").lower() or "md5"),
    )


class Part(NamedTuple):
    """One way to write a part of the head: what other values it has, and in which order."""

    slip: Slip
    usual: bool
    values: dict[str, str] = {}
    order: Sequence[str] = NAMES


def _list_heads(case: Case, secret: str) -> list[Variant]:
    orders, values, came = list(_list_orders()), list(_list_values(case)), _read_values(case)
    found = [Variant(_write_head(came)), *_list_layouts(came, secret)]
    for each in (*orders, *values):
        head = _write_head(came | each.values, each.order)
        found.append(Variant(head, (each.slip,), each.usual))
    for one, other in (*product(orders, values), *combinations(values, 2)):
        if one.values.keys() != other.values.keys():
            head = _write_head(came | one.values | other.values, one.order)
            usual = one.usual and other.usual and not one.values
            found.append(Variant(head, (one.slip, other.slip), usual))
    return keep_distinct(found)


def _list_orders() -> Iterator[Part]:
    for order in (*USUAL_ORDERS, *permutations(NAMES)):
        slip = Slip("keys_unsorted", f"the keys were signed as {', '.join(order)}")
        yield Part(slip, order in USUAL_ORDERS, order=order)


def _list_values(case: Case) -> Iterator[Part]:
    """What is signed in place of the values of the headers."""
    for place, action in enumerate(_list_actions(case)):
        slip = Slip("other_action", f"the action {shown(action)} was signed")
        yield Part(slip, place < USUAL, {"action": action})
    for place, biz_type in enumerate(BIZ_TYPES):
        slip = Slip("other_biz_type", f"the bizType {shown(biz_type)} was signed")
        yield Part(slip, place < USUAL, {"bizType": biz_type})
    ts = case.header("ts")
    for written in (ts[:-3], f"{ts[:-3]}.{ts[-3:]}"):
        slip = Slip("seconds_for_milliseconds", f"ts was signed in seconds, as {written}")
        yield Part(slip, True, {"ts": written})
    for how, key in list_url_encodings(case.header("accesskey").encode()):
        slip = Slip("values_urlencoded", f"accessKey was signed URL-encoded {how}")
        yield Part(slip, False, {"accessKey": key.decode()})


def _list_layouts(came: Mapping[str, str], secret: str) -> Iterator[Variant]:
    """The secret and the body among the keys, rather than behind them."""
    hidden, ts = f"&{SECRET}={secret}", f"&ts={came['ts']}"
    for before, after, order in (
        (("accessKey",), ("action", "bizType"), "all keys sorted, body and secret among them"),
        (NAMES, (), "the secret before the body"),
    ):
        slip = Slip("keys_unsorted", f"what was signed has {order}")
        rest = b"&" + _write_head(came, after) if after else b""
        data = _write_head(came, before) + hidden.encode() + rest
        yield Variant(data, (slip,), end=b"" if "ts" in before else ts.encode(), usual=False)


def _list_actions(case: Case) -> list[str]:
    """Among them what the call's own path and operation are called."""
    path, operation = case.exchange.call.path.rpartition("/")[2], case.exchange.operation_name
    return [ACTIONS[0], *filter(None, (path, operation)), *ACTIONS[1:]]


def diagnose_own_message(case: Case) -> Iterator[Finding]:
    body = case.exchange.call.object()
    yield from diagnose_message(case, body.get("message_id"), body.get("business_phone"), FORMS)


def diagnose_own_number(case: Case) -> Iterator[Finding | Remark]:
    yield from diagnose_number(case, case.exchange.call.object().get("business_phone"), "bound")
