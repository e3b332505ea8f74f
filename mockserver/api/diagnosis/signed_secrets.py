"""The usual slips in the secret at the end of what is signed, and in how it is digested."""

import hashlib
from base64 import b64encode
from collections.abc import Iterator

from mockserver.api.diagnosis.case import Case
from mockserver.api.diagnosis.signature_search import (
    SMALL,
    Keyed,
    Slip,
    Variant,
    Wanted,
    keep_distinct,
    start_digest,
    start_hmac,
)

SPELT = ("accesssecret", "access_secret", "AccessSecret", "secret", "key")
NO_SECRETS = (
    "", "None", "null", "undefined", "accessSecret", "secret", "access_secret", "ACCESS_SECRET",
    "your-access-secret", "YOUR_ACCESS_SECRET", "your_access_secret", "yourAccessSecret",
    "<accessSecret>", "{accessSecret}", "{{accessSecret}}", "{{access_secret}}", "${accessSecret}",
    "${ACCESS_SECRET}", "$ACCESS_SECRET", "%ACCESS_SECRET%", "nil", "<nil>", "[object Object]",
)  # fmt: skip
USUAL = 6  # of these


def list_secrets(case: Case, secret: str, field: str) -> Iterator[tuple[str, Slip, bool]]:
    """What clients sign with in place of the secret, and whether it is so seldom or there are so
    many that it is tried without another slip alone.
    """

    def tell(text: str) -> Slip:
        return Slip("other_secret", f"it was signed with {text}")

    mine = case.exchange.account_label
    for account in case.around.accounts:
        for name, value in account.credentials.items():
            if value is not None and value != secret:
                whose = "the account's own" if account.label == mine else "that of the account"
                label = "" if account.label == mine else f" {account.label}"
                yield value, tell(f"{whose}{label} {name}, not its {field}"), False
    for place, value in enumerate(NO_SECRETS):
        told = tell(f"{value!r} in place of the secret: the client was not told it")
        yield value, told, place >= USUAL
    for how, value in _list_spoilt(secret):
        yield value, tell(f"the secret {how}"), False
    for holder, value in case.around.list_credentials(field):
        text = f"the secret of the account {holder.account} in the sandbox {holder.sandbox}"
        yield value, tell(text), True


def _list_spoilt(secret: str) -> Iterator[tuple[str, str]]:
    yield "and a line feed behind it", f"{secret}\n"
    yield "and CR and LF behind it", f"{secret}\r\n"
    yield "and a blank behind it", f"{secret} "
    yield "and a blank before it", f" {secret}"
    for quote in ("'", '"'):
        yield "in quotes", f"{quote}{secret}{quote}"
    yield "in upper case", secret.upper()
    yield "in lower case", secret.lower()
    yield "without its last character", secret[:-1]
    yield "as it is masked in the journal", f"{secret[:4]}****{secret[-2:]}"
    yield "in base 64", b64encode(secret.encode()).decode()
    yield "as its own MD5", hashlib.md5(secret.encode(), usedforsecurity=False).hexdigest()


def list_tails(case: Case, secret: str, field: str, name: str) -> list[Variant]:
    """``&name=`` and the secret, and all that stands in its place."""
    found = [Variant(f"&{name}={secret}".encode())]
    for value, slip, alone in list_secrets(case, secret, field):
        data = f"&{name}={value}".encode("utf-8", "surrogatepass")
        found.append(Variant(data, (slip,), alone=alone))
    missing = Slip("secret_name_missing", f"the secret was signed without &{name}= before it")
    found.append(Variant(secret.encode(), (missing,)))
    text = f"the secret was signed without {name}= before it, behind a bare &"
    found.append(Variant(b"&" + secret.encode(), (Slip("secret_name_missing", text),)))
    found.append(Variant(b"", (Slip("other_secret", "no secret was signed at all"),)))
    for other in SPELT:
        text = f"the secret was signed as {other}, not as {name}"
        found.append(Variant(f"&{other}={secret}".encode(), (Slip("secret_name_missing", text),)))
    return keep_distinct(found)


def list_starts(
    case: Case, secret: str, field: str, name: str, wanted: Wanted, declared: str
) -> list[Keyed]:
    """What digests: that algorithm which gives a digest as long as the one that came, plainly or
    as an HMAC. ``declared`` is the one that the call says.
    """
    algorithm = wanted.algorithm
    text = f"the digest is {algorithm.upper()}, and the call says {declared.upper()}"
    other = () if algorithm == declared else (Slip("other_algorithm", text),)
    found = [Keyed(start_digest(algorithm), other)]
    keys: list[tuple[str, tuple[Slip, ...]]] = [(secret, ())]
    if len(case.exchange.call.body) <= SMALL:
        others = list_secrets(case, secret, field)
        keys += [(value, (told,)) for value, told, alone in others if not alone]
    for key, told in keys:
        start = start_hmac(key.encode("utf-8", "surrogatepass"), algorithm)
        for tail, how in ((b"", "without"), (f"&{name}={key}".encode(), "with")):
            text = f"HMAC-{algorithm.upper()} was used, {how} &{name}= at the end of the string"
            found.append(Keyed(start, (Slip("hmac", text), *told), tail))
    return found
