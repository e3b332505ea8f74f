"""States that are remembered, gone back to, downloaded, and made into other sandboxes."""

import json
from typing import Any

import pytest

from tests.conftest import StillClock
from tests.sandbox.worlds import (
    ALL,
    PROVIDERS,
    Document,
    account_of,
    assert_refused,
    entries,
    listed,
    make,
    mark,
    messages,
    read_ids,
    receipt,
    show,
    write,
)

TWICE = {
    "match": {"provider": "d7"},
    "fault": {"type": "status", "status": 418},
    "schedule": {"times": 2},
    "seed": 7,
}


@pytest.fixture
def mine(client: Any) -> Document:
    return make(client, id="mine")


def keep(client: Any, name: str | None = None, sandbox: str = "mine") -> Any:
    body = {} if name is None else {"name": name}
    return client.post(f"{ALL}/{sandbox}/snapshot", json=body)


def restore(client: Any, name: str | None = None, sandbox: str = "mine") -> Any:
    body = {} if name is None else {"name": name}
    return client.post(f"{ALL}/{sandbox}/restore", json=body)


def call_d7(client: Any, document: Document, message_id: str = "x") -> int:
    status: int = receipt("d7", account_of(document, "d7"), message_id).by(client).status_code
    return status


def test_restore_goes_back_to_what_was_remembered(client: Any, mine: Document) -> None:
    ids = {provider: write(client, "mine", provider) for provider in PROVIDERS}
    mark(client, mine, "kirim", ids["kirim"])
    before = messages(client, "mine")
    assert (keep(client).status_code, keep(client).json) == (201, {"name": "default"})
    for provider in ("d7", "kaleyra", "nxcloud"):
        mark(client, mine, provider, ids[provider])
    write(client, "mine", "d7")
    answer = restore(client)
    assert (answer.status_code, answer.data) == (204, b"")
    assert messages(client, "mine") == before


def test_restore_of_rules_restores_what_they_counted(client: Any, mine: Document) -> None:
    client.post(f"{ALL}/mine/faults", json=TWICE)
    assert call_d7(client, mine) == 418
    keep(client)
    before = show(client, "mine", "/faults")
    assert [call_d7(client, mine) for _ in range(2)] == [418, 404]
    client.delete(f"{ALL}/mine/faults")
    restore(client)
    assert show(client, "mine", "/faults") == before
    assert [call_d7(client, mine) for _ in range(2)] == [418, 404]


def test_restore_brings_back_idempotency_keys_and_forgets_newer_ones(
    client: Any, mine: Document
) -> None:
    sent = receipt("kirim", account_of(mine, "kirim"), write(client, "mine", "kirim"))
    replayed = "Idempotent-Replayed"
    old, new = (sent.with_headers(Idempotency_Key=key) for key in ("old", "new"))
    old.by(client)
    keep(client)
    new.by(client)
    restore(client)
    assert [each.by(client).headers[replayed] for each in (old, new)] == ["true", "false"]


def test_journal_goes_on_over_a_restore_without_any_id_twice(client: Any, mine: Document) -> None:
    keep(client)
    ids = []
    for _ in range(3):
        ids += [write(client, "mine", provider) for provider in PROVIDERS]
        ids.append(client.post(f"{ALL}/mine/faults", json=TWICE).json["id"])
        call_d7(client, mine)
        restore(client)
    ids += [each["id"] for each in entries(client, "mine")]
    assert len(set(ids)) == len(ids) == 3 * 6
    assert listed(client)["mine"]["calls"] == 3


def test_names_are_remembered_beside_each_other(client: Any, mine: Document) -> None:
    for n in range(3):
        assert keep(client, f"after-{n}").json == {"name": f"after-{n}"}
        write(client, "mine", "d7")
    counts = []
    for n in (2, 0, 1):
        assert restore(client, f"after-{n}").status_code == 204
        counts.append(len(messages(client, "mine")))
    assert counts == [2, 0, 1]


