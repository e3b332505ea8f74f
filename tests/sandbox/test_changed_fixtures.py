"""Fixtures that are others after a restart with ``--data``: a reset brings their accounts."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockserver.config import packaged_fixtures
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
