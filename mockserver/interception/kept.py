"""The authority's own file: reading it, judging it, and making it anew where that is due."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from ipaddress import ip_network

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import NameOID

from mockserver.interception.certificates import MAKER, Pair, make_authority
from mockserver.interception.folder import Folder
from mockserver.interception.home import ELSEWHERE
from mockserver.text.mistakes import Refused

FILE = "authority.pem"
"""Key and certificate in one, so that they cannot be of two."""
RENEW = timedelta(days=30)
"""How long before its end a certificate is made anew: whoever trusts an authority by hand has that
long to trust the next one, too."""
REMEDY = f"remove that file, and a new authority is made, or {ELSEWHERE}"

log = logging.getLogger("mockserver.tls")


def keep_authority(folder: Folder, names: Iterable[str], now: datetime) -> Pair:
    """The one that is there, if it is good for these names and some time yet, or else a new one.

    Where none can be kept, as in a folder that is mounted to be read, the one that is there does
    until its end. Raises Refused for a file that cannot be used.
    """
    wanted, found = set(names), None
    try:
        found = _read(folder)
        if found is not None and _tell_lack(found, wanted, now) is None:
            return found
        with folder.lock():
            return _make_anew(folder, wanted, now)
    except OSError as error:
        if found is not None and _lasts_still(found, wanted, now):
            log.warning("%s: %s", folder.path / FILE, _tell_unrenewed(found, error))
            return found
        reason = f"cannot be used: {error.strerror or error}"
        raise _refuse(folder, reason, ELSEWHERE) from None


def read_pair(pem: bytes) -> Pair:
    """Key and certificate out of one text. Raises ValueError."""
    try:
        key = load_pem_private_key(pem, None)
        certificate = x509.load_pem_x509_certificate(pem)
        fits = certificate.public_key() == key.public_key()
    except (TypeError, UnsupportedAlgorithm) as error:
        raise ValueError(str(error)) from None
    if not isinstance(key, EllipticCurvePrivateKey) or not fits:
        raise ValueError("key and certificate do not belong together")
    return Pair(certificate, key)


def is_near_end(certificate: x509.Certificate, now: datetime) -> bool:
    return now + RENEW > certificate.not_valid_after_utc


def read_constraints(authority: x509.Certificate) -> set[str]:
    """The names and addresses that it may vouch for."""
    found = authority.extensions.get_extension_for_class(x509.NameConstraints).value
    permitted = found.permitted_subtrees or []
    names = {each.value for each in permitted if isinstance(each, x509.DNSName)}
    networks = [ip_network(each.value) for each in permitted if isinstance(each, x509.IPAddress)]
    return names | {each.network_address.compressed for each in networks}


def _make_anew(folder: Folder, wanted: set[str], now: datetime) -> Pair:
    """Unless another process has just done so."""
    before = _read(folder)
    lack = None if before is None else _tell_lack(before, wanted, now)
    if before is not None and lack is None:
        return before
    renewed = before is not None and is_near_end(before.certificate, now)
    made = make_authority(sorted(wanted), now, before.key if before and renewed else None)
    path = folder.write(FILE, made.secret_pem)
    if lack is None:
        log.info("%s: made; mockserver ca trust-help tells how clients come to trust it", path)
    else:
        log.warning("%s: made anew, as %s; whoever trusts it must trust the new one", path, lack)
    return made


def _read(folder: Folder) -> Pair | None:
    """Raises OSError, and Refused for what is no authority of ours."""
    content = folder.read_secret(FILE)
    if content is None:
        return None
    try:
        pair = read_pair(content)
    except ValueError as error:
        raise _refuse(folder, f"expected a private key and its certificate: {error}") from None
    try:
        _require_ours(pair.certificate)
    except (ValueError, x509.ExtensionNotFound):
        raise _refuse(folder, "this authority was not made by mockserver") from None
    return pair


def _require_ours(certificate: x509.Certificate) -> None:
    """Raises ValueError or ExtensionNotFound."""
    makers = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    if [each.value for each in makers] != [MAKER] or not read_constraints(certificate):
        raise ValueError


def _tell_lack(authority: Pair, wanted: set[str], now: datetime) -> str | None:
    """Why it does not do any more, None where it does."""
    lacking = sorted(wanted - read_constraints(authority.certificate))
    if lacking:
        return f"it could not vouch for {', '.join(lacking)}"
    if is_near_end(authority.certificate, now):
        return f"it ends on {authority.certificate.not_valid_after_utc:%Y-%m-%d}"
    return None


def _lasts_still(authority: Pair, wanted: set[str], now: datetime) -> bool:
    end = authority.certificate.not_valid_after_utc
    return wanted <= read_constraints(authority.certificate) and now < end


def _tell_unrenewed(authority: Pair, error: OSError) -> str:
    end = authority.certificate.not_valid_after_utc
    return f"it ends on {end:%Y-%m-%d}, and cannot be renewed: {error.strerror or error}"


def _refuse(folder: Folder, reason: str, hint: str = REMEDY) -> Refused:
    return Refused("no_authority", f"{folder.path / FILE}: {reason}", hint, status=500)
