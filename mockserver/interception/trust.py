"""What clients are given to trust: the roots of the web, as certifi has them, and ours."""

from pathlib import Path

import certifi
from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding
from cryptography.hazmat.primitives.serialization.pkcs12 import (
    PKCS12Certificate,
    serialize_java_truststore,
)

from mockserver.interception.folder import Folder

BUNDLE = "bundle.pem"
TRUSTSTORE = "truststore.p12"
PASSWORD = "changeit"
"""Java's own default. It protects nothing: all that is in there is public."""


def write_bundle(folder: Folder, authority: x509.Certificate) -> Path:
    """PEM. Raises OSError."""
    roots = Path(certifi.where()).read_bytes()
    return folder.write(BUNDLE, roots.rstrip() + b"\n" + authority.public_bytes(Encoding.PEM))


def write_truststore(folder: Folder, authority: x509.Certificate) -> Path:
    """PKCS#12 with the attribute that makes Java trust what is in there. Raises OSError."""
    roots = x509.load_pem_x509_certificates(Path(certifi.where()).read_bytes())
    named = [
        PKCS12Certificate(each, f"root-{number}".encode()) for number, each in enumerate(roots)
    ]
    named.append(PKCS12Certificate(authority, b"mockserver"))
    content = serialize_java_truststore(named, BestAvailableEncryption(PASSWORD.encode()))
    return folder.write(TRUSTSTORE, content)
