"""Sandboxes that are over some time after the last call: on a clock that is told when to move."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import StillClock
from tests.sandbox.worlds import (
    ALL,
    Document,
    account_of,
    assert_refused,
    entries,
    listed,
    make,
    receipt,
    show,
    unattributed,
)

SECOND = 1_000


@pytest.fixture
def mine(client: Any) -> Document:
    return make(client, id="mine", ttl="PT10S")


def call(client: Any, document: Document) -> Any:
    return receipt("d7", account_of(document, "d7"), "x").by(client)


def test_sandbox_without_a_call_lasts_for_its_ttl(
    client: Any, clock: StillClock, mine: Document
) -> None:
    clock.advance(10 * SECOND - 1)
    assert "mine" in listed(client)
    clock.advance(1)
    assert "mine" not in listed(client)
    assert_refused(client.get(f"{ALL}/mine"), 404, "sandbox_not_found", "mine")


def test_ttl_counts_from_the_last_call(client: Any, clock: StillClock, mine: Document) -> None:
    for _ in range(3):
        clock.advance(9 * SECOND)
        call(client, mine)
    clock.advance(10 * SECOND - 1)
    assert listed(client)["mine"]["calls"] == 3
    clock.advance(1)
    assert "mine" not in listed(client)


def test_call_to_an_unknown_path_below_the_code_is_one_too(
    client: Any, clock: StillClock, mine: Document
) -> None:
    clock.advance(9 * SECOND)
    client.get(f"/~{mine['code']}/nowhere")
    clock.advance(9 * SECOND)
    assert "mine" in listed(client)


@pytest.mark.parametrize("path", ["", "/messages", "/requests"])
def test_looking_at_a_sandbox_does_not_make_it_last(
    client: Any, clock: StillClock, mine: Document, path: str
) -> None:
    clock.advance(9 * SECOND)
    show(client, "mine", path)
    clock.advance(1 * SECOND)
    assert "mine" not in listed(client)


def test_reset_and_restore_make_it_last_neither_longer_nor_shorter(
    client: Any, clock: StillClock, mine: Document
) -> None:
    client.post(f"{ALL}/mine/snapshot")
    clock.advance(9 * SECOND)
    call(client, mine)
    client.post(f"{ALL}/mine/restore")
    client.post(f"{ALL}/mine/reset")
    clock.advance(9 * SECOND)
    assert "mine" in listed(client)
    clock.advance(1 * SECOND)
    assert "mine" not in listed(client)


def test_call_that_comes_too_late_is_unattributed(
    client: Any, clock: StillClock, mine: Document
) -> None:
    clock.advance(10 * SECOND)
    assert call(client, mine).status_code == 401
    assert client.get(f"/~{mine['code']}/d7").status_code == 404
    assert unattributed(client) == 2
    assert all(each["unattributed"] for each in entries(client))


def test_expiry_frees_id_and_credentials(client: Any, clock: StillClock, mine: Document) -> None:
    snapshot = show(client, "mine", "/snapshot")
    clock.advance(10 * SECOND)
    again = make(client, id="mine", snapshot=snapshot)
    assert account_of(again, "d7")["token"] == account_of(mine, "d7")["token"]


def test_expiry_makes_room_for_another(make_client: Callable[..., Any], clock: StillClock) -> None:
    client = make_client(max_sandboxes=1)
    make(client, id="mine", ttl="PT10S")
    assert_refused(client.post(ALL), 429, "too_many_sandboxes")
    clock.advance(10 * SECOND)
    assert make(client)["ttl"] is None


def test_each_has_its_own_ttl_and_most_have_none(client: Any, clock: StillClock) -> None:
    for name, ttl in (("a", "PT30S"), ("b", "PT10S"), ("c", "PT20S")):
        make(client, id=name, ttl=ttl)
    make(client, id="for-ever")
    seen = []
    for _ in range(4):
        seen.append("".join(name for name in listed(client) if len(name) == 1))
        clock.advance(10 * SECOND)
    assert seen == ["abc", "ac", "a", ""]
    assert list(listed(client)) == ["default", "for-ever"]


def test_sandbox_of_the_same_id_is_not_over_with_the_one_before(
    client: Any, clock: StillClock, mine: Document
) -> None:
    client.delete(f"{ALL}/mine")
    clock.advance(5 * SECOND)
    make(client, id="mine", ttl="PT10S")
    clock.advance(5 * SECOND)
    assert "mine" in listed(client)
    client.delete(f"{ALL}/mine")
    make(client, id="mine")
    clock.advance(99 * SECOND)
    assert "mine" in listed(client)


def test_wish_of_the_longest_ttl_is_as_it_came(client: Any) -> None:
    assert make(client, id="mine", ttl="P5000W")["ttl"] == "P5000W"


def test_ttl_counts_on_over_a_restart(start: Callable[..., Any], clock: StillClock) -> None:
    client = start()
    mine = make(client, id="mine", ttl="PT10S")
    make(client, id="unused", ttl="PT10S")
    clock.advance(5 * SECOND)
    call(client, mine)
    again = start()
    clock.advance(5 * SECOND)
    assert list(listed(again)) == ["default", "mine"]
    clock.advance(5 * SECOND)
    assert list(listed(again)) == ["default"]


def test_sandbox_whose_ttl_passed_between_two_starts_is_over(
    start: Callable[..., Any], clock: StillClock
) -> None:
    make(start(), id="mine", ttl="PT10S")
    clock.advance(10 * SECOND)
    assert list(listed(start())) == ["default"]
    assert list(listed(start())) == ["default"]
