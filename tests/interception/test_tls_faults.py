"""The fault type ``tls``: handshakes that go wrong, as clients see them."""

import json
import ssl
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.calls import KIRIM_RECEIPT
from tests.conftest import Server, Start
from tests.tls import CALL, HOST, Client, connect_tls, entries, open_tunnel, read_all, trust

PROVIDER = KIRIM_RECEIPT.provider
SUCCESS = b"HTTP/1.1 200 OK\r\n"


def add(server: Server, how: str, sandbox: str = "default", **rule: Any) -> str:
    """The id of the rule."""
    given = {"fault": {"type": "tls", "how": how, **rule.pop("more", {})}, **rule}
    answer = requests.post(f"{server.url}/_mock/sandboxes/{sandbox}/faults", json=given, timeout=10)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def hits(server: Server, rule: str) -> int:
    return int(requests.get(f"{server.state}/faults/{rule}", timeout=10).json()["hits"])


def call(server: Server, user: str | None = None, host: str = HOST) -> str:
    """How a call through a tunnel of its own ends: ``answered``, or what the client tells."""
    try:
        raw = open_tunnel(server, f"{host}:443", user=user)
        with trust(server).wrap_socket(raw, server_hostname=host) as connection:
            connection.sendall(CALL.replace(HOST.encode(), host.encode()))
            assert read_all(connection).startswith(b"HTTP/1.1 ")
            return "answered"
    except ssl.SSLCertVerificationError as error:
        return error.verify_message
    except ConnectionResetError:
        return "reset"


SEEN = {
    "expired": "certificate has expired",
    "wrong_name": f"Hostname mismatch, certificate is not valid for '{HOST}'.",
    "unknown_ca": "unable to get local issuer certificate",
    "handshake_reset": "reset",
}


@pytest.mark.parametrize(("how", "seen"), SEEN.items())
def test_handshake_goes_wrong(server: Server, how: str, seen: str) -> None:
    rule = add(server, how, schedule={"times": 1})
    assert call(server) == seen
    assert (hits(server, rule), call(server), hits(server, rule)) == (1, "answered", 1)
    [first, second] = entries(server)
    assert (first["host"], first["provider"], second["provider"]) == (HOST, None, PROVIDER)
    assert rule in first["because"]
    assert second["fault"] is None


def test_slow_handshake_is_late(server: Server) -> None:
    rule = add(server, "slow_handshake", more={"ms": 50})
    assert call(server) == "answered"
    assert hits(server, rule) == 1
    assert rule in entries(server)[0]["because"]


def test_slow_handshake_can_be_left(server: Server) -> None:
    add(server, "slow_handshake", more={"ms": 3_600_000})
    with open_tunnel(server) as connection:
        client = Client(connection, trust(server))
        with pytest.raises(ssl.SSLWantReadError):
            client.inside.do_handshake()
        client.flush()
        connection.settimeout(0.1)
        with pytest.raises(TimeoutError):
            connection.recv(1)
    requests.delete(f"{server.state}/faults", timeout=10).raise_for_status()
    assert call(server) == "answered"


def test_client_that_does_not_look_goes_on(server: Server) -> None:
    add(server, "expired")
    context = trust(server)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with context.wrap_socket(open_tunnel(server), server_hostname=HOST) as connection:
        connection.sendall(CALL)
        assert read_all(connection).startswith(SUCCESS)
    assert [each["provider"] for each in entries(server)] == [None, PROVIDER]


def test_resumed_session_does_not_hide_what_is_wrong(server: Server) -> None:
    context = trust(server)
    context.maximum_version = ssl.TLSVersion.TLSv1_2  # there are no tickets with 1.3
    with context.wrap_socket(open_tunnel(server), server_hostname=HOST) as connection:
        connection.sendall(CALL)
        read_all(connection)
        session = connection.session
    with context.wrap_socket(open_tunnel(server), server_hostname=HOST, session=session) as again:
        assert again.session_reused
    add(server, "expired")
    with pytest.raises(ssl.SSLCertVerificationError):
        context.wrap_socket(open_tunnel(server), server_hostname=HOST, session=session)


def test_handshakes_are_counted_by_the_schedule(server: Server) -> None:
    schedule = {"skip": 1, "every": 2, "times": 2}
    add(server, "handshake_reset", schedule=schedule)
    add(server, "slow_handshake", more={"ms": 1}, schedule={"sequence": "F....."})
    answered = [call(server) == "answered" for _ in range(6)]
    assert answered == [True, True, False, True, False, True]
    phases = [each["phase"] for each in requests.get(f"{server.state}/faults").json()["faults"]]
    assert phases == ["spent", "spent"]


