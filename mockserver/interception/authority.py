"""The certificate authority of this installation, and what a server shows by it.

Loading this takes the packages of the extra ``tls``: others ask ``opening.py`` for it.
"""

import shutil
import ssl
import tempfile
import weakref
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from mockserver.interception.certificates import Pair
from mockserver.interception.contexts import make_context
from mockserver.interception.folder import Folder
from mockserver.interception.kept import is_near_end, keep_authority
from mockserver.interception.leaves import FLAWS, keep_leaf
from mockserver.interception.names import LOCAL, gather
from mockserver.interception.trust import write_bundle, write_truststore
from mockserver.text.targets import is_address, simplify

PUBLIC = "ca.pem"
MOST_CONTEXTS = 128
PATIENCE = timedelta(hours=1)
"""Between two tries to renew an authority."""

Clock = Callable[[], datetime]


def _machine_time() -> datetime:
    return datetime.now(UTC)


class Authority:
    """What vouches for the names of hosts. ``open`` gives one."""

    def __init__(self, folder: Folder, names: tuple[str, ...], now: Clock) -> None:
        """Raises Refused."""
        self.folder = folder
        self.names = names
        self._now = now
        self._renewed = now()
        self._pair = keep_authority(folder, names, self._renewed)
        self._contexts: dict[tuple[str, str | None], ssl.SSLContext] = {}

    @classmethod
    def open(
        cls, folder: Path | None, names: Iterable[str], now: Clock = _machine_time
    ) -> "Authority":
        """The one that is kept in the folder, or is made there where there is none yet.

        Without a folder it is one that nobody else has, and that ends with this process. ``names``
        are hosts, and may be addresses; those of this machine are always among them. Raises
        Refused for a folder or file that cannot be used.
        """
        if folder is not None:
            return cls(Folder(folder.absolute()), gather(names), now)
        temporary = Path(tempfile.mkdtemp(prefix="mockserver-ca-"))
        authority = cls(Folder(temporary), gather(names), now)
        weakref.finalize(authority, shutil.rmtree, temporary, ignore_errors=True)
        return authority

    @property
    def certificate(self) -> x509.Certificate:
        return self._pair.certificate

    @property
    def pem(self) -> bytes:
        """The certificate that clients are to trust."""
        return self._pair.pem

    def public_file(self) -> Path:
        """A file with that alone. Raises OSError, as the next two do."""
        return self.folder.write(PUBLIC, self.pem)

    def bundle_file(self) -> Path:
        """A file with certifi's certificates and this one, in PEM."""
        return write_bundle(self.folder, self._pair.certificate)

    def truststore_file(self) -> Path:
        """The same in PKCS#12 for Java, with the password ``trust.PASSWORD``."""
        return write_truststore(self.folder, self._pair.certificate)

    def context_for(self, name: str | None, flaw: str | None = None) -> ssl.SSLContext:
        """What a server speaks TLS with as the host of that name, which a client tells in its SNI.

        Without a name, as clients tell none for an address, and for one that this authority is not
        for, the certificate is that of localhost and all addresses. ``flaw`` is what is to be wrong
        with it, one of ``leaves.FLAWS``. Raises Refused where the authority had to be made anew
        and cannot.
        """
        now = self._now()
        if is_near_end(self._pair.certificate, now):  # as all that it issued is then
            self._renew(now)
        key = self._find_host(name), flaw
        if key not in self._contexts:
            if len(self._contexts) >= MOST_CONTEXTS:
                self._contexts.clear()
            self._contexts[key] = make_context(self._issue(*key, now))
        return self._contexts[key]

    def _renew(self, now: datetime) -> None:
        """Seldom, where it cannot be: until its end the one of before does."""
        if self._renewed + PATIENCE < now or self.certificate.not_valid_after_utc <= now:
            self._renewed = now
            self._pair = keep_authority(self.folder, self.names, now)
            self._contexts.clear()

    def _find_host(self, name: str | None) -> str:
        simple = simplify(name) if name else LOCAL[0]
        return simple if simple in self.names and not is_address(simple) else LOCAL[0]

    def _issue(self, host: str, flaw: str | None, now: datetime) -> Pair:
        addresses = [each for each in self.names if is_address(each)] if host == LOCAL[0] else []
        names = [host, *addresses]
        if flaw is None:
            return keep_leaf(self.folder, self._pair, names, now)
        return FLAWS[flaw](self._pair, names, now)
