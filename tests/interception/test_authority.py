"""The authority, as those see it who trust it."""

import ssl
from pathlib import Path

import pytest

from mockserver.interception.authority import Authority
from tests.interception.handshakes import shake_hands

HOST = "api.example.com"


def trusting(authority: Authority) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=authority.pem.decode())
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    context.set_alpn_protocols(["h2", "http/1.1"])
    return context


@pytest.mark.parametrize("name", [HOST, "localhost", "127.0.0.1", "::1", "10.1.2.3"])
def test_client_that_trusts_it_is_satisfied(tmp_path: Path, name: str) -> None:
    authority = Authority.open(tmp_path / "ca", [HOST, "10.1.2.3"])
    near, _ = shake_hands(authority.context_for(name), trusting(authority), name)
    assert near.selected_alpn_protocol() == "http/1.1"
    assert near.version() == "TLSv1.3"


FLAWS = {
    "expired": "certificate has expired",
    "wrong_name": f"certificate is not valid for '{HOST}'",
    "unknown_ca": "unable to get local issuer certificate",
}


@pytest.mark.parametrize(("flaw", "message"), FLAWS.items())
def test_flaw_is_what_the_client_complains_of(tmp_path: Path, flaw: str, message: str) -> None:
    authority = Authority.open(tmp_path / "ca", [HOST])
    with pytest.raises(ssl.SSLCertVerificationError, match=message):
        shake_hands(authority.context_for(HOST, flaw), trusting(authority), HOST)
