"""The certificates of the servers: made when they are first wanted, and kept."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from mockserver.interception.certificates import LIFE, SKEW, Pair, issue, make_authority
from mockserver.interception.folder import Folder
from mockserver.interception.kept import is_near_end, read_pair

LEAVES = "leaves"
OTHER = "another.localhost"
"""Whom a certificate of the wrong name is for: somebody that the authority may vouch for, so that
the name is all that is wrong with it."""

log = logging.getLogger("mockserver.tls")


def keep_leaf(folder: Folder, authority: Pair, names: Sequence[str], now: datetime) -> Pair:
    """The certificate of the first of the names, which is for all of them.

    The one that is kept, if it is of this authority, for these names and good for some time yet.
    """
    file = f"{LEAVES}/{names[0]}.pem"
    try:
        kept = folder.read_secret(file)
        if kept is not None:
            pair = read_pair(kept)
            if _does(pair.certificate, authority, names, now):
                return pair
    except (OSError, ValueError) as error:
        log.warning("%s: made anew: %s", folder.path / file, error)
    made = _issue_for_long(authority, names, now)
    try:
        folder.write(file, made.secret_pem)
    except OSError as error:
        log.warning("%s: cannot be kept: %s", folder.path / file, error.strerror or error)
    return made


def read_names(leaf: x509.Certificate) -> list[str]:
    """Raises ExtensionNotFound, a ValueError of cryptography's own."""
    found = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return [
        *found.get_values_for_type(x509.DNSName),
        *(each.compressed for each in found.get_values_for_type(x509.IPAddress)),
    ]


def _does(leaf: x509.Certificate, authority: Pair, names: Sequence[str], now: datetime) -> bool:
    try:
        leaf.verify_directly_issued_by(authority.certificate)
        return read_names(leaf) == list(names) and not is_near_end(leaf, now)
    except (InvalidSignature, ValueError, TypeError, x509.ExtensionNotFound):
        return False


def _issue_for_long(authority: Pair, names: Sequence[str], now: datetime) -> Pair:
    """No longer than the authority itself is good."""
    end = min(now + LIFE, authority.certificate.not_valid_after_utc)
    return issue(authority, names, now - SKEW, end)


def _issue_expired(authority: Pair, names: Sequence[str], now: datetime) -> Pair:
    yesterday = now - timedelta(days=1)
    return issue(authority, names, yesterday - LIFE, yesterday)


def _issue_for_another(authority: Pair, names: Sequence[str], now: datetime) -> Pair:
    return _issue_for_long(authority, [OTHER], now)


def _issue_by_nobody(authority: Pair, names: Sequence[str], now: datetime) -> Pair:
    return _issue_for_long(make_authority(names, now), names, now)


FLAWS: dict[str, Callable[[Pair, Sequence[str], datetime], Pair]] = {
    "expired": _issue_expired,
    "wrong_name": _issue_for_another,
    "unknown_ca": _issue_by_nobody,
}
"""What is wrong with a certificate that clients are to refuse, and what makes one; none is kept."""
