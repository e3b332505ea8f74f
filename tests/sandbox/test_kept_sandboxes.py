"""Sandboxes with ``--data``: all that they hold is there after ``kill -9`` and every start."""

import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.calls import D7_MESSAGE, WAMID
from tests.conftest import StillClock
from tests.sandbox.worlds import (
    ALL,
    PROVIDERS,
    Document,
    account_of,
    entries,
    listed,
    make,
    mark,
    messages,
    receipt,
    show,
    write,
)

Start = Callable[..., Any]
THRICE = {
    "match": {"provider": "d7"},
    "fault": {"type": "status", "status": 418},
    "schedule": {"times": 3},
    "seed": 7,
}
LOOKS = ("", "/messages", "/faults", "/snapshot")


def look(client: Any, sandbox: str) -> list[Any]:
    return [show(client, sandbox, what) for what in LOOKS]


def call_d7(client: Any, document: Document) -> int:
    sent = receipt("d7", account_of(document, "d7"), "x")
    status: int = sent.by(client).status_code
    return status


def test_everything_of_a_sandbox_survives_kill_9(start_server: Any, tmp_path: Path) -> None:
    """Seen by HTTP, of a process that is killed."""
    server = start_server("--data", str(tmp_path / "data"))
    url = f"{server.url}{ALL}"
    document = requests.post(url, json={"id": "mine", "seed": 7}, timeout=5).json()
    base = document["providers"]["d7"]["base_url"].removeprefix(server.url)
    headers = {"Authorization": f"Bearer {account_of(document, 'd7')['token']}"}
    requests.post(f"{url}/mine/faults", json=THRICE, timeout=5).raise_for_status()
    body = {"provider": "d7", "from": "+15551234", "id": "hello"}
    requests.post(f"{url}/mine/messages", json=body, timeout=5).raise_for_status()
    requests.post(f"{url}/mine/snapshot", json={"name": "early"}, timeout=5).raise_for_status()
    path = f"{base}/whatsapp/v2/read-receipt/hello"
    statuses = [requests.post(server.url + path, headers=headers, timeout=5).status_code] * 2
    before = [requests.get(f"{url}/mine{what}", timeout=5).json() for what in LOOKS[1:3]]
    server.stop(signal.SIGKILL)
    again = start_server("--data", str(tmp_path / "data"))
    url = f"{again.url}{ALL}"
    assert [requests.get(f"{url}/mine{what}", timeout=5).json() for what in LOOKS[1:3]] == before
    statuses += [
        requests.post(again.url + path, headers=headers, timeout=5).status_code for _ in range(3)
    ]
    assert statuses == [418, 418, 418, 418, 200]
    restored = requests.post(f"{url}/mine/restore", json={"name": "early"}, timeout=5)
    assert restored.status_code == 204


@pytest.mark.parametrize("fixtures", ["accounts", "default"])
def test_sandbox_is_as_before_after_a_restart(start: Start, fixtures: str) -> None:
    client = start()
    document = make(client, id="mine", fixtures=fixtures, ttl="P1D", faults=[THRICE])
    for provider in PROVIDERS[1:]:
        mark(client, document, provider, write(client, "mine", provider))
    assert call_d7(client, document) == 418
    client.patch(f"{ALL}/mine/accounts/kirim/main", json={"condition": "expired"})
    before = look(client, "mine"), look(client, "default"), listed(client)
    again = start()
    assert (look(again, "mine"), look(again, "default"), listed(again)) == before
    assert entries(again, "mine") == []
    assert look(start(), "mine") == before[0]


@pytest.mark.slow
def test_scenario_is_there_at_every_start(start_server: Any, tmp_path: Path) -> None:
    """With its counters, until somebody takes it away; then it begins anew."""
    options = ("--data", str(tmp_path / "data"), "--scenario", "expired-credentials")
    server = start_server(*options)
    rules = requests.get(f"{server.url}{ALL}/default/faults", timeout=5).json()
    assert len(rules["faults"]) == 4
    server.stop(signal.SIGKILL)
    server = start_server(*options)
    assert requests.get(f"{server.url}{ALL}/default/faults", timeout=5).json() == rules
    requests.post(f"{server.url}{ALL}/default/reset", timeout=5).raise_for_status()
    server.stop(signal.SIGKILL)
    again = requests.get(f"{start_server(*options).url}{ALL}/default/faults", timeout=5).json()
    assert [each["name"] for each in again["faults"]] == [each["name"] for each in rules["faults"]]


def test_counters_of_rules_go_on(start: Start) -> None:
    document = make(start(), id="mine", faults=[THRICE])
    statuses = [call_d7(start(), document) for _ in range(5)]
    assert statuses == [418, 418, 418, 404, 404]


def test_idempotency_keys_go_on(start: Start) -> None:
    client = start()
    document = make(client, id="mine")
    sent = receipt("kirim", account_of(document, "kirim"), write(client, "mine", "kirim"))
    sent = sent.with_headers(Idempotency_Key="k")
    first = sent.by(client)
    again = sent.by(start())
    assert again.data == first.data
    assert again.headers["Idempotent-Replayed"] == "true"


def test_rate_buckets_go_on(start: Start) -> None:
    document = make(start(), id="mine", switches={"kirim": {"enforce_rate_limits": True}})
    sent = receipt("kirim", account_of(document, "kirim"), "x")
    left = [sent.by(start()).headers["X-RateLimit-Remaining"] for _ in range(3)]
    assert left == ["59", "58", "57"]


