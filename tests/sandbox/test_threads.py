"""Sandboxes on a WSGI server with threads, which are made and deleted while they are used."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from tests.conftest import StillClock
from tests.sandbox.worlds import ALL, account_of, listed, make, receipt, unattributed

ROUNDS = 60
Start = Callable[..., Any]
LATENCY = {"fault": {"type": "latency", "ms": 0}}


def together(*works: Callable[[], list[int]]) -> list[set[int]]:
    """The statuses that each of the works got, all of which begin at once."""
    barrier = Barrier(len(works))

    def run(work: Callable[[], list[int]]) -> set[int]:
        barrier.wait(timeout=10)
        return set(work())

    with ThreadPoolExecutor(len(works)) as pool:
        return [each.result(timeout=30) for each in [pool.submit(run, work) for work in works]]


def test_one_of_two_that_make_the_same_sandbox_is_told_so(start: Start) -> None:
    kept = start()

    def work() -> list[int]:
        client = kept.application.test_client()
        return [client.post(ALL, json={"id": f"s{n}"}).status_code for n in range(ROUNDS)]

    statuses = together(work, work)
    assert statuses[0] | statuses[1] <= {201, 409}
    assert len(listed(kept)) == ROUNDS + 1


def test_sandbox_that_is_deleted_while_it_is_used_leaves_a_file_that_can_be_read(
    start: Start,
) -> None:
    kept = start()

    def make_and_delete() -> list[int]:
        client, statuses = kept.application.test_client(), []
        for _ in range(ROUNDS):
            statuses.append(client.post(ALL, json={"id": "mine", "ttl": "PT1H"}).status_code)
            statuses.append(client.delete(f"{ALL}/mine").status_code)
        return statuses

    def add_rules() -> list[int]:
        client = kept.application.test_client()
        path = f"{ALL}/mine/faults"
        return [client.post(path, json=LATENCY).status_code for _ in range(ROUNDS * 4)]

    def write() -> list[int]:
        client, path = kept.application.test_client(), f"{ALL}/mine/messages"
        body = {"provider": "d7", "from": "+15551234"}
        return [client.post(path, json=body).status_code for _ in range(ROUNDS * 4)]

    made, added, written = together(make_and_delete, add_rules, write)
    assert made == {201, 204}
    assert added <= {201, 404}
    assert written <= {201, 404}
    assert list(listed(start())) == ["default"]


def test_expiry_and_deletion_at_once_wait_for_nobody(
    make_client: Callable[..., Any], clock: StillClock
) -> None:
    client = make_client()
    tokens = []
    for n in range(ROUNDS):
        tokens.append(account_of(make(client, id=f"s{n}", ttl="PT1S"), "d7"))

    def delete() -> list[int]:
        each = client.application.test_client()
        return [each.delete(f"{ALL}/s{n}").status_code for n in range(ROUNDS)]

    def call() -> list[int]:
        each, statuses = client.application.test_client(), []
        for account in tokens:
            clock.advance(20)
            statuses.append(receipt("d7", account, "x").by(each).status_code)
        return statuses

    deleted, called = together(delete, call)
    assert deleted <= {204, 404}
    assert called <= {401, 404}
    assert unattributed(client) <= ROUNDS
