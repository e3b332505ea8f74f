"""What a server speaks TLS with."""

import ssl
import tempfile
from pathlib import Path

from mockserver.interception.certificates import Pair


def make_context(pair: Pair) -> ssl.SSLContext:
    """TLS 1.2 or newer, for HTTP/1.1 alone.

    There are no tickets to resume a session with: they would go out with the first answer, and
    Node.js takes a reset that comes right behind any data for an ordinary end.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.num_tickets = 0
    context.set_alpn_protocols(["http/1.1"])
    with tempfile.TemporaryDirectory(prefix="mockserver-tls-") as folder:  # of mode 0700
        path = Path(folder, "leaf.pem")  # it can be loaded from a file only
        path.write_bytes(pair.secret_pem)
        context.load_cert_chain(path)
    return context
