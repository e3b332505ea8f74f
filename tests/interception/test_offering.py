"""How people and programs get at the authority's certificate, and what they are told without."""

import json
import re
import ssl
import subprocess
import sys
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import requests

from mockserver.interception.authority import Authority
from mockserver.registry import find_providers
from tests.commands import run, started
from tests.conftest import Start
from tests.sockets import raw, until_closed

HOSTS = [host for each in find_providers().providers.values() for host in each.hosts]
INSTALL = "pip install 'whatsapp-mockserver[tls]'"


def test_path_of_the_administration_gives_the_certificate(tmp_path: Path, make_client: Any) -> None:
    client = make_client(ca_dir=tmp_path, tls_name=("mock.test",))
    answer = client.get("/_mock/ca.pem")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/x-pem-file"
    assert answer.data == Authority.open(tmp_path, [*HOSTS, "mock.test"]).pem
    assert b"PRIVATE" not in answer.data
    assert client.get("/_mock/ca.pem").data == answer.data


def test_path_asks_for_the_token_as_others_do(make_client: Any) -> None:
    assert make_client(admin_token="t").get("/_mock/ca.pem").status_code == 401


def test_path_tells_what_is_wrong_with_the_folder(tmp_path: Path, make_client: Any) -> None:
    (tmp_path / "authority.pem").touch(mode=0o600)
    answer = make_client(ca_dir=tmp_path).get("/_mock/ca.pem")
    assert answer.status_code == 500
    assert answer.json["error"]["code"] == "no_authority"
    assert str(tmp_path / "authority.pem") in answer.json["error"]["message"]
    assert "--ca-dir DIR" in answer.json["error"]["hint"]


def read(shown: str) -> dict[str, str]:
    return dict(re.findall(r"^(.+?): +(.*)$", shown, re.M))


FILES = {"path": "ca.pem", "bundle": "bundle.pem"}


@pytest.mark.parametrize(("command", "name"), FILES.items())
def test_command_prints_one_path_and_nothing_else(tmp_path: Path, command: str, name: str) -> None:
    done = run("ca", command, "--ca-dir", str(tmp_path / "ca"))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{tmp_path}/ca/{name}\n"
    authority = Authority.open(tmp_path / "ca", HOSTS)
    assert Path(done.stdout.strip()).read_bytes().endswith(authority.pem)


def test_path_is_absolute_for_a_folder_beside(tmp_path: Path) -> None:
    done = run("ca", "path", cwd=tmp_path, MOCKSERVER_CA_DIR="mine")
    assert done.stdout == f"{tmp_path}/mine/ca.pem\n"


USUAL = {"XDG_STATE_HOME": "mockserver/ca", "HOME": ".local/state/mockserver/ca"}


@pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="they have a place of their own")
@pytest.mark.parametrize(("variable", "folder"), USUAL.items())
def test_folder_is_in_the_users_state_directory(tmp_path: Path, variable: str, folder: str) -> None:
    none = {"XDG_STATE_HOME": "relative, so of no effect"}
    done = run("ca", "path", cwd=tmp_path, **{**none, variable: str(tmp_path)})
    assert done.stdout == f"{tmp_path}/{folder}/ca.pem\n"


def test_names_can_be_told_in_every_way(tmp_path: Path) -> None:
    (tmp_path / "mockserver.toml").write_text('tls_name = ["c.test", "10.1.2.3"]\nca_dir = "ca"\n')
    show = partial(run, "ca", "show", cwd=tmp_path)
    for told, found in (
        (show(), {"c.test", "10.1.2.3"}),
        (show(MOCKSERVER_TLS_NAME="a.test,B.test"), {"a.test", "b.test"}),
        (show("--tls-name", "d.test", "--tls-name", "E.test,::2"), {"d.test", "e.test", "::2"}),
    ):
        names = read(told.stdout)["vouches for"].split(", ")
        assert set(names) == {*HOSTS, "localhost", "127.0.0.1", "::1", *found}


WRONG = ("https://a.test", "a.test:443", "a..test", "-a.test", "*.test", "", "fe80::1%eth0", "a b")


@pytest.mark.parametrize("name", WRONG)
def test_name_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    done = run("ca", "path", f"--tls-name={name}", "--ca-dir", str(tmp_path / "ca"))
    assert done.returncode == 2
    assert done.stderr.startswith("mockserver: --tls-name: expected names of hosts or addresses")
    assert not (tmp_path / "ca").exists()


