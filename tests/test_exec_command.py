"""``mockserver exec``: whom it runs, how that ends, and what of it is left."""

import json
import os
import pty
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from mockserver.interception.variables import HOOK
from tests.calls import KIRIM_RECEIPT, ValidCall
from tests.commands import Done, run, started
from tests.conftest import Server
from tests.faults.command import assert_one_line

TELL = """
import json, os, pathlib, sys
bundle = pathlib.Path(os.environ["SSL_CERT_FILE"])
files = [bundle, pathlib.Path(os.environ["JAVA_TOOL_OPTIONS"].split("trustStore=")[1].split()[0])]
told = {"variables": dict(os.environ), "sizes": [each.stat().st_size for each in files]}
print(json.dumps(told | {"files": [*map(str, files)], "bundle": bundle.read_text()}))
"""
COUNT = """
import os, signal, sys
caught = []
for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(each, lambda number, _: (caught.append(number), print("caught", flush=True)))
print(os.environ["MOCKSERVER_URL"], os.environ["SSL_CERT_FILE"], flush=True)
for line in sys.stdin:
    print(caught, flush=True)
    sys.exit(5)
"""


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def calling(call: ValidCall, *headers: str) -> tuple[str, ...]:
    """A program that makes the call straight to the server."""
    curl = ["curl", "-s", "-o", os.devnull, "--noproxy", "*", "-X", call.method]
    for header in (*(f"{name}: {value}" for name, value in call.headers.items()), *headers):
        curl += ["-H", header]
    script = 'url=$MOCKSERVER_URL$1; shift; exec "$@" "$url"'
    return ("sh", "-c", script, "sh", call.path, *curl, "-d", call.full_body.decode())


def is_gone(url: str) -> bool:
    address = urlsplit(url)
    try:
        socket.create_connection((address.hostname, address.port), timeout=5).close()
    except ConnectionRefusedError:
        return True
    return False


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    """What a program is told of, by itself; nobody else had a server then."""
    done = started("exec", "--", *python(TELL), NODE_OPTIONS="--trace-warnings")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_variables_are_set(told: dict[str, Any]) -> None:
    variables = told["variables"]
    url = variables["MOCKSERVER_URL"]
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"):
        assert variables[name] == url
    assert variables["MOCKSERVER_SANDBOX"] == "default"
    assert variables["NODE_OPTIONS"] == f"--trace-warnings --require={HOOK}"
    assert variables["PATH"] == os.environ["PATH"]


def test_files_hold_an_authority_of_its_own_and_die_with_it(told: dict[str, Any]) -> None:
    assert min(told["sizes"]) > 100_000  # all roots of the web
    assert told["bundle"].count("BEGIN CERTIFICATE") > 100
    assert [name for name in told["files"] if Path(name).parent.exists()] == []
    assert is_gone(told["variables"]["MOCKSERVER_URL"])


@pytest.mark.parametrize(
    ("script", "code"),
    [("exit 0", 0), ("exit 3", 3), ("kill -TERM $$", 143), ("kill -KILL $$", 137)],
)
def test_exit_code_is_the_programs(server: Server, script: str, code: int) -> None:
    done = run("exec", "--url", server.url, "--", "sh", "-c", script)
    assert (done.returncode, done.stdout) == (code, "")


@pytest.mark.parametrize(
    ("command", "code", "reason"),
    [
        ("nowhere-at-all", 127, "no such command"),
        ("./nowhere", 127, "no such command"),
        (".", 126, "cannot be run"),
        ("./plain", 126, "Permission denied"),
        ("./foreign", 126, "Exec format error"),
    ],
)
def test_what_cannot_be_run_is_one_line(
    server: Server, tmp_path: Path, command: str, code: int, reason: str
) -> None:
    (tmp_path / "plain").write_text("")
    (tmp_path / "foreign").write_bytes(b"\x7f no program")
    (tmp_path / "foreign").chmod(0o755)
    done = run("exec", "--url", server.url, command, cwd=tmp_path)
    assert_one_line(done, code, f"{command}: {reason}" if "such" in reason else reason)


def test_streams_are_the_programs_and_options_behind_it_too(server: Server) -> None:
    script = "cat; printf told >&2"
    done = run("exec", "--url", server.url, "sh", "-c", script, given="\x1b[1m in\r\n")
    assert done.stdout == "\x1b[1m in\r\n"
    assert done.stderr.startswith("toldmockserver: nothing was called")


# What it tells afterwards


