"""Events as they come, in Python."""

import pytest

from mockserver.client import Message, Mock, Refusal, Sandbox, Unreachable
from tests.client.test_watching import read
from tests.conftest import Start


@pytest.fixture
def message(world: Sandbox) -> Message:
    return world.customer_writes("kirim")


def test_events_come_from_the_call_on(world: Sandbox, message: Message) -> None:
    with world.events("request", "message", provider="kirim") as events:
        made = read(world, message).headers["X-Mock-Request-Id"]
        first, second = next(events), next(events)
    assert (first.kind, first.data["what"], first.data["id"]) == ("message", "read", message.id)
    assert (second.kind, second.data["id"]) == ("request", made)


def test_an_id_is_gone_on_after(world: Sandbox, message: Message) -> None:
    with world.events("message") as events:
        read(world, message)
        [last] = [next(events).id]
        assert events.last == last
    second = world.customer_writes("kirim")
    with world.events("message", after=last) as events:
        assert next(events).data["id"] == second.id
    with world.events("message", after="", message_id=message) as events:
        assert [next(events).data["what"] for _ in range(2)] == ["added", "read"]


def test_loop_ends_with_the_sandbox(mock: Mock) -> None:
    world = mock.sandbox()
    with world.events() as events:
        world.close()
        assert [each.data for each in events] == [{"id": world.id, "what": "deleted"}]
        assert [*events] == []
    with pytest.raises(Refusal, match="no such sandbox"):
        world.events()


def test_wrong_filter_is_refused(world: Sandbox) -> None:
    with pytest.raises(Refusal, match="did you mean request"):
        world.events("requests")


def test_loop_ends_with_the_server(start_server: Start) -> None:
    server = start_server()
    with Mock(server.url) as mock, mock.find().events() as events:
        server.stop()
        assert [*events] == []
        with pytest.raises(Unreachable, match="no server answers"):
            mock.find().events()


def test_server_that_is_killed_is_told(start_server: Start) -> None:
    server = start_server()
    with Mock(server.url) as mock, mock.find().events() as events:
        server.process.kill()
        with pytest.raises(Unreachable, match="broke off"):
            next(events)
