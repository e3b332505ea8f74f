"""Journals and transcripts of all sandboxes together take no more memory than they may."""

from collections.abc import Callable
from typing import Any

from tests.sandbox.worlds import ALL, account_of, entries, listed, make, receipt

BODY = "x" * 8_000


def fill(client: Any, document: dict[str, Any], calls: int) -> None:
    for _ in range(calls):
        headers = {"Authorization": f"Bearer {account_of(document, 'd7')['token']}"}
        client.post("/whatsapp/v2/read-receipt/x", headers=headers, data=BODY)


def test_oldest_entries_of_the_fullest_go_first(make_client: Callable[..., Any]) -> None:
    client = make_client(journal_memory=1)
    small, large = make(client, id="small"), make(client, id="large")
    fill(client, small, 10)
    fill(client, large, 300)
    assert len(entries(client, "small")) == 10
    kept = entries(client, "large")
    assert 80 < len(kept) < 130
    newest = receipt("d7", account_of(large, "d7"), "x").by(client).headers["X-Mock-Request-Id"]
    assert entries(client, "large")[-1]["id"] == newest
    assert listed(client)["large"]["calls"] == 301


def test_deleted_sandbox_leaves_its_room_to_the_others(make_client: Callable[..., Any]) -> None:
    client = make_client(journal_memory=1)
    fill(client, make(client, id="first"), 200)
    client.delete(f"{ALL}/first")
    fill(client, make(client, id="second"), 100)
    assert len(entries(client, "second")) == 100