def test_chance_is_the_same_for_the_same_seed(server: Server) -> None:
    def run() -> list[str]:
        requests.post(f"{server.state}/reset", timeout=10).raise_for_status()
        add(server, "handshake_reset", schedule={"probability": 0.5}, seed=4)
        return [call(server) for _ in range(8)]

    first = run()
    assert set(first) == {"answered", "reset"}
    assert run() == first


def test_rule_may_be_for_one_provider(server: Server) -> None:
    """By the host alone, whether a tunnel tells it or the handshake; it counts no others."""
    rule = add(server, "handshake_reset", match={"provider": PROVIDER}, schedule={"skip": 1})
    assert call(server, host="api.d7networks.com") == "answered"
    assert [call(server), call(server)] == ["answered", "reset"]
    with pytest.raises(ConnectionResetError):
        connect_tls(server, trust(server))
    with connect_tls(server, trust(server), "localhost"):
        assert hits(server, rule) == 2


def test_rule_for_all_is_for_the_servers_own_names_too(server: Server) -> None:
    add(server, "handshake_reset", schedule={"times": 1})
    with pytest.raises(ConnectionResetError):
        connect_tls(server, trust(server), "localhost")
    assert requests.get(f"{server.state}/requests", timeout=10).status_code == 200


def test_rule_strikes_in_its_own_sandbox(server: Server) -> None:
    made = requests.post(f"{server.url}/_mock/sandboxes", json={"id": "other"}, timeout=10).json()
    try:
        add(server, "handshake_reset", sandbox="other")
        assert call(server) == "answered"
        assert call(server, user=made["code"]) == "reset"
        assert call(server, user="00000000") == "answered"
        theirs = requests.get(f"{server.url}/_mock/sandboxes/other/requests", timeout=10).json()
        assert [each["host"] for each in theirs["requests"]] == [HOST]
    finally:
        requests.delete(f"{server.url}/_mock/sandboxes/other", timeout=10).raise_for_status()


def test_call_is_never_struck(server: Server) -> None:
    rule = add(server, "expired")
    assert KIRIM_RECEIPT.send(server.url).status_code == KIRIM_RECEIPT.success
    assert hits(server, rule) == 0
    [entry] = entries(server)
    assert entry["fault"] is None


def test_what_was_struck_is_kept(start_server: Start, tmp_path: Path) -> None:
    options = ("--data", str(tmp_path / "data"))
    server = start_server(*options)
    rule = add(server, "handshake_reset", schedule={"times": 1})
    assert call(server) == "reset"
    server.stop()
    server = start_server(*options)
    assert (hits(server, rule), call(server)) == (1, "answered")


WRONG = {
    "no kind": ({}, "fault.how: missing"),
    "an unknown kind": ({"how": "revoked"}, "fault.how: expected one of expired, wrong_name"),
    "no time": ({"how": "slow_handshake"}, "fault.ms: missing"),
    "a time for another": ({"how": "expired", "ms": 5}, "fault.ms: does not belong here"),
    "too long": ({"how": "slow_handshake", "ms": 3_600_001}, "fault.ms: expected a number"),
}


@pytest.mark.parametrize(("settings", "told"), WRONG.values(), ids=WRONG)
def test_wrong_settings_are_refused(server: Server, settings: dict[str, Any], told: str) -> None:
    given = {"fault": {"type": "tls", **settings}}
    answer = requests.post(f"{server.state}/faults", json=given, timeout=10)
    assert answer.status_code == 400
    assert told in answer.json()["error"]["message"]


MATCHES = (
    {"operation": "mark_as_read"}, {"account": "main"}, {"message_id": "a"},
    {"business_number": "+1"}, {"customer": "+1"}, {"direction": "inbound"},
    {"header": {"a": "b"}}, {"path": "/a"}, {"body": {"/a": 1}},
)  # fmt: skip


@pytest.mark.parametrize("match", MATCHES, ids=json.dumps)
def test_match_on_what_nobody_knows_yet_is_refused(server: Server, match: dict[str, Any]) -> None:
    given = {"fault": {"type": "tls", "how": "expired"}, "match": {"provider": PROVIDER, **match}}
    answer = requests.post(f"{server.state}/faults", json=given, timeout=10)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert f"match.{next(iter(match))}: a TLS handshake tells the host alone" in error["message"]
    assert "provider" in error["hint"]
    assert requests.get(f"{server.state}/faults", timeout=10).json() == {"faults": []}


def test_after_the_work_is_refused(server: Server) -> None:
    given = {"fault": {"type": "tls", "how": "expired"}, "when": "after"}
    answer = requests.post(f"{server.state}/faults", json=given, timeout=10)
    assert answer.status_code == 400
    assert "every handshake is struck on arrival" in answer.json()["error"]["message"]
