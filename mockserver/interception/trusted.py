"""What clients need to know of an authority that is known by its certificate alone.

Loading this takes the packages of the extra ``tls``: others ask ``opening.py`` for it.
"""

from pathlib import Path

from cryptography import x509

from mockserver.interception.folder import Folder
from mockserver.interception.kept import FILE, read_pair
from mockserver.interception.trust import PASSWORD, write_bundle, write_truststore
from mockserver.interception.variables import Trust

PHP = "php/mockserver.ini"


def write_trust(folder: Path, pem: bytes) -> Trust:
    """Write the files for clients there. Raises OSError, and ValueError for no certificate."""
    authority = x509.load_pem_x509_certificate(pem)
    kept = Folder(folder)
    bundle = write_bundle(kept, authority)
    settings = kept.write(PHP, _write_settings(str(bundle)).encode())
    return Trust(bundle, write_truststore(kept, authority), PASSWORD, settings.parent)


def is_authority_of(folder: Path, pem: bytes) -> bool:
    """Whether it is the one that is kept in the folder. Raises OSError and ValueError."""
    content = Folder(folder).read(FILE)
    if content is None:
        return False
    return read_pair(content).certificate == x509.load_pem_x509_certificate(pem)


def _write_settings(bundle: str) -> str:
    """For PHP, whose curl heeds no variable of the environment; it goes by the first."""
    quoted = f"'{bundle}'" if "'" not in bundle else '"' + bundle.replace('"', '\\"') + '"'
    return f"openssl.cafile = {quoted}\ncurl.cainfo = {quoted}\n"
