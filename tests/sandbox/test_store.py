"""The store: order, conversations, and values that nobody can change from outside."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from mockserver.api.changes import Change, add, put, remove, set_fields
from mockserver.api.message import Message
from mockserver.sandbox.database import Database, Refusal, replace_tables
from mockserver.sandbox.events import Events
from mockserver.sandbox.messages import MessageStore
from mockserver.sandbox.storage.log_file import LogFile
from mockserver.sandbox.storage.memory import Memory


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

    def keep(self, sandbox: str, changes: list[Change], make: Any) -> None:
        if self.full:
            self.full = False
            raise OSError("no space left on the device")
        make(changes)


class Store(MessageStore):
    """The messages of two providers, changed as calls change them."""

    def __init__(self) -> None:
        self.database = Database("default", {})
        self.disk = FullOnce()
        self.database.keep_in(self.disk)
        super().__init__(self.database, ["p", "q"], Events().tell)

    def add(self, *messages: Message) -> None:
        for each in messages:
            self.database.change([self.draft(each)])

    def read(self, id: str, at: int = 99, *, earlier: bool = True) -> None:
        found = self.get("p", id)
        assert found is not None
        before = self.unread_before(found) if earlier else []
        changed = [id, *before] if found.read_at is None else before
        self.database.change([set_fields("messages/p", each, {"read_at": at}) for each in changed])

    def read_ids(self) -> list[str]:
        return [each.id for each in self.all() if each.read_at is not None]


@pytest.fixture
def store() -> Store:
    return Store()


def test_earlier_messages_are_read_and_later_ones_are_not(store: Store) -> None:
    store.add(message("a", 10), message("b", 20), message("c", 30))
    store.read("b")
    assert store.read_ids() == ["a", "b"]


def test_arrival_counts_and_not_the_order_of_adding(store: Store) -> None:
    store.add(message("late", 30), message("early", 10), message("between", 20))
    store.read("between")
    assert store.read_ids() == ["early", "between"]


def test_messages_of_one_instant_are_in_the_order_of_adding(store: Store) -> None:
    store.add(message("a", 10), message("b", 10), message("c", 10))
    store.read("b")
    assert store.read_ids() == ["a", "b"]


@pytest.mark.parametrize(
    "other", [{"customer": "3"}, {"business_number": "9"}, {"account": "x"}, {"provider": "q"}]
)
def test_other_conversations_are_left_alone(store: Store, other: dict[str, str]) -> None:
    store.add(message("other", 10, **other), message("mine", 20))
    store.read("mine")
    assert store.read_ids() == ["mine"]


def test_outbound_messages_are_never_before_one(store: Store) -> None:
    store.add(message("out", 10, direction="outbound"), message("in", 20))
    store.read("in")
    assert store.read_ids() == ["in"]


def test_a_message_read_alone_keeps_its_time_when_a_later_one_is_read(store: Store) -> None:
    store.add(message("a", 10), message("b", 20))
    store.read("a", 50, earlier=False)
    store.read("b")
    assert [each.read_at for each in store.all()] == [50, 99]


def test_a_message_that_comes_before_a_read_one_is_unread(store: Store) -> None:
    store.add(message("b", 20))
    store.read("b")
    store.add(message("a", 10), message("c", 30))
    store.read("c")
    assert store.read_ids() == ["a", "b", "c"]


def test_a_repeat_changes_nothing(store: Store) -> None:
    store.add(message("a", 10))
    store.read("a")
    before = store.all()
    store.read("a", 500)
    assert store.all() == before


def test_marking_that_could_not_be_kept_changes_nothing_and_can_be_repeated(store: Store) -> None:
    store.add(message("a", 10), message("b", 20), message("c", 30), message("d", 40))
    before = store.all()
    store.disk.full = True
    with pytest.raises(OSError, match="no space left"):
        store.read("c")
    assert store.all() == before
    store.read("c")
    assert store.read_ids() == ["a", "b", "c"]


def test_message_that_could_not_be_kept_is_not_there_and_can_be_added_again(store: Store) -> None:
    store.disk.full = True
    with pytest.raises(OSError, match="no space left"):
        store.add(message("a", 10))
    assert store.all() == []
    store.add(message("a", 10), message("b", 20))
    store.read("b")
    assert store.read_ids() == ["a", "b"]


def test_what_is_handed_out_cannot_be_changed(store: Store) -> None:
    store.add(message("a", 10))
    found = store.get("p", "a")
    with pytest.raises(AttributeError):
        found.read_at = 1  # type: ignore[misc,union-attr]
    store.read("a")
    assert found is not None
    assert found.read_at is None


def test_order_is_derived_anew_from_other_documents(store: Store) -> None:
    store.add(message("a", 10), message("b", 20))
    image = store.database.copy_tables()
    store.read("b")
    store.database.change([replace_tables(image)])
    store.index()
    assert store.read_ids() == []
    store.read("b")
    assert store.read_ids() == ["a", "b"]


IMPOSSIBLE = {
    "adding what is there": [add("t", "x", {"n": 2})],
    "adding twice": [add("t", "new", {}), add("t", "new", {})],
    "setting what is not there": [set_fields("t", "y", {"n": 2})],
    "removing what is not there": [remove("t", "y")],
    "setting what was removed": [remove("t", "x"), set_fields("t", "x", {})],
    "setting what was replaced": [replace_tables({"t": {}}), set_fields("t", "x", {})],
}


@pytest.mark.parametrize("changes", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_changes_of_which_one_cannot_be_made_change_nothing(changes: list[Change]) -> None:
    database = Database("default", {"t": {"x": {"n": 1}}})
    with pytest.raises(Refusal):
        database.change([put("t", "other", {}), *changes])
    assert database.rows("t") == {"x": {"n": 1}}


def test_changes_build_upon_each_other() -> None:
    database = Database("default", {})
    made = [add("t", "x", {"n": 1}), set_fields("t", "x", {"m": 2}), add("t", "y", {})]
    database.change([*made, remove("t", "y"), add("t", "y", {"n": 3})])
    assert database.rows("t") == {"x": {"n": 1, "m": 2}, "y": {"n": 3}}


def test_document_is_never_changed_itself() -> None:
    database = Database("default", {})
    database.change([add("t", "x", {"n": 1})])
    image = database.copy_tables()
    database.change([set_fields("t", "x", {"n": 2}), add("t", "y", {})])
    assert image == {"t": {"x": {"n": 1}}}


def test_whoever_follows_a_table_is_told_and_whoever_watches_it_once() -> None:
    database = Database("default", {})
    told: list[Any] = []
    database.follow("t", lambda before, after: told.append((before, after)))
    database.watch("w", lambda: told.append("w"))
    database.change([add("t", "x", {"n": 1}), add("w", "x", {}), add("w", "y", {})])
    assert told == [(None, {"n": 1}), "w"]


def test_tinydb_searches_the_documents() -> None:
    database = Database("default", {})
    database.change([add("t", "x", {"n": 1}), add("t", "y", {"n": 2})])
    assert [dict(each) for each in database.documents("t").all()] == [{"n": 1}, {"n": 2}]


def test_file_that_has_grown_is_written_anew_with_what_there_is(tmp_path: Path) -> None:
    file = LogFile(tmp_path / "data")
    file.open()
    database, other = Database("one", {}), Database("other", {"t": {"x": {"n": 1}}})
    database.keep_in(file)
    other.keep_in(file)
    for number in range(200):
        database.change([put("t", "x", {"n": number, "text": "x" * 200_000})])
    file.close()
    assert (tmp_path / "data").stat().st_size < 20_000_000
    with closing(LogFile(tmp_path / "data")) as again:
        kept = again.read()
    assert kept["one"]["t"]["x"]["n"] == 199
    assert kept["other"] == {"t": {"x": {"n": 1}}}