def lines_of(done: Done) -> list[str]:
    """Without the program's name, which each begins with."""
    lines = done.stderr.splitlines()
    assert all(line.startswith("mockserver: ") for line in lines)
    return [line.removeprefix("mockserver: ") for line in lines]


def test_calls_are_told_on_stderr(server: Server) -> None:
    KIRIM_RECEIPT.send(server.url)  # before, and so not told
    done = run("exec", "--url", server.url, *calling(KIRIM_RECEIPT))
    assert (done.returncode, done.stdout) == (0, "")
    assert lines_of(done) == ["1 call in the sandbox default", "1 x kirim mark_as_read -> 200"]


def test_failed_calls_are_told_with_their_reason_and_where_to_read_on(server: Server) -> None:
    call = calling(KIRIM_RECEIPT, "X-Mock-Fault: error=WHATSAPP_UPSTREAM_ERROR")
    done = run("exec", "--url", server.url, "sh", "-c", '"$@"; "$@"', "sh", *call)
    summary, called, read_on = lines_of(done)
    assert summary == "2 calls, 2 failed in the sandbox default"
    assert called.startswith("2 x kirim mark_as_read -> 502 WHATSAPP_UPSTREAM_ERROR: ")
    newest = requests.get(f"{server.state}/requests/last", timeout=5).json()
    assert called.endswith(newest["because"])
    explain = f"mockserver explain {newest['id']} --url {server.url} --sandbox default"
    assert read_on.startswith(f"read on: {explain}; docs/interception.md")


def test_nothing_called_is_told_with_the_likely_reason(server: Server) -> None:
    [line] = lines_of(run("exec", "--url", server.url, "true"))
    assert line.startswith("nothing was called: ")
    assert "HTTPS_PROXY" in line
    assert "docs/interception.md" in line


def test_calls_to_other_sandboxes_are_told(server: Server) -> None:
    done = run("exec", "--url", server.url, "--sandbox", "new", *calling(KIRIM_RECEIPT))
    [summary] = lines_of(done)
    assert summary.startswith("0 calls in the sandbox sandbox-")
    assert summary.endswith(" (1 in default)")


# The sandbox


def sandboxes(server: Server) -> list[str]:
    listed = requests.get(f"{server.url}/_mock/sandboxes", timeout=5).json()["sandboxes"]
    return [each["id"] for each in listed]


def test_new_sandbox_is_made_as_wished_and_removed_afterwards(server: Server) -> None:
    before = sandboxes(server)
    wish = ("--sandbox", "new", "--scenario", "expired-credentials", "--any-credentials")
    ask = 'curl -s --noproxy "*" $MOCKSERVER_URL/_mock/sandboxes/$MOCKSERVER_SANDBOX/faults'
    tell = f"{ask}; echo; echo $HTTPS_PROXY $MOCKSERVER_SANDBOX"
    done = run("exec", "--url", server.url, *wish, "sh", "-c", tell)
    faults, last = done.stdout.splitlines()
    assert len(json.loads(faults)["faults"]) == 4
    proxy, id = last.split()
    code = id.removeprefix("sandbox-")
    assert proxy == server.url.replace("http://", f"http://{code}:sandbox@")
    assert sandboxes(server) == before


def test_any_credentials_are_those_of_a_new_sandbox(server: Server) -> None:
    before = sandboxes(server)
    call = 'curl -s --noproxy "*" -X POST -H "Authorization: Bearer x" '
    call += '"$MOCKSERVER_URL/~${MOCKSERVER_SANDBOX#sandbox-}/d7/whatsapp/v2/read-receipt/x"'
    done = run("exec", "--url", server.url, "--any-credentials", "sh", "-c", call)
    assert "401" not in done.stderr
    assert "d7 mark_as_read -> 404" in done.stderr
    assert sandboxes(server) == before


def test_sandbox_that_is_there_stays(server: Server) -> None:
    requests.post(f"{server.url}/_mock/sandboxes", json={"id": "mine"}, timeout=5)
    asked = run(
        "exec", "--scenario", "expired-credentials", "true",
        MOCKSERVER_URL=server.url, MOCKSERVER_SANDBOX="mine",
    )  # fmt: skip
    assert asked.returncode == 0
    faults = requests.get(f"{server.url}/_mock/sandboxes/mine/faults", timeout=5).json()["faults"]
    assert len(faults) == 4
    assert requests.delete(f"{server.url}/_mock/sandboxes/mine", timeout=5).status_code == 204


