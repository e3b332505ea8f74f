"""What clients are given to trust: the roots of the web, as certifi has them, and ours."""

import contextlib
import warnings
from collections.abc import Iterator
from pathlib import Path

import certifi
from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding
from cryptography.hazmat.primitives.serialization.pkcs12 import (
    PKCS12Certificate,
    serialize_java_truststore,
)
from cryptography.utils import CryptographyDeprecationWarning

from mockserver.interception.folder import Folder

BUNDLE = "bundle.pem"
TRUSTSTORE = "truststore.p12"
END = b"-----END CERTIFICATE-----"
PASSWORD = "changeit"
"""Java's own default. It protects nothing: all that is in there is public."""


def write_bundle(folder: Folder, authority: x509.Certificate) -> Path:
    """PEM. Raises OSError."""
    roots = Path(certifi.where()).read_bytes()
    return folder.write(BUNDLE, roots.rstrip() + b"\n" + authority.public_bytes(Encoding.PEM))


def write_truststore(folder: Folder, authority: x509.Certificate) -> Path:
    """PKCS#12 with the attribute that makes Java trust what is in there. Raises OSError."""
    roots = enumerate(_load_roots(), 1)
    named = [PKCS12Certificate(each, b"root %d" % number) for number, each in roots]
    named.append(PKCS12Certificate(authority, b"mockserver"))
    content = serialize_java_truststore(named, BestAvailableEncryption(PASSWORD.encode()))
    return folder.write(TRUSTSTORE, content)


def _load_roots() -> Iterator[x509.Certificate]:
    """Those that can be read: some have 0 for their serial number, which RFC 5280 does not allow.

    cryptography warns of these, and says that it will refuse them some day.
    """
    pem = Path(certifi.where()).read_bytes()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        for each in pem.split(END)[:-1]:
            with contextlib.suppress(ValueError):
                yield x509.load_pem_x509_certificate(each + END)
