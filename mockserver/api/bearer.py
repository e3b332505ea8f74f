"""``Authorization: Bearer …``, for the providers that use it."""

from collections.abc import Iterator

from mockserver.api.call import Call
from mockserver.api.credential_diagnosis import diagnose_credential, find_nearest_header
from mockserver.api.diagnosis import Case, Finding
from mockserver.text.secrets import mask_secret
from mockserver.text.shown import shown

SCHEME = "bearer"
FORM = "send 'Authorization: Bearer <token>'"
ELSEWHERE = ("api-key", "x-api-key", "token", "x-auth-token", "access-token")
"""Where clients put a token instead."""


def read_bearer_token(call: Call) -> str | None:
    """The token, None where the header is missing or of another scheme.

    Of a repeated header the first counts: the servers join them by commas, and D7's Go client
    adds one more with every call.
    """
    scheme, _, token = call.header("authorization").partition(",")[0].partition(" ")
    return token.strip() if scheme.lower() == SCHEME else None


def describe_bearer_token(call: Call) -> str:
    """What came instead of a known token, without giving away a credential."""
    if not call.header("authorization"):
        return "no Authorization header"
    token = read_bearer_token(call)
    return "no Bearer token" if token is None else f"the unknown token {mask_secret(token)}"


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
