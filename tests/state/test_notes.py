"""Notes: what a provider remembers from call to call, and forgets in time."""

from typing import Any

import pytest

from mockserver.state.notes import Notes
from tests.calls import BY_PROVIDER, KIRIM


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.mark.parametrize(("now", "found"), [(99, "value"), (100, None), (101, None)])
def test_note_is_forgotten_at_its_instant(notes: Notes, now: int, found: str | None) -> None:
    notes.keep("key", "value", until=100)
    assert notes.recall("key", now) == found
    assert notes.recall("another", now) is None


def test_of_10_001_notes_the_oldest_is_dropped(notes: Notes) -> None:
    for place in range(10_000):
        notes.keep(place, place + 1, until=100)
    assert notes.recall(0, 1) == 1
    notes.keep("last", "kept", until=100)
    assert [notes.recall(key, 1) for key in (0, 1, 9_999, "last")] == [None, 2, 10_000, "kept"]


def test_note_that_is_kept_again_counts_as_new(notes: Notes) -> None:
    for place in range(10_000):
        notes.keep(place, "old", until=100)
    notes.keep(0, "new", until=100)
    notes.keep("last", "kept", until=100)
    assert [notes.recall(key, 1) for key in (0, 1, 2)] == ["new", None, "old"]


def test_reset_forgets_idempotency_keys(client: Any) -> None:
    valid = BY_PROVIDER["kirim"]
    headers = KIRIM | {"Idempotency-Key": "k-1"}
    replayed = []
    for _ in range(2):
        for _ in range(2):
            answer = client.post(valid.path, data=valid.body, headers=headers)
            replayed.append((answer.status_code, answer.headers["Idempotent-Replayed"]))
        client.post("/_mock/sandboxes/default/reset")
    assert replayed == [(200, "false"), (200, "true")] * 2
