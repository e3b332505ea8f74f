"""A program that is run by ``mockserver exec``, with a provider's real host in it."""

import json
import sys
from collections.abc import Iterable

import pytest
import requests

from tests.calls import KIRIM_RECEIPT
from tests.commands import Done, run, started
from tests.conftest import Server

URL = f"https://{KIRIM_RECEIPT.host}{KIRIM_RECEIPT.path}"
PROGRAM = """
import json, sys, requests

url, headers, body = json.loads(sys.argv[1])
for target in sys.argv[2:]:
    sent = headers if target == "good" else headers | {"Authorization": "Bearer another"}
    try:
        where = url if target in ("good", "wrong") else f"https://{target}/"
        print(requests.post(where, headers=sent, data=body, timeout=20).status_code)
    except requests.RequestException as error:
        print(type(error).__name__)
"""
ARGUMENT = json.dumps([URL, KIRIM_RECEIPT.headers, KIRIM_RECEIPT.body.decode()])
GOOD = "kirim mark_as_read -> 200"


def calling(*targets: str) -> tuple[str, ...]:
    """``good`` is a call as it is wanted, ``wrong`` one with an unknown key; others are hosts."""
    return ("--", sys.executable, "-c", PROGRAM, ARGUMENT, *targets)


def exec_at(server: Server, *arguments: str) -> Done:
    return run("exec", *arguments, MOCKSERVER_URL=server.url)


def told(done: Done) -> list[str]:
    return [line.removeprefix("mockserver: ") for line in done.stderr.splitlines()]


def starts(lines: Iterable[str], *expected: str) -> bool:
    return all(line.startswith(begin) for line, begin in zip(lines, expected, strict=True))


def make_sandbox(server: Server, **wish: str) -> str:
    """Its code."""
    made = requests.post(f"{server.url}/_mock/sandboxes", json=wish, timeout=10)
    assert made.status_code == 201, made.text
    return str(made.json()["code"])


def test_program_ends_up_at_a_server_of_its_own_and_hosts_elsewhere_are_refused() -> None:
    targets = ("good", "wrong", "elsewhere.test", "deep.nowhere.invalid")
    done = started("exec", "--pass", "a.test", "--pass", "*.nowhere.invalid", *calling(*targets))
    assert done.returncode == 0
    assert done.stdout.split() == ["200", "401", "ProxyError", "ProxyError"]
    assert starts(
        told(done),
        "2 calls, 1 failed, 2 refused in the sandbox default",
        f"1 x {GOOD}",
        "1 x kirim mark_as_read -> 401 INVALID_API_KEY: expected 'Bearer <token of an account>', ",
        "1 x refused elsewhere.test: elsewhere.test is no provider's host; ",
        "1 x refused deep.nowhere.invalid: cannot connect to deep.nowhere.invalid port 443: ",
        "read on: docs/interception.md; with MOCKSERVER_URL ",
    ), done.stderr


def test_running_server_is_trusted_and_its_fault_of_tls_told(server: Server) -> None:
    rule = {"fault": {"type": "tls", "how": "expired"}, "schedule": {"times": 1}}
    added = requests.post(f"{server.state}/faults", json=rule, timeout=10).json()
    done = exec_at(server, *calling("good", "good"))
    assert done.stdout.split() == ["SSLError", "200"]
    assert starts(
        told(done),
        "1 call, 1 TLS handshake struck or broken off in the sandbox default",
        f"1 x {GOOD}",
        f"1 x TLS handshake for {KIRIM_RECEIPT.host}: {added['id']} struck this TLS handshake: ",
        f"read on: mockserver requests --url {server.url} --sandbox default; docs/",
    ), done.stderr


def test_new_sandbox_takes_any_credential_but_that_of_another(server: Server) -> None:
    done = exec_at(server, "--sandbox", "new", "--any-credentials", *calling("good", "wrong"))
    assert done.stdout.split() == ["401", "404"]
    assert starts(
        told(done),
        "2 calls, 2 failed in the sandbox sandbox-",
        "1 x kirim mark_as_read -> 401 INVALID_API_KEY: ",
        "1 x kirim mark_as_read -> 404 PHONE_NUMBER_NOT_FOUND: expected one of ",
        "read on: ",
    ), done.stderr


def test_sandbox_is_that_of_the_tunnel_whatever_the_credential_says(server: Server) -> None:
    make_sandbox(server, id="mine", fixtures="default")
    done = exec_at(server, "--sandbox", "mine", *calling("good", "elsewhere.test"))
    requests.delete(f"{server.url}/_mock/sandboxes/mine", timeout=10)
    assert done.stdout.split() == ["401", "ProxyError"]  # the key is one of default's
    assert starts(
        told(done),
        "1 call, 1 failed, 1 refused in the sandbox mine",
        "1 x kirim mark_as_read -> 401 INVALID_API_KEY: ",
        "1 x refused elsewhere.test: ",
        "read on: mockserver explain req_",
    ), done.stderr


def test_scenario_strikes_the_programs_calls(server: Server) -> None:
    done = exec_at(server, "--scenario", "bad-gateway", *calling("good", "good", "good"))
    assert sorted(done.stdout.split()) == ["200", "200", "502"]
    assert starts(
        told(done),
        "3 calls, 1 failed in the sandbox default",
        f"2 x {GOOD}",
        "1 x kirim mark_as_read -> 502: injected by rule_",
        "read on: mockserver explain req_",
    ), done.stderr


@pytest.mark.parametrize("host", ["", "a b", "https://example.com", "*.127.0.0.1"])
def test_what_cannot_be_passed_is_one_line(host: str) -> None:
    done = run("exec", "--pass", host, "--", "true")
    assert (done.returncode, done.stdout) == (2, "")
    [line] = told(done)
    assert line.startswith("--pass: expected hosts such as api.example.com")


def test_running_server_lets_through_what_it_was_told_to(server: Server) -> None:
    done = exec_at(server, "--pass", "example.com", "--", "true")
    assert (done.returncode, done.stdout) == (2, "")
    assert told(done) == [
        f"--pass: the server at {server.url} runs already; mockserver serve takes --pass"
    ]
