"""What is wrong with a credential that no account has, and with the header that it came in."""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from urllib.parse import unquote

from mockserver.api.diagnosis.case import Case, Finding, Holder
from mockserver.text.shown import shown
from mockserver.text.times import SECOND, iso

LONGEST = 2_048  # characters of a credential that are looked at
LIKE = 0.75  # of two names' characters, from which on one is taken for the other
NO_NAMES: Mapping[str, Sequence[str]] = {}
LATEST_EXP = 253_402_300_799  # the year 9999, in seconds
QUOTES = "\"'`"
LONGEST_PLACEHOLDER = 64
EXPRESSIONS = ("process.env", "os.environ", "promise {", "function ", "() =>", "async ")
NOTHINGS = {
    "",
    "(null)",
    "(none)",
    "%s",
    "none",
    "null",
    "nil",
    "nan",
    "undefined",
    "false",
    "true",
    "[object object]",
}
WRAPPERS = (("{", "}"), ("<", ">"), ("[", "]"), ("%", "%"), ("$", ""), ("*", "*"), ("__", "__"))
"""What templates have their variables between, such as ``{{token}}`` and ``$TOKEN``."""
OPENERS = ("your", "my", "the", "some", "insert", "replace", "put", "example", "dummy", "sample")
NAMES = {
    "token", "key", "secret", "password", "sid", "credential", "credentials", "apikey", "apitoken",
    "accesskey", "accesstoken", "authtoken", "bearertoken", "apisecret", "accesssecret",
    "secretkey", "changeme", "placeholder", "todo", "test",
}  # fmt: skip
"""What stands in examples, without what divides the words."""


def is_placeholder(value: str) -> bool:
    """Whether it is what stands where a client was not told the value, such as ``{{token}}``."""
    bare = unquote(value).strip().strip(QUOTES).strip().lower()
    if len(bare) > LONGEST_PLACEHOLDER:
        return False
    if bare in NOTHINGS or not bare.strip(".*x?"):
        return True
    if bare.startswith(EXPRESSIONS) or bare.endswith(("...", "xxxxxx", "******")):
        return True
    if any(bare.startswith(begin) and bare.endswith(end) for begin, end in WRAPPERS):
        return True
    if "your_" in bare or "your-" in bare:
        return True
    word = "".join(filter(str.isalpha, bare)).removesuffix("here")
    opener = next((each for each in OPENERS if word.startswith(each)), "")
    return word in NAMES or word.removeprefix(opener) in NAMES


def find_nearest_header(
    headers: Mapping[str, str], wanted: str, other_names: Mapping[str, Sequence[str]] = NO_NAMES
) -> str | None:
    """The header that came in place of the wanted one, both by their lower-case names.

    ``other_names`` are those that a header is also called by.
    """
    also = other_names.get(wanted, ())
    bare = _strip(wanted)
    best, most = None, 0.0
    for name in list(headers)[:100]:
        likeness = SequenceMatcher(None, _strip(name[:64]), bare).ratio()
        likeness = max(likeness, LIKE if _strip(name[:64]) in also else 0)
        if name != wanted and likeness > most:
            best, most = name, likeness
    return best if most >= LIKE else None


def _strip(name: str) -> str:
    return "".join(filter(str.isalnum, name.lower().removeprefix("x-")))


def diagnose_credential(case: Case, value: str, what: str) -> Iterator[Finding]:
    """What is wrong with a credential that came as ``what``, such as the token."""
    value = value[:LONGEST]
    near = list(_find_near(case, value, what))
    if not near and is_placeholder(value):
        text = f"{shown(value)} stands where the {what} should: the client was not told its value"
        advice = "set the variable that the client reads it from, and fail early where it is unset"
        yield Finding("placeholder", text if value else f"the {what} is empty", (advice,))
        return
    yield from _find_expiry(value, what, case.exchange.at)
    holders = case.around.find_holders(value)
    mine = case.exchange.provider.id
    for holder in holders:
        yield from _tell_holder(case, holder, what, mine)
    if not holders:
        yield from near
        title = case.around.find_form(value)
        if title is not None and not near:
            text = f"the {what} looks like one of {title}, and no account has it"
            yield Finding("other_provider_key", text, (_advise(case),))


def _tell_holder(case: Case, holder: Holder, what: str, mine: str) -> Iterator[Finding]:
    whose = f"the {holder.field} of {holder.title}'s account {holder.account}"
    if holder.provider != mine:
        text = f"the {what} is {whose} in the sandbox {holder.sandbox}: another provider's"
        yield Finding("other_provider_key", text, (_advise(case),))
    elif holder.sandbox != case.around.sandbox:
        text = (
            f"the {what} is {whose} in the sandbox {holder.sandbox}; "
            f"the call fell into {case.around.sandbox}"
        )
        yield Finding("other_sandbox_key", text, (_advise(case),))
    elif any(len(each.credentials) > 1 for each in case.around.accounts):  # of which another came
        text = f"the {what} is {whose}, which is none to be sent as that"
        yield Finding("near_known_key", text, (_advise(case),))


def _find_near(case: Case, value: str, what: str) -> Iterator[Finding]:
    """A known one that was quoted, encoded or cut on its way."""
    forms = {
        "in quotes or brackets": value.strip().strip(QUOTES + "<>[](){}"),
        "as Python prints bytes": value.removeprefix("b").strip(QUOTES),
        "with the scheme before it": value.partition(" ")[2].strip(),
        "URL-encoded": unquote(value),
        "with an escape behind it": value.partition("\\")[0],
    }
    lowered = value.lower()
    for account in case.around.accounts:
        for field, known in account.credentials.items():
            if known is None:
                continue
            how = next((name for name, form in forms.items() if form == known != value), None)
            if how is None and known.lower() == lowered:
                how = "in other capitals"
            elif how is None and len(value) >= 8 and known.startswith(value):
                how = f"without its last {len(known) - len(value)} characters"
            elif how is None and len(known) >= 8 and value.startswith(known):
                how = f"with {len(value) - len(known)} more characters"
            if how is not None:
                text = f"the {what} is the {field} of the account {account.label}, {how}"
                yield Finding("near_known_key", text, ("send it as the account has it",))


def _find_expiry(value: str, what: str, now: int) -> Iterator[Finding]:
    """Of a JSON Web Token that says itself until when it is good (RFC 7519, 4.1.4)."""
    parts = value.split(".")
    if len(parts) != 3:
        return
    try:
        payload = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return
    until = payload.get("exp") if isinstance(payload, dict) else None
    if isinstance(until, int | float) and 0 < until < LATEST_EXP and until * SECOND < now:
        text = f"the {what} says itself that it expired at {iso(int(until) * SECOND)}"
        yield Finding("expired", text, ("get a new one",), {"since": iso(int(until) * SECOND)})


def _advise(case: Case) -> str:
    known = ", ".join(each.label for each in case.around.accounts[:8]) or "none"
    return (
        f"send a credential of one of {case.exchange.provider.title}'s accounts in the sandbox "
        f"{case.around.sandbox}: {known}; GET /_mock/sandboxes/{case.around.sandbox} shows them"
    )