def test_limit_that_a_rule_counts_goes_on(start: Start) -> None:
    limit = {"fault": {"type": "rate_limit", "limit": 2, "per": 60}}
    document = make(start(), id="mine", faults=[limit])
    assert [call_d7(start(), document) for _ in range(3)] == [404, 404, 429]


def test_ordinals_of_the_transcript_go_on(start: Start) -> None:
    document = make(start(), id="mine")
    for _ in range(2):
        call_d7(start(), document)
    client = start()
    client.post(f"{ALL}/mine/faults", json=THRICE)
    call_d7(client, document)
    [line] = client.get(f"{ALL}/mine/faults/transcript").text.splitlines()
    assert json.loads(line)["ordinal"] == 3


def test_no_id_is_given_out_twice_over_restarts_restores_and_resets(start: Start) -> None:
    document = make(start(), id="mine", seed=1)
    ids: list[str] = []
    for way in ("snapshot", "restore", "reset", "restore"):
        client = start()
        ids += [write(client, "mine", provider) for provider in PROVIDERS]
        ids.append(client.post(f"{ALL}/mine/faults", json=THRICE).json["id"])
        for _ in range(2):
            call_d7(client, document)
        ids += [each["id"] for each in entries(client, "mine")]
        assert client.post(f"{ALL}/mine/{way}").status_code in (201, 204)
    assert len(set(ids)) == len(ids) == 4 * 7


def test_snapshots_and_patches_survive_a_restart(start: Start) -> None:
    client = start()
    make(client, id="mine")
    client.post(f"{ALL}/mine/snapshot", json={"name": "before"})
    before = show(client, "mine")["providers"]
    client.patch(f"{ALL}/mine/accounts/d7/main", json={"condition": "expired"})
    again = start()
    assert account_of(show(again, "mine"), "d7")["condition"] == "expired"
    assert again.post(f"{ALL}/mine/restore", json={"name": "before"}).status_code == 204
    assert show(again, "mine")["providers"] == before


def test_reset_after_a_restart_goes_back_to_the_beginning(start: Start) -> None:
    client = start()
    document = make(client, id="mine", fixtures="default", faults=[THRICE], seed=3)
    unread = messages(client, "mine")
    mark(client, document, "kirim", WAMID)
    again = start()
    again.post(f"{ALL}/mine/reset")
    assert messages(again, "mine") == unread
    assert show(again, "mine")["providers"] == document["providers"]
    assert [each["hits"] for each in show(again, "mine", "/faults")["faults"]] == [0]
    assert look(start(), "mine")[1:3] == look(start(), "mine")[1:3]


def test_deleted_sandbox_stays_away(start: Start) -> None:
    client = start()
    for name in ("a", "b"):
        make(client, id=name)
    client.delete(f"{ALL}/a")
    assert list(listed(start())) == ["default", "b"]
    make(start(), id="a")
    assert list(listed(start())) == ["default", "b", "a"]


def test_credential_of_a_kept_sandbox_is_still_taken(start: Start) -> None:
    number = {"number": "+971500000001", "state": "active"}
    account = {"label": "main", "token": "mine", "numbers": [number]}
    fixtures = {"d7": {"accounts": [account], "conversations": []}}
    make(start(), id="mine", fixtures=fixtures)
    answer = start().post(ALL, json={"fixtures": fixtures})
    assert (answer.status_code, answer.json["error"]["code"]) == (409, "credential_taken")


def test_codes_of_kept_sandboxes_lead_to_them(start: Start) -> None:
    document = make(start(), id="mine")
    client = start()
    client.get(f"/~{document['code']}/d7")
    assert listed(client)["mine"]["calls"] == 1


OLD = (
    b'{"mockserver-data":1}\n'
    b'[["d7","mine",{"id":"mine","provider":"d7","account":"main","direction":"inbound",'
    b'"business_number":"+971509751133","customer":"+15551234","type":"text",'
    b'"content":"{\\"body\\":\\"Hi\\"}","received_at":1795240800000,"sequence":1,"read_at":null,'
    b'"typing_until":null,"upstream_calls":0,"external_id":null}]]\n'
)
READ = b'[["d7","mine",{"read_at":1795240801000,"upstream_calls":1}]]\n'


@pytest.mark.parametrize(("content", "read"), [(OLD, False), (OLD + READ, True)])
def test_file_of_an_older_server_is_read(
    start: Start, data: Path, content: bytes, read: bool
) -> None:
    data.write_bytes(content)
    client = start()
    found = show(client, "default", "/messages?provider=d7")["messages"]
    assert [each["id"] for each in found] == ["mine"]
    assert bool(found[0]["read_at"]) is read
    assert account_of(show(client, "default"), "d7")["token"] == "d7-mock-token-main"


def test_file_that_an_older_server_reset_begins_anew(start: Start, data: Path) -> None:
    data.write_bytes(OLD + b"null\n")
    assert D7_MESSAGE in {each["id"] for each in messages(start())}


def test_file_of_an_older_server_that_cannot_be_replaced_goes_on_as_well(
    start: Start, data: Path, clock: StillClock
) -> None:
    """As where the file alone is mounted: what follows stands behind the old lines."""
    data.write_bytes(OLD)
    (data.parent / ".data.new").mkdir()
    client = start()
    client.patch(f"{ALL}/default/accounts/d7/main", json={"condition": "expired"})
    client.post(f"{ALL}/default/reset")
    client.patch(f"{ALL}/default/accounts/d7/main", json={"condition": "deleted"})
    before = show(client, "default")
    again = start()
    assert data.read_bytes().startswith(OLD)
    assert show(again, "default") == before
    clock.advance(1)
    assert show(start(), "default") == before
