"""``mockserver explain``, as a person at a terminal has it."""

import json

import pytest
import requests

from tests.calls import KIRIM_KEY, KIRIM_RECEIPT
from tests.commands import run
from tests.conftest import Server
from tests.explain.asking import explain
from tests.explain.signing import send
from tests.nxcloud_signature import ACCESS_SECRET


def test_last_call_is_told_in_words(server: Server) -> None:
    send(server.url, b'{"a": 1}', signed=b'{"a":1}')
    done = run("explain", "--url", server.url)
    assert (done.returncode, done.stderr) == (0, "")
    for line in (
        "provider   nxcloud: the path at the root is NXCloud's",
        "account    main: the credential names the account main",
        "  ok      access_key",
        "  FAILED  signature",
        "  -       permission",
        "what to do",
        "  serialise the body once, sign these bytes, and send these bytes",
    ):
        assert line in done.stdout.splitlines()
    assert "body_reserialised: " in done.stdout
    assert ACCESS_SECRET not in done.stdout


@pytest.mark.parametrize("name", ["last", ""])
def test_call_is_told_by_its_id_and_as_json(server: Server, name: str) -> None:
    answer = requests.post(server.url + KIRIM_RECEIPT.path, timeout=5)
    wanted = name or answer.headers["X-Mock-Request-Id"]
    done = run("explain", wanted, "--json", "--url", server.url)
    assert json.loads(done.stdout) == explain(server.state)


def test_fault_is_told(server: Server) -> None:
    KIRIM_RECEIPT.send(server.url, **{"X-Mock-Fault": "error=INTERNAL_ERROR"})
    done = run("explain", "--url", server.url)
    assert "fault header (error)\n  natural answer: 200\n" in done.stdout


def test_call_of_a_sandbox(server: Server) -> None:
    made = requests.post(f"{server.url}/_mock/sandboxes", json={"id": "mine"}, timeout=5).json()
    requests.post(f"{server.url}/~{made['code']}{KIRIM_RECEIPT.path}", timeout=5)
    done = run("explain", "--url", server.url, "--sandbox", "mine")
    assert "sandbox    mine: the path begins with /~" in done.stdout
    requests.delete(f"{server.url}/_mock/sandboxes/mine", timeout=5).raise_for_status()


def test_unknown_call_and_no_server_end_with_1(server: Server) -> None:
    done = run("explain", "req_0", "--url", server.url)
    assert done.returncode == 1
    assert done.stderr.startswith("mockserver: the journal has no entry req_0; ")
    done = run("explain", "--url", server.url)
    assert (done.returncode, done.stdout) == (1, "")
    assert "the journal is empty" in done.stderr
    assert run("explain", "--url", "http://127.0.0.1:9").returncode == 1
    assert run("explain", "--nonsense").returncode == 2


def test_nothing_steers_the_terminal(server: Server) -> None:
    headers = {"Authorization": f"Bearer {KIRIM_KEY}"}
    body = b'{"messaging_product": "\\u001b[31m", "status": "read", "message_id": "x"}'
    requests.post(server.url + KIRIM_RECEIPT.path, headers=headers, data=body, timeout=5)
    assert "\x1b" not in run("explain", "--url", server.url).stdout
