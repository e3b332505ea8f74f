"""Fixtures that are others after a restart with ``--data``: a reset brings their accounts."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from mockserver.config import packaged_fixtures
from tests.commands import run
from tests.sandbox.worlds import (
    ALL,
    account_of,
    assert_refused,
    entries,
    make,
    show,
    unattributed,
)

Start = Callable[..., Any]
PATH = "/d7/whatsapp/v2/read-receipt/x"
NEW = "d7-mock-token-renewed"


@pytest.fixture
def fixtures(tmp_path: Path) -> Path:
    """A copy of the packaged ones."""
    folder = tmp_path / "own"
    shutil.copytree(packaged_fixtures(), folder)
    return folder


def renew_token(folder: Path) -> str:
    """Give D7's first account a new token; the old one."""
    file = folder / "d7.json"
    content = json.loads(file.read_text())
    old: str = content["accounts"][0]["token"]
    content["accounts"][0]["token"] = NEW
    file.write_text(json.dumps(content))
    return old


def rename_expired_account(folder: Path) -> None:
    file = folder / "d7.json"
    content = json.loads(file.read_text())
    [expired] = [each for each in content["accounts"] if each["label"] == "expired"]
    expired["label"] = "renamed"
    for each in content["conversations"]:
        if each["account"] == "expired":
            each["account"] = "renamed"
    file.write_text(json.dumps(content))


def call(client: Any, token: str) -> int:
    status: int = client.post(PATH, headers={"Authorization": f"Bearer {token}"}).status_code
    return status


def test_reset_default_knows_its_new_credentials_and_no_old_ones(
    start: Start, fixtures: Path
) -> None:
    start(fixtures=fixtures)
    old = renew_token(fixtures)
    client = start(fixtures=fixtures)
    client.post(f"{ALL}/default/reset")
    call(client, NEW)
    assert (unattributed(client), entries(client)[0]["account"]) == (0, "main")
    number = {"number": "+971500000000", "state": "active"}
    account = {"label": "main", "token": NEW, "numbers": [number]}
    taken = {"accounts": [account], "conversations": []}
    answer = client.post(ALL, json={"fixtures": {"d7": taken}})
    assert_refused(answer, 409, "credential_taken", "the sandbox default has the credential")
    call(client, old)
    assert unattributed(client) == 1


def test_account_that_a_reset_took_leads_nowhere(start: Start, fixtures: Path) -> None:
    """Neither to its sandbox nor, once that is deleted, to what is no more."""
    old = make(start(fixtures=fixtures), id="mine")
    rename_expired_account(fixtures)
    client = start(fixtures=fixtures)
    assert client.post(f"{ALL}/mine/reset").status_code == 204
    new = show(client, "mine")
    token = account_of(old, "d7", "expired")["token"]
    assert call(client, account_of(new, "d7", "renamed")["token"]) == 401
    assert unattributed(client) == 0
    assert client.delete(f"{ALL}/mine").status_code == 204
    assert call(client, token) == 401
    assert unattributed(client) == 1


def test_restoring_brings_back_the_credentials_of_then(start: Start, fixtures: Path) -> None:
    start(fixtures=fixtures).post(f"{ALL}/default/snapshot", json={"name": "then"})
    old = renew_token(fixtures)
    client = start(fixtures=fixtures)
    client.post(f"{ALL}/default/reset")
    client.post(f"{ALL}/default/restore", json={"name": "then"})
    call(client, old)
    assert unattributed(client) == 0
    call(client, NEW)
    assert unattributed(client) == 1


def change_fixtures(folder: Path) -> None:
    """Of D7's messages two are new, one is changed and one gone; one account is new."""
    file = folder / "d7.json"
    content = json.loads(file.read_text())
    first, second, *others = content["conversations"][0]["messages"]
    second["age"] = "P30D"
    new = [second | {"id": name} for name in ("new-1", "new-2")]
    content["conversations"][0]["messages"] = [second, *others, *new]
    number = {"number": "+971500000009", "state": "active"}
    content["accounts"].append({"label": "more", "token": "more", "numbers": [number]})
    assert first["id"] != second["id"]
    file.write_text(json.dumps(content))


TOLD = (
    "the fixtures have changed since default began: messages: 2 new, 1 changed, 1 gone; "
    "accounts: 1 new, 0 changed, 0 gone; mockserver reset applies that"
)


def told_at_start(caplog: pytest.LogCaptureFixture, start: Start, **settings: Any) -> list[str]:
    caplog.clear()
    start(**settings)
    return [each.getMessage() for each in caplog.records if "fixtures" in each.getMessage()]


