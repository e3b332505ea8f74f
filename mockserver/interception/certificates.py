"""What the certificates are: an authority, and leaves that it issues. Nothing is read or kept.

The profile is RFC 5280's, as strictly as OpenSSL's ``-x509_strict`` has it, which Python asks for
since 3.13. 199 days are just what browsers let certificates of the web last since March 2026.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from mockserver.text.targets import is_address

LIFE = timedelta(days=199)
SKEW = timedelta(days=1)  # how far a client's clock may be behind ours
MAKER = "mockserver"
LONGEST_COMMON_NAME = 64  # RFC 5280, appendix A: ub-common-name
SERVER_AUTH = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])


class Pair(NamedTuple):
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        """The certificate alone."""
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def secret_pem(self) -> bytes:
        """The private key, and the certificate."""
        plain = NoEncryption()
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, plain) + self.pem


def make_authority(
    names: Iterable[str], now: datetime, key: EllipticCurvePrivateKey | None = None
) -> Pair:
    """One that can vouch for these names, and those below them, and for nothing else.

    Its own name follows from its key, so that no two installations' are taken for one another.
    """
    key = key or generate_private_key(SECP256R1())
    own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    title = _name(f"{MAKER} local CA {own.digest.hex()[:12]}")
    builder = _begin(title, title, key, now - SKEW, now + LIFE)
    for extension, critical in (
        (x509.BasicConstraints(ca=True, path_length=0), True),
        (_usage(key_cert_sign=True, crl_sign=True), True),
        (x509.NameConstraints([_constrain(each) for each in names], None), True),
        (SERVER_AUTH, False),
        (own, False),
    ):
        builder = builder.add_extension(extension, critical)
    return Pair(builder.sign(key, hashes.SHA256()), key)


def issue(authority: Pair, names: Sequence[str], start: datetime, end: datetime) -> Pair:
    """A server's certificate for these names, with a key of its own."""
    key = generate_private_key(SECP256R1())
    title = _name(next((each for each in names if len(each) <= LONGEST_COMMON_NAME), MAKER))
    builder = _begin(title, authority.certificate.subject, key, start, end)
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    for extension, critical in (
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (_usage(digital_signature=True), True),
        (x509.SubjectAlternativeName([_general_name(each) for each in names]), False),
        (SERVER_AUTH, False),
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
        (issuer, False),
    ):
        builder = builder.add_extension(extension, critical)
    return Pair(builder.sign(authority.key, hashes.SHA256()), key)


def _begin(
    subject: x509.Name,
    issuer: x509.Name,
    key: EllipticCurvePrivateKey,
    start: datetime,
    end: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, MAKER),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _usage(**uses: bool) -> x509.KeyUsage:
    none = dict.fromkeys(
        (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    return x509.KeyUsage(**{**none, **uses})


def _general_name(name: str) -> x509.GeneralName:
    return x509.IPAddress(ip_address(name)) if is_address(name) else x509.DNSName(name)


def _constrain(name: str) -> x509.GeneralName:
    """What permits a name: of addresses, a network that is of this one."""
    return x509.IPAddress(ip_network(name)) if is_address(name) else x509.DNSName(name)