def test_a_name_that_is_given_again_is_what_it_was_given_last(client: Any, mine: Document) -> None:
    keep(client, "a")
    write(client, "mine", "d7")
    keep(client, "a")
    restore(client, "a")
    assert len(messages(client, "mine")) == 1


def test_of_nine_names_the_last_is_429_and_an_old_one_still_possible(
    client: Any, mine: Document
) -> None:
    assert [keep(client, f"n{n}").status_code for n in range(8)] == [201] * 8
    assert_refused(keep(client, "n8"), 429, "too_many_snapshots", "8", "n0", "n7")
    assert keep(client, "n3").status_code == 201
    assert restore(client, "n8").status_code == 404


def test_names_are_each_sandboxes_own_and_go_with_it(client: Any, mine: Document) -> None:
    keep(client, "before")
    make(client, id="other")
    assert_refused(restore(client, "before", "other"), 404, "snapshot_not_found", "remembers one")
    client.delete(f"{ALL}/mine")
    make(client, id="mine")
    assert restore(client, "before").status_code == 404


def test_unknown_name_is_404_with_those_that_there_are(client: Any, mine: Document) -> None:
    keep(client, "before")
    assert_refused(restore(client, "befor"), 404, "snapshot_not_found", "did you mean before?")
    answer = client.get(f"{ALL}/mine/snapshot?name=after")
    assert_refused(answer, 404, "snapshot_not_found", "there are before")


@pytest.mark.parametrize("name", ["", "a b", "a/b", "x" * 65, 7, None, ["a"], "ä"])
@pytest.mark.parametrize("way", ["snapshot", "restore"])
def test_wrong_name_is_refused(client: Any, mine: Document, name: Any, way: str) -> None:
    answer = client.post(f"{ALL}/mine/{way}", json={"name": name})
    assert_refused(answer, 400, "bad_name", "name: ", '{"name": "before"}')


@pytest.mark.parametrize("body", [b"{", b"[]", b"null"])
def test_body_that_is_no_object_is_refused(client: Any, mine: Document, body: bytes) -> None:
    for way in ("snapshot", "restore"):
        assert_refused(client.post(f"{ALL}/mine/{way}", data=body), 400, "bad_json")
    assert_refused(client.post(f"{ALL}/mine/snapshot", json={"nam": "a"}), 400, "bad_name", "name")


def test_snapshots_of_default_are_there_too(client: Any) -> None:
    before = messages(client)
    keep(client, "before", "default")
    write(client, "default", "d7")
    restore(client, "before", "default")
    assert messages(client) == before


def test_snapshots_survive_a_reset(client: Any, mine: Document) -> None:
    write(client, "mine", "d7")
    keep(client)
    client.post(f"{ALL}/mine/reset")
    restore(client)
    assert len(messages(client, "mine")) == 1


def test_download_is_the_remembered_state_or_else_the_present_one(
    client: Any, clock: StillClock, mine: Document
) -> None:
    write(client, "mine", "d7")
    present = show(client, "mine", "/snapshot")
    assert len(present["tables"]["messages/d7"]) == 1
    keep(client)
    keep(client, "named")
    clock.advance(1_000)
    write(client, "mine", "d7")
    assert show(client, "mine", "/snapshot")["tables"] == present["tables"]
    named = show(client, "mine", "/snapshot?name=named")
    assert (named["tables"], named["taken_at"]) == (present["tables"], present["taken_at"])


def test_download_holds_the_secrets_and_says_so(client: Any, mine: Document) -> None:
    snapshot = show(client, "mine", "/snapshot")
    assert "credentials in full" in snapshot["warning"]
    assert account_of(mine, "nxcloud")["access_secret"] in json.dumps(snapshot)