def test_sandbox_of_a_server_of_its_own_is_made() -> None:
    tell = 'curl -s --noproxy "*" $MOCKSERVER_URL/_mock/sandboxes/mine'
    done = run("exec", "--sandbox", "mine", "sh", "-c", tell)
    assert json.loads(done.stdout)["id"] == "mine"


@pytest.mark.parametrize(
    ("options", "code", "told"),
    [
        (["--sandbox", "nobody"], 1, "no such sandbox: 'nobody'"),
        (["--scenario", "nope"], 1, "no such scenario: 'nope'; there are "),
        (["--sandbox", "new", "--scenario", "nope"], 1, "no such scenario: 'nope'; there are "),
        (["--sandbox", "default", "--any-credentials"], 2, "--sandbox new"),
        (["--url", "nowhere"], 2, "--url: expected such as http://127.0.0.1:8080"),
        (["--url", "http://127.0.0.1:1"], 1, "no server answers at http://127.0.0.1:1"),
        (["--sandbx", "new"], 2, "--sandbx"),
    ],
)
def test_what_is_wrong_is_one_line_and_nothing_is_run(
    server: Server, tmp_path: Path, options: list[str], code: int, told: str
) -> None:
    before = sandboxes(server)
    done = run("exec", *options, "touch", "ran", cwd=tmp_path, MOCKSERVER_URL=server.url)
    assert_one_line(done, code, told)
    assert [*tmp_path.iterdir()] == []
    assert sandboxes(server) == before


def test_command_is_needed(server: Server) -> None:
    assert_one_line(run("exec", "--url", server.url, "--"), 2, "COMMAND")


def test_without_the_extra_it_says_what_to_install(tmp_path: Path) -> None:
    missing = "raise ModuleNotFoundError('none', name='cryptography')"
    (tmp_path / "cryptography.py").write_text(missing)
    done = started("exec", "touch", "ran", cwd=tmp_path, PYTHONPATH=str(tmp_path))
    assert_one_line(done, 1, "pip install 'whatsapp-mockserver[tls]'")
    assert not (tmp_path / "ran").exists()


# How it ends


@pytest.fixture
def execed() -> Iterator[subprocess.Popen[str]]:
    """A program that counts signals under exec, with a server of exec's own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "mockserver", "exec", "--", *python(COUNT)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={key: value for key, value in os.environ.items() if key != "MOCKSERVER_URL"},
        start_new_session=True,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_is_handed_on_once(execed: subprocess.Popen[str], number: signal.Signals) -> None:
    assert execed.stdin is not None
    assert execed.stdout is not None
    url, _ = execed.stdout.readline().split()
    execed.send_signal(number)
    assert execed.stdout.readline() == "caught\n"
    output, errors = execed.communicate("end\n", timeout=20)
    assert output == f"[{int(number)}]\n"
    assert execed.returncode == 5
    assert "nothing was called" in errors
    assert is_gone(url)


def test_server_and_folder_end_with_exec_that_is_killed(execed: subprocess.Popen[str]) -> None:
    assert execed.stdout is not None
    url, bundle = execed.stdout.readline().split()
    assert Path(bundle).exists()
    [server] = [each for each in children(execed.pid) if "serve" in arguments(each)]
    ended = os.pidfd_open(server)
    execed.kill()
    assert select.select([ended], [], [], 20)[0]
    os.close(ended)
    assert is_gone(url)
    assert not Path(bundle).parent.exists()


def children(process: int) -> list[int]:
    listed = Path(f"/proc/{process}/task/{process}/children").read_text()
    return [*map(int, listed.split())]


def arguments(process: int) -> list[str]:
    return Path(f"/proc/{process}/cmdline").read_text().split("\0")


def test_control_c_of_a_terminal_comes_once() -> None:
    """The terminal sends it to both. Exec, held up until the program has it, hands on nothing but
    what comes from elsewhere.
    """
    child, terminal = pty.fork()
    if child == 0:
        os.execv(sys.executable, [sys.executable, "-m", "mockserver", "exec", *python(COUNT)])
    with os.fdopen(terminal, "r+b", buffering=0) as screen:
        until(screen, b"http://")
        os.kill(child, signal.SIGSTOP)
        screen.write(b"\x03")
        until(screen, b"caught")
        os.kill(child, signal.SIGTERM)
        os.kill(child, signal.SIGCONT)
        until(screen, b"caught")
        screen.write(b"end\n")
        assert b"[2, 15]" in until(screen, b"nothing was called")
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 5


def until(screen: Any, text: bytes) -> bytes:
    seen = b""
    while text not in seen:
        seen += screen.read(1)
    return seen