@pytest.mark.slow
def test_what_changed_is_told_at_each_start_until_a_reset(
    start_server: Any, fixtures: Path, tmp_path: Path
) -> None:
    options = ("--data", str(tmp_path / "data"), "--fixtures", str(fixtures))
    start_server(*options).stop()
    change_fixtures(fixtures)
    for _ in range(2):
        server = start_server(*options)
        assert server.log.read_text().count(TOLD) == 1
        assert server.log.read_text().count("fixtures have changed") == 1
        assert requests.get(f"{server.state}/messages/new-1", timeout=5).status_code == 404
        server.stop()
    server = start_server(*options)
    done = run("reset", "--url", server.url)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert requests.get(f"{server.state}/messages/new-1", timeout=5).status_code == 200
    server.stop()
    assert "fixtures have changed" not in start_server(*options).log.read_text()


def test_nothing_is_told_where_nothing_changed(
    caplog: pytest.LogCaptureFixture, start: Start, fixtures: Path
) -> None:
    """Neither at the first start nor after what calls and people did."""
    assert told_at_start(caplog, start, fixtures=fixtures) == []
    client = start(fixtures=fixtures)
    client.patch(f"{ALL}/default/accounts/d7/main", json={"condition": "expired"})
    client.post(f"{ALL}/default/messages", json={"provider": "d7", "from": "+97150111"})
    assert told_at_start(caplog, start, fixtures=fixtures) == []


def test_changed_record_is_told_too(
    caplog: pytest.LogCaptureFixture, start: Start, fixtures: Path
) -> None:
    start(fixtures=fixtures)
    file = fixtures / "d7.json"
    content = json.loads(file.read_text())
    content["reports"].pop()
    file.write_text(json.dumps(content))
    [told] = told_at_start(caplog, start, fixtures=fixtures)
    assert "messages: 0 new, 0 changed, 0 gone; accounts: 0 new" in told
    assert "records: 0 new, 0 changed, 1 gone; mockserver reset applies" in told


def test_fixtures_that_are_as_they_were_again_are_not_told(
    caplog: pytest.LogCaptureFixture, start: Start, fixtures: Path
) -> None:
    start(fixtures=fixtures)
    before = (fixtures / "d7.json").read_text()
    change_fixtures(fixtures)
    assert told_at_start(caplog, start, fixtures=fixtures) == [TOLD]
    (fixtures / "d7.json").write_text(before)
    assert told_at_start(caplog, start, fixtures=fixtures) == []


def keep_without_sums(client: Any, data: Path) -> None:
    """Make a file of it as servers did that told no sums, neither of lines nor of the fixtures."""
    client.application.sandboxes.close()
    header, line = data.read_bytes().splitlines()
    content = json.loads(line.rpartition(b"\t")[0])
    del content["default"]["sandbox"]["planted"]
    plain = header.rpartition(b"\t")[0]
    data.write_bytes(plain + b"\n" + json.dumps(content).encode() + b"\n")


def test_file_of_a_server_that_kept_no_sums_is_compared_with_the_fixtures(
    caplog: pytest.LogCaptureFixture, start: Start, fixtures: Path, data: Path
) -> None:
    """As far as what is kept tells how it began: not by what was then, and is gone."""
    keep_without_sums(start(fixtures=fixtures), data)
    change_fixtures(fixtures)
    file = fixtures / "d7.json"
    content = json.loads(file.read_text())
    content["accounts"][1]["token"] = NEW
    content["reports"][0]["id"] = "11111111-2222-4333-8444-555555555555"
    content["conversations"][1]["customer"] = "+97150999"
    file.write_text(json.dumps(content))
    moved = len(content["conversations"][1]["messages"])
    assert told_at_start(caplog, start, fixtures=fixtures) == [
        f"the fixtures have changed since default began: messages: 2 new, {moved} changed, 0 gone; "
        "accounts: 1 new, 1 changed, 0 gone; records: 1 new, 0 changed, 0 gone; "
        "mockserver reset applies that"
    ]


def test_file_of_a_server_that_kept_no_sums_tells_what_changes_from_now_on(
    caplog: pytest.LogCaptureFixture, start: Start, fixtures: Path, data: Path
) -> None:
    keep_without_sums(start(fixtures=fixtures), data)
    assert told_at_start(caplog, start, fixtures=fixtures) == []
    change_fixtures(fixtures)
    assert told_at_start(caplog, start, fixtures=fixtures) == [TOLD]