def test_snapshot_of_a_deleted_sandbox_brings_it_back_with_its_credentials(
    client: Any, mine: Document
) -> None:
    client.post(f"{ALL}/mine/faults", json=TWICE)
    call_d7(client, mine)
    message_id = write(client, "mine", "kirim")
    before = {what: show(client, "mine", what) for what in ("/messages", "/faults")}
    snapshot = show(client, "mine", "/snapshot")
    client.delete(f"{ALL}/mine")
    again = make(client, id="mine", snapshot=snapshot)
    assert {what: show(client, "mine", what) for what in before} == before
    assert again["providers"] == mine["providers"]
    assert (again["code"], again["seed"]) == (mine["code"], mine["seed"])
    assert [call_d7(client, again) for _ in range(2)] == [418, 404]
    mark(client, again, "kirim", message_id)
    assert listed(client)["mine"]["calls"] == 3


def test_ids_go_on_where_the_snapshot_left_them(client: Any, mine: Document) -> None:
    first = [
        write(client, "mine", "kirim"),
        client.post(f"{ALL}/mine/faults", json=TWICE).json["id"],
    ]
    call_d7(client, mine)
    first.append(entries(client, "mine")[0]["id"])
    snapshot = show(client, "mine", "/snapshot")
    client.delete(f"{ALL}/mine")
    again = make(client, id="mine", snapshot=snapshot)
    second = [
        write(client, "mine", "kirim"),
        client.post(f"{ALL}/mine/faults", json=TWICE).json["id"],
    ]
    call_d7(client, again)
    second.append(entries(client, "mine")[0]["id"])
    assert set(first).isdisjoint(second)


@pytest.mark.parametrize("source", ["mine", "default"])
def test_copy_of_a_sandbox_that_is_still_there_gets_fresh_credentials(
    client: Any, source: str
) -> None:
    make(client, id="mine", fixtures="default")
    original = show(client, source)
    copy = make(client, id="copy", snapshot=show(client, source, "/snapshot"))
    assert copy["code"] not in (None, original["code"])
    for provider in PROVIDERS:
        for account in copy["providers"][provider]["accounts"]:
            old = account_of(original, provider, account["label"])
            keys = old.keys() - {"label", "condition", "numbers"}
            assert all(account[key] != old[key] for key in keys)
            pairs = zip(account["numbers"], old["numbers"], strict=True)
            assert all(new["number"] == before["number"] for new, before in pairs)
    assert messages(client, "copy") == messages(client, source)
    assert show(client, source) == original


@pytest.mark.parametrize("provider", PROVIDERS)
def test_copy_is_a_world_of_its_own(client: Any, provider: str) -> None:
    make(client, id="mine")
    message_id = write(client, "mine", provider)
    copy = make(client, id="copy", snapshot=show(client, "mine", "/snapshot"))
    mark(client, copy, provider, message_id)
    assert (read_ids(client, "copy"), read_ids(client, "mine")) == ({message_id}, set())


def test_reset_of_a_copy_goes_back_to_its_snapshot(client: Any) -> None:
    make(client, id="mine")
    client.post(f"{ALL}/mine/faults", json=TWICE)
    write(client, "mine", "d7")
    copy = make(client, id="copy", snapshot=show(client, "mine", "/snapshot"))
    before = {what: show(client, "copy", what) for what in ("/messages", "/faults")}
    call_d7(client, copy)
    write(client, "copy", "d7")
    client.delete(f"{ALL}/copy/faults")
    client.post(f"{ALL}/copy/reset")
    assert {what: show(client, "copy", what) for what in before} == before
    assert show(client, "copy")["providers"] == copy["providers"]
    assert call_d7(client, copy) == 418


def test_what_a_snapshot_says_of_switches_and_credentials_can_be_said_anew(client: Any) -> None:
    make(client, id="mine", credentials="any", switches={"d7": {"read_receipt_body": "text"}})
    snapshot = show(client, "mine", "/snapshot")
    switches = {"kirim": {"enforce_rate_limits": True}}
    make(client, id="copy", snapshot=snapshot, seed=9, switches=switches)
    copied = show(client, "copy", "/snapshot")
    assert (copied["any_credentials"], copied["seed"]) == (True, 9)
    assert copied["switches"]["d7"] == {"read_receipt_body": "text"}
    assert copied["switches"]["kirim"]["enforce_rate_limits"] is True
