"""What a server shows to clients that trust its authority."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from mockserver.interception.authority import Authority
from mockserver.interception.certificates import issue, make_authority
from mockserver.interception.contexts import make_context
from tests.interception.handshakes import leaf_of, shake_hands, trusting

HOST = "api.example.com"
LONG = ".".join(["x" * 60] * 4)
NAMES = [HOST, LONG, "10.1.2.3"]


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority.open(None, NAMES)


@pytest.mark.parametrize("name", [*NAMES, "API.Example.com.", "localhost", "127.0.0.1", "::1"])
def test_client_that_trusts_it_is_satisfied(authority: Authority, name: str) -> None:
    client = trusting(authority.pem)
    near, _ = shake_hands(authority.context_for(name), client, name.removesuffix("."))
    assert near.selected_alpn_protocol() == "http/1.1"
    assert near.version() == "TLSv1.3"


@pytest.mark.parametrize("name", [None, "", "api.elsewhere.com", f"below.{HOST}", "192.0.2.7"])
def test_whoever_asks_for_nobody_here_is_shown_this_machine(
    authority: Authority, name: str | None
) -> None:
    shown = leaf_of(authority.context_for(name))
    assert shown == leaf_of(authority.context_for("localhost"))
    shake_hands(authority.context_for(name), trusting(authority.pem), "10.1.2.3")


def test_client_that_knows_no_alpn_is_served(authority: Authority) -> None:
    client = ssl.create_default_context(cadata=authority.pem.decode())
    near, _ = shake_hands(authority.context_for(HOST), client, HOST)
    assert near.selected_alpn_protocol() is None


def test_client_of_tls_1_2_is_served_and_an_older_one_is_not(authority: Authority) -> None:
    client = trusting(authority.pem)
    client.maximum_version = ssl.TLSVersion.TLSv1_2
    assert shake_hands(authority.context_for(HOST), client, HOST)[0].version() == "TLSv1.2"
    assert authority.context_for(HOST).minimum_version == ssl.TLSVersion.TLSv1_2


def test_nothing_is_sent_behind_the_handshake(authority: Authority) -> None:
    near, _ = shake_hands(authority.context_for(HOST), trusting(authority.pem), HOST)
    with pytest.raises(ssl.SSLWantReadError):
        near.read()
    assert near.session is not None
    assert not near.session.has_ticket


FLAWS = {
    "expired": "certificate has expired",
    "wrong_name": f"certificate is not valid for '{HOST}'",
    "unknown_ca": "unable to get local issuer certificate",
}


@pytest.mark.parametrize(("flaw", "complaint"), FLAWS.items())
def test_flaw_is_what_the_client_complains_of(
    authority: Authority, flaw: str, complaint: str
) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match=complaint):
        shake_hands(authority.context_for(HOST, flaw), trusting(authority.pem), HOST)
    shake_hands(authority.context_for(HOST), trusting(authority.pem), HOST)


@pytest.mark.parametrize(("flaw", "complaint"), FLAWS.items())
def test_flaw_of_this_machines_own_certificate(
    authority: Authority, flaw: str, complaint: str
) -> None:
    told = "IP address mismatch" if flaw == "wrong_name" else complaint
    with pytest.raises(ssl.SSLCertVerificationError, match=told):
        shake_hands(authority.context_for(None, flaw), trusting(authority.pem), "127.0.0.1")


def test_leaf_expired_yesterday(authority: Authority) -> None:
    leaf = x509.load_der_x509_certificate(leaf_of(authority.context_for(HOST, "expired")))
    ago = datetime.now(UTC) - leaf.not_valid_after_utc
    assert timedelta(hours=23) < ago < timedelta(hours=25)


def test_nothing_with_a_flaw_is_kept(tmp_path: Path) -> None:
    authority = Authority.open(tmp_path, [HOST])
    for flaw in FLAWS:
        authority.context_for(HOST, flaw)
    assert not (tmp_path / "leaves").exists()


def test_leaf_is_a_servers_alone(authority: Authority) -> None:
    leaf = x509.load_der_x509_certificate(leaf_of(authority.context_for(HOST)))
    found = leaf.extensions
    names = found.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [each.value for each in names] == [HOST]
    uses = found.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(uses) == [ExtendedKeyUsageOID.SERVER_AUTH]
    own = authority.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    issuer = found.get_extension_for_class(x509.AuthorityKeyIdentifier)
    assert issuer.value.key_identifier == own.value.digest


def test_same_context_is_given_again(authority: Authority) -> None:
    assert authority.context_for(HOST) is authority.context_for(HOST.upper())
    assert authority.context_for(HOST) is not authority.context_for(HOST, "expired")


@pytest.mark.parametrize("content", [b"", b"no certificate", None])
def test_leaf_that_is_spoilt_is_made_anew(
    tmp_path: Path, content: bytes | None, caplog: pytest.LogCaptureFixture
) -> None:
    Authority.open(tmp_path, [HOST]).context_for(HOST)
    file = tmp_path / "leaves" / f"{HOST}.pem"
    file.write_bytes(content if content is not None else file.read_bytes()[:-100])
    authority = Authority.open(tmp_path, [HOST])
    shake_hands(authority.context_for(HOST), trusting(authority.pem), HOST)
    assert f"{file}: made anew" in caplog.text
    assert file.read_bytes().startswith(b"-----BEGIN PRIVATE KEY-----")


def test_leaf_that_cannot_be_kept_is_shown_all_the_same(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    authority = Authority.open(tmp_path, [HOST])
    (tmp_path / "leaves").touch()
    shake_hands(authority.context_for(HOST), trusting(authority.pem), HOST)
    assert "cannot be kept" in caplog.text


def test_authority_vouches_for_nobody_else_even_where_it_signs() -> None:
    now = datetime.now(UTC)
    pair = make_authority([HOST, "10.1.2.3"], now)
    for stranger in ("www.example.com", "10.1.2.4"):
        leaf = issue(pair, [stranger], now - timedelta(days=1), now + timedelta(days=1))
        with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
            shake_hands(make_context(leaf), trusting(pair.pem), stranger)


def test_contexts_are_bounded(tmp_path: Path) -> None:
    names = [f"h{number}.test" for number in range(130)]
    authority = Authority.open(tmp_path, names)
    first = authority.context_for(names[0])
    for name in names:
        authority.context_for(name)
    assert authority.context_for(names[0]) is not first
