"""What a failing expectation is told: a sentence, and the calls that come nearest."""

from typing import Any

import pytest

from tests.calls import KIRIM_KEY, RECEIPT, WAMID
from tests.conftest import STATE
from tests.verify.expecting import PATH, call, expect
from tests.work import count_work

MASKED = "kdv_****nZ"


def differs(told: dict[str, Any], place: int = 0) -> dict[str, Any]:
    return {
        each["field"]: (each["expected"], each["came"])
        for each in told["nearest"][place]["differs"]
    }


def test_sentence_names_what_was_expected_and_what_came(client: Any) -> None:
    first, second = call(client), call(client)
    match = {"provider": "kirim", "status": 200, "fault": None, "body": {"/status": "read"}}
    told = expect(client, match, count={"exactly": 1})
    assert told["message"] == (
        'expected exactly 1 call with provider "kirim" and body /status "read" and status 200 '
        f"and no fault, came 2: {first}, {second}"
    )


@pytest.mark.parametrize(
    ("count", "words"),
    [
        ({"at_least": 3}, "at least 3 calls, came 2"),
        ({"at_least": 3, "at_most": 4}, "3 to 4 calls, came 2"),
        ({"at_most": 1}, "at most 1 call, came 2"),
        ({"exactly": 0}, "no call, came 2"),
    ],
)
def test_sentence_says_how_many(client: Any, count: dict[str, int], words: str) -> None:
    call(client)
    call(client)
    assert words in expect(client, {}, count=count)["message"]


def test_sentence_names_some_of_many(client: Any) -> None:
    ids = [call(client) for _ in range(8)]
    assert f"came 8: {', '.join(ids[:5])} and 3 more" in expect(client, {}, never=True)["message"]


def test_what_differed_is_told_field_by_field(client: Any) -> None:
    near = call(client, headers={"X-Trace": "1"})
    match = {
        "provider": "d7",
        "account": ["expired"],
        "status": 500,
        "direction": "outbound",
        "path": "/v1",
        "header": {"X-Trace": "2", "X-None": "3"},
        "body": {"/status": "read", "/message_id": "x", "/typing": {"a": 1}},
        "fault": True,
    }
    told = expect(client, match)
    assert told["nearest"][0]["request"] == near
    assert differs(told) == {
        "provider": ("d7", "kirim"),
        "account": (["expired"], "main"),
        "status": (500, 200),
        "direction": ("outbound", "inbound"),
        "path": ("/v1", PATH),
        "header.x-trace": ("2", "1"),
        "header.x-none": ("3", None),
        "body/message_id": ("x", WAMID),
        "body/typing": ({"a": 1}, None),
        "fault": (True, None),
    }
    missing = {each["field"] for each in told["nearest"][0]["differs"] if each.get("missing")}
    assert missing == {"header.x-none", "body/typing"}


def test_nearest_come_first_and_the_newest_among_equals(client: Any) -> None:
    call(client, {**RECEIPT, "message_id": "wamid.nobody"})
    second = call(client, headers={"X-N": "1"})
    third = call(client, headers={"X-N": "1"})
    for _ in range(5):
        call(client, path="/nowhere")
    told = expect(client, {"header": {"X-N": "1"}, "status": 200, "body": {"/status": "unread"}})
    assert [each["request"] for each in told["nearest"][:2]] == [third, second]
    assert len(told["nearest"]) == 5


def test_body_that_is_no_json_is_told_as_it_came(client: Any) -> None:
    call(client, "status=read")
    assert differs(expect(client, {"body": {"/status": "read"}})) == {
        "body/status": ("read", "status=read")
    }


def test_with_nothing_there_nothing_is_near(client: Any) -> None:
    assert expect(client, {})["nearest"] == []


def test_few_of_many_calls_are_read_as_a_whole(client: Any) -> None:
    """Of those that differ alike the newest 200, whatever the others are."""

    def ask() -> None:
        client.post(f"{STATE}/verify", json={"match": {"body": {"/status": "unread"}}})

    for _ in range(210):
        last = call(client)
    few = count_work(ask)
    for _ in range(210):
        last = call(client)
    assert expect(client, {"body": {"/status": "unread"}})["nearest"][0]["request"] == last
    assert count_work(ask) - few < 210 * 15


def test_what_differs_is_not_too_long(client: Any) -> None:
    call(client, {"a": "x" * 20_000, "b": list(range(1_000))})
    found = differs(expect(client, {"body": {"/a": "y" * 20_000, "/b": []}}))
    assert all(len(str(value)) < 400 for pair in found.values() for value in pair)


SECRETS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "header": ({"header": {"Authorization": f"Bearer {KIRIM_KEY}x"}}, {}),
    "another header": ({"header": {"X-Any": "0"}}, {"headers": {"X-Any": KIRIM_KEY}}),
    "body": ({"body": {"/a": KIRIM_KEY}}, {"body": {"a": f"{KIRIM_KEY}."}}),
    "body by its name": (
        {"body": {"/client_secret": "hush"}},
        {"body": {"client_secret": "hush!"}},
    ),
    "inner body by its name": ({"body": {"/a": {}}}, {"body": {"a": {"token": "hush!"}}}),
    "number by its name": ({"body": {"/token": 1}}, {"body": {"token": 87654321}}),
    "body that is no json": ({"body": {"/a": 1}}, {"body": f"a={KIRIM_KEY}"}),
    "message": ({"message_id": "x"}, {"body": {**RECEIPT, "message_id": KIRIM_KEY}}),
    "path": ({"path": f"/{KIRIM_KEY}/x"}, {"path": f"/kirim/{KIRIM_KEY}"}),
}


@pytest.mark.parametrize(("match", "how"), SECRETS.values(), ids=SECRETS)
def test_no_secret_is_told(client: Any, match: dict[str, Any], how: dict[str, Any]) -> None:
    call(client, **how)
    client.get(f"{STATE}/verify")
    more = {"status": 999}
    for expected in (match, {**match, **more}):
        answer = client.post(f"{STATE}/verify", json={"match": expected})
        assert answer.status_code == 409
        assert KIRIM_KEY not in answer.text
        assert "hush" not in answer.text
        assert "87654321" not in answer.text
        assert answer.json["nearest"] != []
