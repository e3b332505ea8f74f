"""What can be found out about a caller who was refused, whatever the provider."""

from collections.abc import Iterator

from mockserver.api.account import GOOD
from mockserver.api.bearer import SCHEME
from mockserver.api.diagnosis.case import Case, Finding
from mockserver.api.diagnosis.credential import diagnose_credential, find_nearest_header
from mockserver.text.shown import shown

FORM = "send 'Authorization: Bearer <token>'"
ELSEWHERE = ("api-key", "x-api-key", "token", "x-auth-token", "access-token")
"""Where clients put a token instead."""
EXPIRED = "expired"
"""The condition of an account whose credential was good once."""


def diagnose_bearer(case: Case) -> Iterator[Finding]:
    """Why no account could be told by the header ``Authorization``."""
    header = case.header("authorization")
    if not header:
        yield from _tell_missing(case)
        return
    first, comma, _ = header.partition(",")
    if comma:
        text = (
            f"the header Authorization came {header.count(',') + 1} times, or with a comma in it; "
            "the first counts"
        )
        text += "" if first.strip() else ", which is empty"
        yield Finding("repeated_header", text, ("set the header rather than add to it",))
    if comma and not first.strip():
        return
    scheme, _, token = first.strip().partition(" ")
    token = token.strip()
    if scheme.lower() != SCHEME:
        token = token or scheme
        text = "the header has no scheme: the token alone" if scheme == token else ""
        text = text or f"the scheme is {shown(scheme[:20])}"
        yield Finding("wrong_scheme", f"{text}; expected Bearer", (FORM,))
    elif token.lower().startswith(f"{SCHEME} "):
        token = token[len(SCHEME) :].strip()
        yield Finding("wrong_scheme", "Bearer stands there twice", (FORM,))
    yield from diagnose_credential(case, token, "token")


def _tell_missing(case: Case) -> Iterator[Finding]:
    headers = case.exchange.call.headers
    yield Finding("missing", "the header Authorization is missing", (FORM,))
    near = find_nearest_header(headers, "authorization")
    near = near or next((each for each in ELSEWHERE if each in headers), None)
    if near is not None:
        text = f"the header {near} came instead of Authorization"
        yield Finding("nearest_header", text, (FORM,))
        value = headers[near]
        token = value[len(SCHEME) :] if value.lower().startswith(f"{SCHEME} ") else value
        yield from diagnose_credential(case, token.strip(), "token")


def diagnose_condition(case: Case) -> Iterator[Finding]:
    """Which condition the account is in, and since when as far as that is known."""
    label, provider = case.exchange.account_label, case.exchange.provider.id
    path = f"/_mock/sandboxes/{case.around.sandbox}/accounts/{provider}/{label}"
    good = [each.label for each in case.around.accounts if each.condition == GOOD]
    advice = [f'PATCH {path} with {{"condition": "{GOOD}"}} ends it, if it still lasts']
    if good:
        advice.append(f"call as an account without a condition: {', '.join(good[:8])}")
    if f"the condition {EXPIRED}" not in case.because:
        yield Finding("condition", case.because, tuple(advice))
        return
    passed = case.around.find_last_passed()
    since = passed[1] if passed else case.around.tell_beginning()
    told = (
        f"its call {passed[0]}, at {since}, was not refused for it"
        if passed
        else f"none of its calls passed before that the journal has; the sandbox began at {since}"
    )
    text = f"the credential is that of the account {label}, and has expired since: {told}"
    yield Finding("expired", text, tuple(advice), {"since": since})
