"""Why Kaleyra refuses a call: SID and key as a couple, the number, the body."""

import re
from collections.abc import Iterator

from mockserver.api import (
    Account,
    Case,
    Finding,
    Remark,
    diagnose_credential,
    diagnose_message,
    diagnose_number,
    find_nearest_header,
    is_placeholder,
    shown,
)
from mockserver.providers.kaleyra.identifiers import API_KEY

WRAPPER = "messaging_object"
FORMS = {
    re.compile(r"msg_.*"): "the id of another provider's row",
    re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}"): "a UUID, as other providers have them",
}


def diagnose_credentials(case: Case) -> Iterator[Finding]:
    """Whether the SID is known, whether the key is, and whose it is."""
    sid = case.exchange.args.get("sid", "")
    account = case.exchange.account or _find_account(case, "sid", sid)
    key = case.header(API_KEY)
    if API_KEY not in case.exchange.call.headers:
        yield from _tell_missing(case)
    if account is None:
        yield from _tell_unknown_sid(case, sid)
    owner = _find_account(case, "api_key", key)
    if owner is not None and owner is not account:
        text = (
            f"the api-key is that of the account {owner.label}, whose SID is "
            f"{owner.credentials['sid']}, and came with the SID {shown(sid[:64])}"
        )
        advice = f"call /v2/{owner.credentials['sid']}/…, or send the api-key of the other SID"
        yield Finding("key_of_other_sid", text, (advice,))
    elif owner is None and key:
        whose = f"the SID is that of the account {account.label}" if account else ""
        text = f"no account of the sandbox has this api-key{'; ' if whose else ''}{whose}"
        yield Finding("key_unknown", text, ("send the api-key as the account has it",))
        yield from diagnose_credential(case, key, API_KEY)
    elif owner is None and API_KEY in case.exchange.call.headers:
        yield Finding("placeholder", "the header api-key is empty", ("send the account's key",))


def _tell_missing(case: Case) -> Iterator[Finding]:
    yield Finding("missing", f"the header {API_KEY} is missing", (f"send {API_KEY}: <key>",))
    headers = case.exchange.call.headers
    near = find_nearest_header(headers, API_KEY)
    near = near or ("authorization" if "authorization" in headers else None)
    if near is not None:
        text = f"the header {near} came in place of {API_KEY}"
        yield Finding("nearest_header", text, (f"send the bare key as {API_KEY}",))


def _tell_unknown_sid(case: Case, sid: str) -> Iterator[Finding]:
    known = ", ".join(str(each.credentials["sid"]) for each in case.around.accounts[:8])
    yield Finding(
        "sid_unknown",
        f"no account of the sandbox has the SID {shown(sid[:64])}; there are {known or 'none'}",
        ("take the SID of the account whose api-key is sent",),
    )
    if is_placeholder(sid):
        text = f"{shown(sid[:64])} stands where the SID should: the client was not told it"
        yield Finding("placeholder", text, ("set the variable that the client reads it from",))
    for holder in case.around.find_holders(sid):
        if holder.sandbox != case.around.sandbox:
            text = f"the SID is that of the account {holder.account} in {holder.sandbox}"
            yield Finding("other_sandbox_key", text)


def _find_account(case: Case, field: str, value: str) -> Account | None:
    """Also without the other half of the couple, by which no account is recognised."""
    accounts = case.around.accounts
    return next((each for each in accounts if value and each.credentials[field] == value), None)


def diagnose_path_number(case: Case) -> Iterator[Finding | Remark]:
    yield from diagnose_number(case, case.exchange.args.get("phone_number"), "active")


def diagnose_body(case: Case) -> Iterator[Finding]:
    """A body as Meta's own API takes it, without the object around it."""
    body = case.exchange.call.object()
    if WRAPPER not in body and "messaging_product" in body:
        text = f"this is the body of Meta's own API: here it stands within {WRAPPER}"
        yield Finding("unwrapped_body", text, (f'send {{"{WRAPPER}": {{…}}}}',))


def diagnose_content_type(case: Case) -> Iterator[Finding]:
    text = f"the header Content-Type is {case.came}"
    yield Finding("wrong_header", text, (f"send {case.expected}",))


def diagnose_own_message(case: Case) -> Iterator[Finding]:
    subject = case.exchange.subject
    yield from diagnose_message(case, subject.message_id, subject.business_number, FORMS)
