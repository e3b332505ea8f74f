"""The authority, as those see it who trust it, and how it is kept."""

import ssl
import stat
import subprocess
import sys
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

from mockserver.interception.authority import Authority
from mockserver.text.mistakes import Refused
from tests.interception.handshakes import leaf_of, shake_hands, trusting

HOST = "api.example.com"
DAY = timedelta(days=1)


def at(days: float) -> Callable[[], datetime]:
    """A clock that is so many days off."""
    return lambda: datetime.now(UTC) + days * DAY


def constraints(authority: Authority) -> set[str]:
    found = authority.certificate.extensions.get_extension_for_class(x509.NameConstraints)
    assert found.critical
    return {str(each.value) for each in found.value.permitted_subtrees or ()}


def test_it_is_constrained_and_ends_in_199_days(tmp_path: Path) -> None:
    authority = Authority.open(tmp_path, [HOST, "Mock.Test.", "10.1.2.3"])
    found = authority.certificate
    basic = found.extensions.get_extension_for_class(x509.BasicConstraints)
    assert basic.critical
    assert basic.value == x509.BasicConstraints(ca=True, path_length=0)
    usage = found.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert (usage.value.key_cert_sign, usage.value.digital_signature) == (True, False)
    own = {"localhost", "127.0.0.1/32", "::1/128"}
    assert constraints(authority) == {HOST, "mock.test", "10.1.2.3/32", *own}
    left = found.not_valid_after_utc - datetime.now(UTC)
    assert timedelta(days=198) < left <= timedelta(days=199)
    assert found.not_valid_before_utc < datetime.now(UTC) - timedelta(hours=23)


