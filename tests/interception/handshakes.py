"""TLS between a client and a context of ours, in memory."""

import ssl

ROUNDS = 10


def trusting(pem: bytes) -> ssl.SSLContext:
    """A client that trusts this authority alone, as strictly as OpenSSL can be."""
    context = ssl.create_default_context(cadata=pem.decode())
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    context.set_alpn_protocols(["h2", "http/1.1"])
    return context


def shake_hands(
    server: ssl.SSLContext, client: ssl.SSLContext, name: str
) -> tuple[ssl.SSLObject, ssl.SSLObject]:
    """The client's and the server's end once they agreed. Raises SSLError as the client does."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    near = client.wrap_bio(to_client, to_server, server_hostname=name)
    far = server.wrap_bio(to_server, to_client, server_side=True)
    waiting = [near, far]
    for _ in range(ROUNDS):
        for end in list(waiting):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
            waiting.remove(end)
        if not waiting:
            return near, far
    raise AssertionError("the handshake did not end")


def leaf_of(server: ssl.SSLContext) -> bytes:
    """What it shows, to a client that takes anything."""
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    shown = shake_hands(server, client, "localhost")[0].getpeercert(binary_form=True)
    assert shown is not None
    return shown
