"""A server that ends with the program that started it."""

import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
import requests

SERVE = [sys.executable, "-m", "mockserver", "serve", "--port", "0", "--end-with-stdin"]
STARTER = f"""
import os, subprocess, sys

read, write = os.pipe()
if os.fork() == 0:
    os.close(1)
    sys.stdin.read()  # a child that holds the pipe as well, until the test is over
    os._exit(0)
subprocess.Popen({SERVE!r}, stdin=read)
os.wait()
"""


@pytest.fixture
def serving() -> Iterator[subprocess.Popen[str]]:
    pipe = subprocess.PIPE
    with subprocess.Popen(
        SERVE, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True
    ) as process:
        yield process
        process.kill()


def read_url(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().removeprefix("mockserver ready: ").strip()


def test_it_ends_with_its_standard_input(serving: "subprocess.Popen[str]") -> None:
    assert requests.get(f"{read_url(serving)}/_mock/livez", timeout=5).ok
    assert serving.stdin is not None
    serving.stdin.close()
    assert serving.wait(timeout=20) == 0


def test_it_stays_where_a_line_was_written_first(serving: "subprocess.Popen[str]") -> None:
    url = read_url(serving)
    assert serving.stdin is not None
    serving.stdin.write("stay\n")
    serving.stdin.close()
    with pytest.raises(subprocess.TimeoutExpired):
        serving.wait(timeout=0.3)
    assert requests.get(f"{url}/_mock/livez", timeout=5).ok
    serving.send_signal(signal.SIGTERM)
    assert serving.wait(timeout=20) == 0


@pytest.mark.slow
def test_it_ends_with_its_parent_though_another_holds_the_pipe() -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-c", STARTER],
        stdin=pipe,
        stdout=pipe,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as starter:
        url = read_url(starter)
        assert requests.get(f"{url}/_mock/livez", timeout=5).ok
        starter.kill()
        assert starter.stdout is not None
        assert starter.stdout.read() == ""  # once the last that could write there is gone
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{url}/_mock/livez", timeout=5)
