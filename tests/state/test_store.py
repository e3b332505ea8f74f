"""The store: order, conversations, and values that nobody can change from outside."""

import dataclasses
from typing import Any

import pytest

from mockserver.core.message import Message
from mockserver.state.storage import Memory
from mockserver.state.store import MessageStore
from mockserver.state.table import Change, Database


def message(id: str, received_at: int, **other: Any) -> Message:
    fields = {
        "provider": "p",
        "account": "main",
        "direction": "inbound",
        "business_number": "1",
        "customer": "2",
        "type": "text",
        "content": '{"body":"Hi"}',
        "sequence": 0,
    }
    return Message(id=id, received_at=received_at, **(fields | other))


class FullOnce(Memory):
    """Cannot keep the next changes once ``full`` is set."""

    full = False

    def append(self, changes: list[Change]) -> None:
        if self.full:
            self.full = False
            raise OSError("no space left on the device")


@pytest.fixture
def store() -> MessageStore:
    return MessageStore(Memory())


def read(store: MessageStore, id: str, **how: Any) -> None:
    found = store.get("p", id)
    assert found is not None
    store.mark_read(found, 99, **({"earlier": True, "typing_until": None} | how))


def read_ids(store: MessageStore) -> list[str]:
    return [each.id for each in store.all() if each.read_at is not None]


def test_earlier_messages_are_read_and_later_ones_are_not(store: MessageStore) -> None:
    store.add([message("a", 10), message("b", 20), message("c", 30)])
    read(store, "b")
    assert read_ids(store) == ["a", "b"]


def test_arrival_counts_and_not_the_order_of_adding(store: MessageStore) -> None:
    store.add([message("late", 30), message("early", 10)])
    store.add([message("between", 20)])
    read(store, "between")
    assert read_ids(store) == ["early", "between"]


def test_messages_of_one_instant_are_in_the_order_of_adding(store: MessageStore) -> None:
    store.add([message("a", 10), message("b", 10), message("c", 10)])
    read(store, "b")
    assert read_ids(store) == ["a", "b"]


@pytest.mark.parametrize(
    "other", [{"customer": "3"}, {"business_number": "9"}, {"account": "x"}, {"provider": "q"}]
)
def test_other_conversations_are_left_alone(store: MessageStore, other: dict[str, str]) -> None:
    store.add([message("other", 10, **other), message("mine", 20)])
    read(store, "mine")
    assert read_ids(store) == ["mine"]


def test_outbound_messages_are_never_marked(store: MessageStore) -> None:
    store.add([message("out", 10, direction="outbound"), message("in", 20)])
    read(store, "in")
    assert read_ids(store) == ["in"]


def test_a_message_read_alone_keeps_its_time_when_a_later_one_is_read(store: MessageStore) -> None:
    store.add([message("a", 10), message("b", 20)])
    first = store.get("p", "a")
    assert first is not None
    store.mark_read(first, 50, earlier=False, typing_until=None)
    read(store, "b")
    assert [each.read_at for each in store.all()] == [50, 99]


def test_a_message_that_comes_before_a_read_one_is_unread(store: MessageStore) -> None:
    store.add([message("b", 20)])
    read(store, "b")
    store.add([message("a", 10), message("c", 30)])
    read(store, "c")
    assert read_ids(store) == ["a", "b", "c"]


def test_only_the_marked_message_is_told_upstream(store: MessageStore) -> None:
    store.add([message("a", 10), message("b", 20), message("c", 30)])
    read(store, "b")
    assert [(each.id, each.upstream_calls) for each in store.all()] == [
        ("a", 0), ("b", 1), ("c", 0),
    ]  # fmt: skip


def test_marking_that_could_not_be_kept_changes_nothing_and_can_be_repeated() -> None:
    storage = FullOnce()
    store = MessageStore(storage)
    store.add([message("a", 10), message("b", 20), message("c", 30), message("d", 40)])
    before = store.all()
    storage.full = True
    with pytest.raises(OSError, match="no space left"):
        read(store, "c")
    assert store.all() == before
    read(store, "c")
    assert read_ids(store) == ["a", "b", "c"]
    assert [each.upstream_calls for each in store.all()] == [0, 0, 1, 0]


def test_message_that_could_not_be_kept_is_not_there_and_can_be_added_again() -> None:
    storage = FullOnce()
    store = MessageStore(storage)
    storage.full = True
    with pytest.raises(OSError, match="no space left"):
        store.add([message("a", 10)])
    assert store.all() == []
    store.add([message("a", 10), message("b", 20)])
    read(store, "b")
    assert read_ids(store) == ["a", "b"]


def test_what_is_handed_out_cannot_be_changed(store: MessageStore) -> None:
    store.add([message("a", 10)])
    found = store.get("p", "a")
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.read_at = 1  # type: ignore[misc,union-attr]
    read(store, "a")
    assert found is not None
    assert found.read_at is None


def test_a_repeat_changes_nothing(store: MessageStore) -> None:
    store.add([message("a", 10)])
    read(store, "a")
    before = store.all()
    found = store.get("p", "a")
    assert found is not None
    store.mark_read(found, 500, earlier=True, typing_until=None)
    assert store.all() == before


def test_tinydbs_own_methods_work_on_text_ids_in_place() -> None:
    database = Database(storage=Memory)
    database.change([("t", "x", {"n": 1}), ("t", "y", {"n": 2})])
    table = database.documents("t")
    kept = table.rows()
    first: list[Any] = ["x"]
    second: list[Any] = ["y"]
    table.update({"n": 3}, doc_ids=first)
    table.remove(doc_ids=second)
    assert kept == {"x": {"n": 3}}
    assert [document.doc_id for document in table.all()] == first
