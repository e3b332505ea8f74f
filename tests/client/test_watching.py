"""What was done in a sandbox: explained, verified, and judged."""

from typing import Any

import pytest
import requests

from mockserver.client import Message, Sandbox


def read(world: Sandbox, message: Message | str, **headers: str) -> requests.Response:
    """KirimChat's call, as an application makes it."""
    id = message if isinstance(message, str) else message.id
    receipt = {"messaging_product": "whatsapp", "status": "read", "message_id": id}
    url = f"{world.kirim.base_url}/v1/{world.kirim.phone_number_id}/messages"
    sent = {"Authorization": f"Bearer {world.kirim.api_key}", **headers}
    return requests.post(url, json=receipt, headers=sent, timeout=5)


@pytest.fixture
def message(world: Sandbox) -> Message:
    return world.customer_writes("kirim")


def test_calls_are_verified(world: Sandbox, message: Message) -> None:
    good, bad = (
        read(world, message, **headers).headers["X-Mock-Request-Id"]
        for headers in ({}, {"Authorization": "Bearer no"})
    )
    assert world.verify({"provider": "kirim"}, count=2) == [good, bad]
    assert world.verify({"status": 401}) == [bad]
    assert world.verify({"committed": True}, count={"at_most": 1}) == [good]
    assert world.verify(since=good) == [bad]
    assert world.verify({"provider": "d7"}, never=True, within=0.05) == []
    wishes: list[dict[str, Any]] = [{"match": {"status": 200}}, {"match": {"status": 401}}]
    assert world.verify_all(wishes, order=True) == [[good], [bad]]
    with pytest.raises(AssertionError, match="expected"):
        world.verify_all(wishes[::-1], order=True)
    with pytest.raises(AssertionError) as failed:
        world.verify({"status": 502})
    told = str(failed.value)
    assert f"{bad}: status: expected 502, came 401" in told
    assert f"{bad}: {world.explanation(bad).summary}" in told


def test_message_and_entry_stand_for_their_ids(world: Sandbox, message: Message) -> None:
    read(world, message)
    [entry] = world.requests(message_id=message)
    assert world.verify({"message_id": message}) == [entry.id]
    assert world.verify(since=entry, count=0) == []
    assert world.explanation(entry).request == entry.id


def test_work_that_is_done_twice_is_told(world: Sandbox, message: Message) -> None:
    read(world, message)
    world.assert_no_duplicates()
    read(world, message)
    with pytest.raises(AssertionError, match="duplicate: "):
        world.assert_no_duplicates()
    world.assert_verdicts("foreign_secret", "hopeless_retry")
    assert len(world.verdicts()) == 7


def test_refused_call_is_explained(world: Sandbox, message: Message, capsys: Any) -> None:
    answer = read(world, message, Authorization="Bearer {{token}}")
    summary = world.explain()
    assert capsys.readouterr().out == f"{summary}\n"
    found = world.explanation(answer.headers["X-Mock-Request-Id"])
    assert (found.summary, found.findings[0]["code"]) == (summary, "placeholder")
    assert {"name": "account", "result": "not_reached"} in found.checks


def test_unread_message_tells_why_its_call_failed(world: Sandbox, message: Message) -> None:
    world.fail("kirim", "WHATSAPP_UPSTREAM_ERROR")
    read(world, message)
    with pytest.raises(AssertionError) as failed:
        world.assert_read(message)
    assert world.explanation().summary in str(failed.value)
