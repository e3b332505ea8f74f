"""The demo: what it shows, and that nothing of it is left."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from mockserver.registry import find_providers

ROUNDS = 6 + len(find_providers().providers) - 4  # six with our four
ENDING = f"{ROUNDS} of {ROUNDS} receipts got through."


def start_demo(**variables: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "mockserver", "demo"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"COLUMNS": "100"} | variables,
        text=True,
        start_new_session=True,
    )


@pytest.fixture(scope="module")
def demo() -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    process = start_demo()
    output, errors = process.communicate(timeout=20)
    yield process, output, errors
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def assert_gone(process: subprocess.Popen[str], output: str) -> None:
    """Whatever it started in its group, and its server, which has one of its own."""
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    found = re.search(r"http://127\.0\.0\.1:(\d+)", output)
    assert found
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(found[1])), timeout=5).close()


@pytest.mark.slow
def test_demo_shows_providers_faults_and_outcomes(
    demo: tuple[subprocess.Popen[str], str, str],
) -> None:
    process, output, errors = demo
    assert (process.returncode, errors) == (0, "")
    for shown in ("D7 Networks", "Kaleyra", "NXCloud", "KirimChat"):
        assert shown in output
    for shown in ("provider-failover", "429", "reset", "outage", "rate_limit", "latency"):
        assert shown in output
    assert ENDING in output


def test_demo_ends_with_its_result_on_a_line_of_its_own(
    demo: tuple[subprocess.Popen[str], str, str],
) -> None:
    assert demo[1].splitlines()[-1] == ENDING


@pytest.mark.slow
def test_demo_goes_past_a_proxy() -> None:
    process = start_demo(http_proxy="http://127.0.0.1:9", HTTP_PROXY="http://127.0.0.1:9")
    output, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, "")
    assert ENDING in output


def test_demo_leaves_no_process_behind(demo: tuple[subprocess.Popen[str], str, str]) -> None:
    assert_gone(demo[0], demo[1])


@pytest.mark.sample(1)
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=lambda how: how.name)
def test_demo_that_is_stopped_leaves_no_process_behind(how: signal.Signals) -> None:
    process = start_demo(PYTHONUNBUFFERED="1")
    try:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert "provider-failover" in first
        process.send_signal(how)
        _, errors = process.communicate(timeout=20)
        assert process.returncode != 0
        assert "Traceback" not in errors
        assert_gone(process, first)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


@pytest.mark.slow
@pytest.mark.parametrize("own", ["MOCKSERVER_FIXTURES", "MOCKSERVER_CONFIG"])
def test_demo_tells_when_its_server_does_not_start(own: str) -> None:
    process = start_demo(**{own: "nowhere"})
    _, errors = process.communicate(timeout=20)
    assert "Traceback" not in errors
    assert process.returncode == 0 or len(errors.splitlines()) == 1