def test_show_tells_what_it_is(tmp_path: Path) -> None:
    authority = Authority.open(tmp_path, HOSTS)
    authority.context_for(HOSTS[0])
    authority.context_for(None)
    done = run("ca", "show", "--ca-dir", str(tmp_path))
    told = read(done.stdout)
    digest = sha256(ssl.PEM_cert_to_DER_cert(authority.pem.decode())).hexdigest()
    assert told["SHA-256"].replace(":", "").lower() == digest
    assert told["leaves"].split(", ") == sorted([HOSTS[0], "localhost"])
    assert told["file"] == f"{tmp_path}/ca.pem"
    assert re.fullmatch(r"CN=mockserver local CA [0-9a-f]{12},O=mockserver", told["subject"])


def test_trust_help_names_the_file_for_each_system(tmp_path: Path) -> None:
    done = run("ca", "trust-help", "--ca-dir", str(tmp_path / "a folder"))
    assert done.returncode == 0
    file = f"'{tmp_path}/a folder/ca.pem'"
    for tool in ("update-ca-certificates", "update-ca-trust", "security", "keytool", "curl"):
        assert re.search(rf"{tool}\b.*{re.escape(file)}|{re.escape(file)}.*{tool}\b", done.stdout)
    assert f'certutil -addstore -f Root "{tmp_path}/a folder/ca.pem"' in done.stdout
    assert "`mockserver exec`" in done.stdout


def test_folder_that_cannot_be_used_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = run("ca", "path", "--ca-dir", str(tmp_path / "file"))
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert line.startswith(f"mockserver: {tmp_path}/file/authority.pem: cannot be used: Not a dir")


def test_bundle_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    Authority.open(tmp_path, HOSTS)
    (tmp_path / "bundle.pem").mkdir()
    done = run("ca", "bundle", "--ca-dir", str(tmp_path))
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert line.startswith(f"mockserver: {tmp_path}/bundle.pem: Is a directory; have it in another")


@pytest.fixture
def without_extra(tmp_path: Path) -> dict[str, str]:
    """Variables of a Python in which cryptography is not installed."""
    (tmp_path / "cryptography.py").write_text(
        'raise ModuleNotFoundError("No module named \'cryptography\'", name="cryptography")\n'
    )
    return {"PYTHONPATH": str(tmp_path)}


def test_command_without_the_extra_says_what_to_install(without_extra: dict[str, str]) -> None:
    done = started("ca", "path", **without_extra)
    assert (done.returncode, done.stdout) == (1, "")
    [line] = done.stderr.splitlines()
    assert line.endswith(INSTALL)


def test_server_without_the_extra_speaks_http_and_says_what_to_install(
    start_server: Start, without_extra: dict[str, str]
) -> None:
    server = start_server(**without_extra)
    answer = requests.get(f"{server.url}/_mock/ca.pem", timeout=5)
    assert answer.status_code == 501
    assert answer.json()["error"]["code"] == "tls_not_installed"
    assert answer.json()["error"]["hint"] == INSTALL


def test_server_without_the_extra_refuses_what_needs_it(
    start_server: Start, without_extra: dict[str, str]
) -> None:
    """A tunnel with a reason, TLS by an end; what needs none goes on."""
    server = start_server(**without_extra)
    wish = "CONNECT api.kirim.chat:{} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    answer = raw(server.url, wish.format(443).encode())
    assert answer.status == 501
    assert json.loads(answer.body)["error"]["hint"] == INSTALL
    assert raw(server.url, wish.format(80).encode()).status == 200
    hello = b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03"
    assert until_closed(server.url, hello) == b""
    told = requests.get(f"{server.state}/requests", timeout=5).json()["requests"]
    assert [entry["hint"] for entry in told] == [INSTALL, INSTALL]
    assert "Traceback" not in server.log.read_text()
    assert requests.get(f"{server.url}/_mock/livez", timeout=5).status_code == 200


LOADED = """
import sys
from mockserver.cli import serve
from mockserver import create_app

create_app()
print([name for name in ("cryptography", "certifi") if name in sys.modules])
"""


def test_start_loads_nothing_of_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