def test_files_are_the_users_alone(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "ca"
    authority = Authority.open(folder, [HOST])
    authority.context_for(HOST)
    authority.public_file(), authority.bundle_file(), authority.truststore_file()
    files = [each for each in folder.rglob("*") if each.is_file()]
    assert {"authority.pem", "ca.pem", "bundle.pem", "truststore.p12", f"{HOST}.pem"} <= {
        each.name for each in files
    }
    assert {stat.S_IMODE(each.stat().st_mode) for each in files} == {0o600}
    assert {stat.S_IMODE(each.stat().st_mode) for each in (folder, folder / "leaves")} == {0o700}


def test_public_file_holds_no_key(tmp_path: Path) -> None:
    authority = Authority.open(tmp_path, [HOST])
    assert authority.public_file().read_bytes() == authority.pem
    assert b"PRIVATE" not in authority.pem
    assert b"PRIVATE" not in authority.bundle_file().read_bytes()


def test_it_is_the_same_after_a_restart(tmp_path: Path) -> None:
    before = Authority.open(tmp_path, [HOST])
    after = Authority.open(tmp_path, [HOST])
    assert after.pem == before.pem
    assert leaf_of(after.context_for(HOST)) == leaf_of(before.context_for(HOST))


def test_one_without_a_folder_is_its_own_and_leaves_nothing() -> None:
    one, other = Authority.open(None, [HOST]), Authority.open(None, [HOST])
    assert one.pem != other.pem
    folder = one.bundle_file().parent
    assert folder.is_dir()
    del one
    assert not folder.exists()


OPENED = """
import sys
from pathlib import Path
from mockserver.interception.authority import Authority

print("ready", flush=True)
sys.stdin.readline()
sys.stdout.write(Authority.open(Path(sys.argv[1]), ["api.example.com"]).pem.decode())
"""


def test_processes_that_start_at_once_have_one_authority(tmp_path: Path) -> None:
    command = [sys.executable, "-c", OPENED, tmp_path / "ca"]
    start = partial(subprocess.Popen, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    processes = [start(command) for _ in range(4)]
    for each in processes:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    for each in processes:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    told = {each.communicate(timeout=30)[0] for each in processes}
    assert told == {Authority.open(tmp_path / "ca", [HOST]).pem.decode()}


@pytest.mark.parametrize("age", [169.5, 198, 300])
def test_it_is_renewed_for_the_last_thirty_days(
    tmp_path: Path, age: float, caplog: pytest.LogCaptureFixture
) -> None:
    before = Authority.open(tmp_path, [HOST], at(-age))
    after = Authority.open(tmp_path, [HOST])
    assert after.pem != before.pem
    assert after.certificate.public_key() == before.certificate.public_key()
    assert "must trust the new one" in caplog.text
    shake_hands(after.context_for(HOST), trusting(after.pem), HOST)


def test_it_stays_before(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    before = Authority.open(tmp_path, [HOST], at(-168.5))
    assert Authority.open(tmp_path, [HOST]).pem == before.pem
    assert caplog.text == ""


def test_who_trusts_the_one_before_the_renewal_has_until_its_end(tmp_path: Path) -> None:
    before = Authority.open(tmp_path, [HOST], at(-180))
    after = Authority.open(tmp_path, [HOST])
    shake_hands(after.context_for(HOST), trusting(before.pem), HOST)


def test_server_that_runs_on_renews_too(tmp_path: Path) -> None:
    now = [at(-300)()]
    authority = Authority.open(tmp_path, [HOST], lambda: now[0])
    with pytest.raises(ssl.SSLCertVerificationError, match="certificate has expired"):
        shake_hands(authority.context_for(HOST), trusting(authority.pem), HOST)
    now[0] = at(0)()
    shake_hands(authority.context_for(HOST), trusting(authority.pem), HOST)


def test_one_that_cannot_be_renewed_does_until_its_end(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As in a folder that is mounted to be read; asking again is left to later."""
    first = Authority.open(tmp_path, [HOST], at(-180))
    (tmp_path / ".lock").unlink()
    (tmp_path / ".lock").mkdir()  # holds nobody up but who wants to write, root too
    found = Authority.open(tmp_path, [HOST])
    assert found.certificate == first.certificate
    assert shake_hands(found.context_for(HOST), trusting(first.pem), HOST)
    assert "cannot be renewed: Is a directory" in caplog.text
    assert len(caplog.records) == 1
    with pytest.raises(Refused, match="Is a directory"):
        Authority.open(tmp_path, [HOST, "another.test"])
    with pytest.raises(Refused, match="Is a directory"):
        Authority.open(tmp_path, [HOST], at(20))


def test_it_is_made_anew_for_further_names_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before = Authority.open(tmp_path, [HOST])
    before.context_for(HOST)
    after = Authority.open(tmp_path, [HOST, "mock.test"])
    assert "it could not vouch for mock.test" in caplog.text
    assert constraints(after) - constraints(before) == {"mock.test"}
    with pytest.raises(ssl.SSLCertVerificationError, match="unable to get local issuer"):
        shake_hands(after.context_for(HOST), trusting(before.pem), HOST)
    for name in (HOST, "mock.test"):
        shake_hands(after.context_for(name), trusting(after.pem), name)


def test_it_stays_for_fewer_names(tmp_path: Path) -> None:
    before = Authority.open(tmp_path, [HOST, "mock.test", "10.1.2.3"])
    for name in ("mock.test", "10.1.2.3"):
        shake_hands(before.context_for(name), trusting(before.pem), name)
    after = Authority.open(tmp_path, [HOST])
    assert after.pem == before.pem
    for name in ("mock.test", "10.1.2.3"):
        with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
            shake_hands(after.context_for(name), trusting(after.pem), name)


def make_broken(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:200])


def make_empty(file: Path) -> None:
    file.write_bytes(b"")


def make_mixed(file: Path) -> None:
    key = file.read_bytes().partition(b"-----BEGIN CERT")[0]
    other = Authority.open(None, [HOST]).pem
    file.write_bytes(key + other)


def make_foreign(file: Path) -> None:
    leaf = file.parent / "leaves" / f"{HOST}.pem"
    file.write_bytes(leaf.read_bytes())


def make_readable(file: Path) -> None:
    file.chmod(0o644)


def make_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


UNUSABLE = {
    make_broken: "expected a private key and its certificate",
    make_empty: "expected a private key and its certificate",
    make_mixed: "key and certificate do not belong together",
    make_foreign: "was not made by mockserver",
    make_readable: "its mode is to be 600",
    make_folder: "Is a directory",
}


@pytest.mark.parametrize(("spoil", "reason"), UNUSABLE.items())
def test_file_that_cannot_be_used_is_refused_and_left(
    tmp_path: Path, spoil: Callable[[Path], None], reason: str
) -> None:
    Authority.open(tmp_path, [HOST]).context_for(HOST)
    file = tmp_path / "authority.pem"
    spoil(file)
    before = state_of(file)
    with pytest.raises(Refused, match=reason) as refused:
        Authority.open(tmp_path, [HOST])
    assert str(file) in refused.value.message
    assert "--ca-dir DIR" in refused.value.hint
    assert state_of(file) == before


def state_of(file: Path) -> tuple[int, ...]:
    """All but when it was read."""
    found = file.stat()
    return found.st_ino, found.st_mode, found.st_size, found.st_mtime_ns


def test_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Refused, match="Not a directory"):
        Authority.open(tmp_path / "file" / "ca", [HOST])


def test_bundle_is_the_roots_of_the_web_and_ours(tmp_path: Path) -> None:
    authority = Authority.open(tmp_path, [HOST])
    client = ssl.create_default_context(cafile=str(authority.bundle_file()))
    shake_hands(authority.context_for(HOST), client, HOST)
    roots = ssl.create_default_context(cafile=certifi.where())
    assert len(client.get_ca_certs()) == len(roots.get_ca_certs()) + 1


def test_bundle_is_that_of_now(tmp_path: Path) -> None:
    authority = Authority.open(tmp_path, [HOST])
    authority.bundle_file().write_text("what another authority wrote")
    assert authority.bundle_file().read_bytes().endswith(authority.pem)


def test_truststore_holds_the_same(tmp_path: Path) -> None:
    authority = Authority.open(tmp_path, [HOST])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # cryptography's own of roots of the web
        found = load_pkcs12(authority.truststore_file().read_bytes(), b"changeit").additional_certs
        roots = x509.load_pem_x509_certificates(authority.bundle_file().read_bytes())
    assert {each.certificate for each in found} == set(roots)
    assert authority.certificate in roots
