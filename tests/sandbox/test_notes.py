"""Notes: what a provider remembers from call to call, and forgets in time."""

from typing import Any

import pytest

from mockserver.sandbox.database import Database
from mockserver.sandbox.notes import Notes
from tests.calls import BY_PROVIDER, KIRIM


class Kept(Notes):
    """Notes that are committed at once."""

    def __init__(self) -> None:
        self.database = Database("default", {})
        super().__init__(self.database)

    def note(self, *keys: str, value: str = "value", until: int = 100) -> None:
        notes = {key: {"value": value, "until": until} for key in keys}
        self.database.change(self.keep(notes))


@pytest.fixture
def notes() -> Kept:
    return Kept()


@pytest.mark.parametrize(("now", "found"), [(99, "value"), (100, None), (101, None)])
def test_note_is_forgotten_at_its_instant(notes: Kept, now: int, found: str | None) -> None:
    notes.note("key")
    assert notes.recall("key", now) == found
    assert notes.recall("another", now) is None


def test_of_10_001_notes_the_oldest_is_dropped(notes: Kept) -> None:
    notes.note(*map(str, range(10_000)))
    assert notes.recall("0", 1) == "value"
    notes.note("last")
    found = [notes.recall(key, 1) for key in ("0", "1", "9999", "last")]
    assert found == [None, "value", "value", "value"]


def test_note_that_is_kept_again_counts_as_new(notes: Kept) -> None:
    notes.note(*map(str, range(10_000)), value="old")
    notes.note("0", value="new")
    notes.note("last")
    assert [notes.recall(key, 1) for key in ("0", "1", "2")] == ["new", None, "old"]


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
