"""The server of a run: started when a test asks, one for all processes, and gone with the run."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from mockserver.client import Mock, Unreachable
from mockserver.testing.proxies import NAMES, pass_by_proxies
from tests.conftest import Server
from tests.plugin.suites import find_text, run

pytest_plugins = ["pytester"]

PLAIN = """
import sys

from mockserver.pytest_plugin import RUN


def test_nothing_is_loaded_or_started(pytestconfig):
    assert not {"flask", "marshmallow", "requests", "mockserver.client"} & set(sys.modules)
    assert pytestconfig.stash[RUN].server is None
"""
TELLING = """
import socket

import pytest


@pytest.mark.parametrize("number", range(8))
def test_url(mockserver, number):
    with open("urls", "a") as file:
        file.write(f"{mockserver.url}\\n")
"""
WAITING = """
import socket


def test_waits(sandbox, mockserver):
    with socket.create_connection(("127.0.0.1", PORT)) as outside:
        outside.sendall(f"{mockserver.url}\\n".encode())
        outside.recv(1)
"""

BEHIND_A_PROXY = """
import os

import requests


def test_call_passes_it_by(sandbox):
    assert requests.post(f"{sandbox.d7.base_url}/x", timeout=5).status_code == 404
    assert os.environ["NO_PROXY"] == os.environ["no_proxy"] == "intranet,127.0.0.1"
"""


def urls_of(pytester: pytest.Pytester) -> set[str]:
    return set((pytester.path / "urls").read_text().split())


def assert_gone(url: str) -> None:
    with pytest.raises(Unreachable):
        Mock(url).is_ready()


def test_plugin_loads_and_starts_nothing_where_no_test_asks(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(PLAIN)
    run(pytester, "-p", "mockserver.pytest_plugin").assert_outcomes(passed=1)


@pytest.mark.sample(1)
@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["one process", "two more"])
def test_server_is_one_and_gone_afterwards(
    pytester: pytest.Pytester, options: tuple[str, ...]
) -> None:
    pytester.makepyfile(TELLING)
    run(pytester, *options).assert_outcomes(passed=8)
    [url] = urls_of(pytester)
    assert_gone(url)


def test_calls_of_a_suite_pass_proxies_by(
    pytester: pytest.Pytester, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOCKSERVER_URL", server.url)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "intranet")
    monkeypatch.delenv("no_proxy", raising=False)
    pytester.makepyfile(BEHIND_A_PROXY)
    run(pytester).assert_outcomes(passed=1)


@pytest.mark.parametrize("before", [None, "*", "a,b"])
def test_proxies_are_as_before_afterwards(
    monkeypatch: pytest.MonkeyPatch, before: str | None
) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    if before is not None:
        monkeypatch.setenv("no_proxy", before)
    with pass_by_proxies("http://mock:8080"):
        assert os.environ["no_proxy"] == {None: "mock", "*": "*", "a,b": "a,b,mock"}[before]
    assert [os.environ.get(name) for name in NAMES] == [before, None]


@pytest.mark.slow
def test_server_outlives_a_process_that_crashes(pytester: pytest.Pytester) -> None:
    """Also the one that asked for it first."""
    crashing = "import os\n\n\ndef test_crashes(mockserver):\n    os._exit(1)\n"
    pytester.makepyfile(test_a=crashing, test_b=TELLING)
    run(pytester, "-n", "2").assert_outcomes(passed=8, failed=1)
    [url] = urls_of(pytester)
    assert_gone(url)


@pytest.fixture
def outside() -> Iterator[socket.socket]:
    """What a test in another process tells the URL to, and waits for."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(60)
        yield listener


@pytest.mark.sample(1)
@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["one process", "two more"])
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_server_is_gone_however_the_run_ends(
    pytester: pytest.Pytester, outside: socket.socket, how: signal.Signals, options: tuple[str, ...]
) -> None:
    """SIGINT comes to all of the terminal's processes, the others to the first alone."""
    pytester.makepyfile(WAITING.replace("PORT", str(outside.getsockname()[1])))
    arguments = [*pytester._getpytestargs(), "-p", "no:schemathesis", *options]
    process = pytester.popen(
        arguments, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    inside, _ = outside.accept()
    with closing(inside), inside.makefile() as told:
        address = urlsplit(told.readline().strip())
        with socket.create_connection((address.hostname, address.port), timeout=30) as wire:
            if how == signal.SIGINT:
                os.killpg(process.pid, how)
            else:
                process.send_signal(how)
            assert wire.recv(1) == b""  # the server closed it
        process.wait(timeout=30)
    assert_gone(f"http://{address.netloc}")


@pytest.mark.slow
def test_server_with_kept_sandboxes_stays(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_fails(sandbox):\n    assert not sandbox.id")
    result = run(pytester, "-n", "1", "--mockserver-keep")
    url, pid = (
        find_text(result, r"the server at (\S+) stays"),
        find_text(result, r"kill (\d+) ends"),
    )
    made = find_text(result, rf"test_fails: {url}/_mock/sandboxes/(\S+)\n")
    address = urlsplit(url)
    with Mock(url) as mock:
        assert mock.find(made).requests() == []
    with socket.create_connection((address.hostname, address.port), timeout=30) as wire:
        os.kill(int(pid), signal.SIGTERM)
        assert wire.recv(1) == b""


@pytest.mark.slow
def test_server_is_started_with_the_options_of_the_project(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nmockserver_options = --max-sandboxes 1 --config mine.toml")
    (pytester.path / "mine.toml").write_text("[d7]\nread_receipt_body = 'text'\n")
    (pytester.path / "mockserver.toml").write_text("nonsense")
    pytester.makepyfile(
        """
        import pytest

        def test_one(sandbox, mockserver):
            with pytest.raises(Exception, match="--max-sandboxes"):
                mockserver.sandbox()
            assert sandbox.ask("GET", "/snapshot")["switches"]["d7"]["read_receipt_body"] == "text"
        """
    )
    run(pytester).assert_outcomes(passed=1)
    pytester.makeini("[pytest]\nmockserver_options = --nope")
    for options in ((), ("-n", "1")):
        assert "No such option" in run(pytester, *options).stdout.str()
