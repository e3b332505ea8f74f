"""The application against the mock server: the fixture ``sandbox`` comes with its plugin."""

import pytest

from mockserver.client import Message, Sandbox
from providers import REQUESTS, Incoming
from receipts import ATTEMPTS, GaveUp, Receipts

pytestmark = pytest.mark.parametrize("provider", REQUESTS)


@pytest.fixture
def waits() -> list[float]:
    """The seconds that the application would have slept."""
    return []


@pytest.fixture
def receipts(sandbox: Sandbox, waits: list[float]) -> Receipts:
    return Receipts(sandbox.env(), sleep=waits.append)


def incoming(message: Message) -> Incoming:
    return Incoming(message.provider, message.id, message.business_number)


@pytest.fixture
def message(sandbox: Sandbox, provider: str) -> Message:
    return sandbox.customer_writes(provider, text="Halo")


def test_message_is_marked_read(sandbox: Sandbox, receipts: Receipts, message: Message) -> None:
    assert receipts.mark_read(incoming(message)) == 1
    sandbox.assert_read(message)


@pytest.mark.parametrize("fault", ["gateway", "reset", "empty", "malformed_json", "garbage"])
def test_what_passes_is_tried_again(
    sandbox: Sandbox, receipts: Receipts, message: Message, fault: str
) -> None:
    sandbox.fail(message.provider, fault, times=2)
    assert receipts.mark_read(incoming(message)) == 3
    sandbox.assert_read(message)


def test_answer_may_be_lost(sandbox: Sandbox, receipts: Receipts, message: Message) -> None:
    sandbox.fail(message.provider, "reset", when="after", times=1)
    assert receipts.mark_read(incoming(message)) == 2
    assert [entry.committed for entry in sandbox.requests()] == [True, True]


def test_slow_answer_is_not_waited_for(sandbox: Sandbox, message: Message) -> None:
    sandbox.fail(message.provider, "latency", ms=2_000, times=1)
    receipts = Receipts(sandbox.env(), patience=0.3)
    assert receipts.mark_read(incoming(message)) == 2


def test_it_gives_up(
    sandbox: Sandbox, receipts: Receipts, message: Message, waits: list[float]
) -> None:
    sandbox.fail(message.provider, "outage")
    with pytest.raises(GaveUp, match=f"after {ATTEMPTS} tries"):
        receipts.mark_read(incoming(message))
    assert len(sandbox.requests()) == ATTEMPTS
    assert waits == sorted(set(waits))
    assert sandbox.message(message).read_at is None


def test_it_waits_as_long_as_it_is_asked_to(
    sandbox: Sandbox, receipts: Receipts, message: Message, waits: list[float]
) -> None:
    headers = {"Retry-After": "3"}
    sandbox.fail(message.provider, "status", status=429, headers=headers, times=1)
    assert receipts.mark_read(incoming(message)) == 2
    assert waits == [3]


def test_wrong_secret_is_no_reason_to_try_again(sandbox: Sandbox, message: Message) -> None:
    secrets = ("_TOKEN", "_API_KEY", "_ACCESS_SECRET")
    settings = {
        name: "wrong" if name.endswith(secrets) else value for name, value in sandbox.env().items()
    }
    with pytest.raises(GaveUp, match="after 1 tries"):
        Receipts(settings).mark_read(incoming(message))
    assert len(sandbox.requests()) == 1
