"""``mockserver env``: the variables for a server that runs."""

import json
import os
import subprocess
from pathlib import Path

import pytest
import requests

from tests.commands import Done, run
from tests.conftest import Server, Start
from tests.faults.command import assert_one_line


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That of the server's authority, with a blank and a quote in its path."""
    return tmp_path_factory.mktemp("it's mine") / "ca"


@pytest.fixture(scope="module")
def trusted(start_server: Start, folder: Path) -> Server:
    return start_server("--ca-dir", str(folder))


def env(server: Server, folder: Path, *options: str, **variables: str) -> Done:
    return run("env", "--url", server.url, "--ca-dir", str(folder), *options, **variables)


def test_json_is_one_flat_object(trusted: Server, folder: Path) -> None:
    done = env(trusted, folder, "--format", "json", NODE_OPTIONS="--trace-warnings")
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert {type(value) for value in told.values()} == {str}
    assert told["HTTPS_PROXY"] == told["MOCKSERVER_URL"] == trusted.url
    assert told["NODE_OPTIONS"].startswith("--trace-warnings --require=")
    pem = requests.get(f"{trusted.url}/_mock/ca.pem", timeout=5).text
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"):
        assert Path(told[name]).read_text().rstrip().endswith(pem.rstrip())
    assert f"{folder / 'truststore.p12'}" in told["JAVA_TOOL_OPTIONS"].replace("'\"'\"'", "'")


def test_php_finds_the_bundle(trusted: Server, folder: Path) -> None:
    told = json.loads(env(trusted, folder, "--format", "json").stdout)
    code = "echo ini_get('curl.cainfo'), PHP_EOL, ini_get('openssl.cafile'), PHP_EOL;"
    done = subprocess.run(
        ["php", "-r", code], capture_output=True, env=os.environ | told, text=True, timeout=20
    )
    assert done.stdout.splitlines() == [str(folder / "bundle.pem")] * 2


@pytest.mark.parametrize("form", [(), ("--format", "sh")])
def test_shell_takes_them(trusted: Server, folder: Path, form: tuple[str, ...]) -> None:
    text = env(trusted, folder, *form).stdout
    told = json.loads(env(trusted, folder, "--format", "json").stdout)
    script = 'eval "$1"; exec env -0'
    done = subprocess.run(["sh", "-c", script, "sh", text], capture_output=True, timeout=20)
    set_there = dict(each.split("=", 1) for each in done.stdout.decode().split("\0") if each)
    assert {name: set_there[name] for name in told} == told
    assert (folder / "bundle.pem").samefile(set_there["SSL_CERT_FILE"])


@pytest.mark.parametrize("form", ["fish", "powershell", "dotenv"])
def test_every_variable_is_a_line_in_other_formats(
    trusted: Server, folder: Path, form: str
) -> None:
    told = json.loads(env(trusted, folder, "--format", "json").stdout)
    lines = env(trusted, folder, "--format", form).stdout.splitlines()
    assert len(lines) == len(told)
    assert all(name in line for name, line in zip(told, lines, strict=True))


def test_sandbox_is_the_user_of_the_proxy(trusted: Server, folder: Path) -> None:
    made = requests.post(f"{trusted.url}/_mock/sandboxes", json={"id": "mine"}, timeout=5).json()
    done = env(trusted, folder, "--sandbox", "mine", "--format", "json")
    told = json.loads(done.stdout)
    proxy = trusted.url.replace("http://", f"http://{made['code']}:sandbox@")
    assert (told["https_proxy"], told["MOCKSERVER_SANDBOX"]) == (proxy, "mine")


def test_server_and_folder_are_found_in_the_environment(trusted: Server, folder: Path) -> None:
    variables = {"MOCKSERVER_URL": trusted.url, "MOCKSERVER_CA_DIR": os.path.relpath(folder)}
    done = run("env", "--format", "json", **variables)
    assert (folder / "bundle.pem").samefile(json.loads(done.stdout)["SSL_CERT_FILE"])


def test_other_authority_is_told_and_nothing_printed(trusted: Server, tmp_path: Path) -> None:
    done = env(trusted, tmp_path)
    assert_one_line(done, 1, trusted.url, str(tmp_path), "--ca-dir", "mockserver exec")
    assert done.stdout == ""
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize(
    ("options", "code", "told"),
    [
        (["--sandbox", "nobody"], 1, "no such sandbox: 'nobody'"),
        (["--format", "csh"], 2, "csh"),
        (["--ca-dir", ""], 2, "--ca-dir: expected a path"),
    ],
)
def test_what_is_wrong_is_one_line(
    trusted: Server, folder: Path, options: list[str], code: int, told: str
) -> None:
    assert_one_line(env(trusted, folder, *options), code, told)


def test_no_server_is_one_line() -> None:
    done = run("env", "--url", "http://127.0.0.1:1")
    assert_one_line(done, 1, "no server answers at http://127.0.0.1:1")


def test_path_that_no_terminal_shows_is_refused(start_server: Start, tmp_path: Path) -> None:
    odd = tmp_path / "a\nb"
    server = start_server("--ca-dir", str(odd))
    done = env(server, odd)
    assert_one_line(done, 1, "SSL_CERT_FILE: expected no control characters")
    assert done.stdout == ""
