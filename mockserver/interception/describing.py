"""What a person wants to know of an authority before trusting it."""

from collections.abc import Iterator
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.hashes import SHA256

from mockserver.interception.authority import Authority
from mockserver.interception.kept import read_constraints
from mockserver.interception.leaves import LEAVES


def describe(authority: Authority) -> Iterator[tuple[str, str]]:
    """Names and values of what there is to tell. Raises OSError."""
    certificate = authority.certificate
    yield "subject", certificate.subject.rfc4514_string()
    yield "SHA-256", certificate.fingerprint(SHA256()).hex(":").upper()
    yield "valid from", _write(certificate.not_valid_before_utc)
    yield "valid until", _write(certificate.not_valid_after_utc)
    yield "vouches for", ", ".join(sorted(read_constraints(certificate)))
    yield "leaves", ", ".join(_find_leaves(authority)) or "none yet"
    yield "file", str(authority.public_file())


def _write(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _find_leaves(authority: Authority) -> Iterator[str]:
    """Names of the servers that have a certificate of this authority."""
    for path in sorted((authority.folder.path / LEAVES).glob("*.pem")):
        try:
            leaf = x509.load_pem_x509_certificate(path.read_bytes())
            leaf.verify_directly_issued_by(authority.certificate)
        except (ValueError, TypeError, InvalidSignature):
            continue  # of an authority of before
        yield path.stem
