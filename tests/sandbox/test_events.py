"""The events of a sandbox, in process: what is told, in which order, and of what is gone."""

import signal
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from itertools import islice
from typing import Any

import pytest

from mockserver.admin.event_stream import EventStream, Wanted
from mockserver.sandbox.events import KEPT
from tests.calls import D7_RECEIPT, D7_REPORT, KIRIM_KEY, KIRIM_RECEIPT, WAMID, ValidCall
from tests.conftest import STATE, StillClock
from tests.streams import Seen, only_events, read_events

EVENTS = f"{STATE}/events"
CALLS = "?event=request"
PATIENCE_SECONDS = 3


@pytest.fixture
def fresh(make_client: Callable[..., Any]) -> Any:
    """An application in which nothing happened yet."""
    return make_client()


def call(client: Any, made: ValidCall = KIRIM_RECEIPT, **headers: str) -> str:
    sent = {**made.headers, **headers}
    answer = client.open(made.path, method=made.method, headers=sent, data=made.body)
    found: str = answer.headers["X-Mock-Request-Id"]
    return found


@contextmanager
def listening(client: Any, query: str = "", **headers: str) -> Iterator[Iterator[Seen]]:
    """The events that come. Who asks for one more than there are waits in vain, and fails."""
    answer = client.get(EVENTS + query, headers=headers)
    assert answer.status_code == 200, answer.text
    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(PATIENCE_SECONDS)
    try:
        with closing(answer):
            yield only_events(answer.iter_encoded())
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def give_up(*_: Any) -> None:
    raise TimeoutError("no such event came")


def take(events: Iterator[Seen], count: int) -> list[Seen]:
    return [*islice(events, count)]


def told(events: Iterator[Seen], count: int) -> list[tuple[str, str]]:
    """Kinds, and what happened."""
    return [(each.kind, each.data.get("what", "")) for each in take(events, count)]


def write_message(client: Any, **more: str) -> Any:
    wish = {"provider": "kirim", "from": "+628999000111", **more}
    return client.post(f"{STATE}/messages", json=wish).json


def test_head_says_that_it_goes_on_and_is_not_kept(client: Any) -> None:
    answer = client.get(EVENTS)
    assert answer.headers["Content-Type"] == "text/event-stream"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Mock-Request-Id"].startswith("req_")
    assert "Content-Length" not in answer.headers
    first = next(answer.iter_encoded())
    assert first.startswith(b"retry: 1000\nid: ")
    assert first.endswith(b"\n\n")
    answer.close()


def test_call_is_told_shortly(client: Any) -> None:
    with listening(client, CALLS) as events:
        made = call(client)
        [seen] = take(events, 1)
    assert seen.kind == "request"
    assert seen.data == {
        "id": made,
        "at": "2026-11-21T06:00:00Z",
        "provider": "kirim",
        "operation": "mark_as_read",
        "account": "main",
        "method": "POST",
        "path": KIRIM_RECEIPT.path,
        "status": 200,
        "error": None,
        "fault": None,
    }


def test_message_is_told_that_came_was_read_and_changed(client: Any, clock: StillClock) -> None:
    with listening(client, "?event=message") as events:
        written = write_message(client, provider="d7")
        path = D7_RECEIPT.template.format(message_id=written["id"])
        for _ in range(2):
            client.post(path, headers=D7_RECEIPT.headers, json=D7_RECEIPT.full)
            clock.advance(1_000)
        seen = take(events, 3)
    assert [each.data["what"] for each in seen] == ["added", "read", "changed"]
    assert {each.data["id"] for each in seen} == {written["id"]}
    later = {"what", "read_at", "typing_until"}  # as it is when it is told
    shown = {name: written[name] for name in seen[0].data if name not in later}
    assert shown.items() <= seen[0].data.items()
    assert seen[0].data["typing_until"] == "2026-11-21T06:00:26Z"
    assert "text" not in seen[0].data


def test_rule_is_told_from_its_making_to_its_end(client: Any) -> None:
    with listening(client, "?event=rule,clock") as events:
        rule = {"name": f"for {KIRIM_KEY}", "fault": {"type": "latency", "ms": 1}}
        made = client.post(f"{STATE}/faults", json=rule).json
        client.post(f"{STATE}/faults", json=rule | {"schedule": {"until": "PT1S"}})
        call(client)
        client.put(f"{STATE}/clock", json={"advance": "PT2S"})
        client.delete(f"{STATE}/faults/{made['id']}")
        seen = take(events, 7)
    what = [each.data.get("what", each.kind) for each in seen]
    assert what == ["made", "made", "struck", "struck", "clock", "ends", "removed"]
    assert seen[1].data["type"] == "latency"
    assert seen[1].data["hits"] == 1
    assert KIRIM_KEY not in seen[1].data["name"]
    assert seen[0].data == {"id": made["id"], "what": "made"}  # it was gone when it was told
    assert seen[4].data == client.get(f"{STATE}/clock").json


def test_sandbox_is_told_that_was_reset_restored_or_changed(client: Any) -> None:
    client.post(f"{STATE}/snapshot")
    with listening(client, "?event=sandbox") as events:
        client.post(f"{STATE}/reset")
        client.post(f"{STATE}/restore")
        client.patch(f"{STATE}/accounts/kirim/main", json={"condition": "good"})
        seen = take(events, 3)
    assert [each.data for each in seen] == [
        {"id": "default", "what": "reset"},
        {"id": "default", "what": "restored"},
        {"id": "default", "what": "account_patched", "provider": "kirim", "account": "main"},
    ]


def test_call_is_told_after_what_it_did(client: Any) -> None:
    client.post(f"{STATE}/faults", json={"fault": {"type": "latency", "ms": 1}})
    with listening(client) as events:
        call(client)
        assert told(events, 3) == [("message", "read"), ("rule", "struck"), ("request", "")]


def test_sending_is_told_with_what_is_known_of_it(client: Any) -> None:
    """Not much, as this is no server of ours."""
    with listening(client, "?event=request_sent") as events:
        made = call(client)
        [seen] = take(events, 1)
    [entry] = client.get(f"{STATE}/requests").json["requests"]
    names = ("id", "duration_ms", "sent_bytes", "first_byte_at", "last_byte_at", "closed_by")
    assert seen.data == {name: entry[name] for name in names}
    assert (seen.data["id"], seen.data["sent_bytes"]) == (made, None)


def test_secrets_are_masked_and_long_paths_cut(client: Any) -> None:
    with listening(client, CALLS) as events:
        client.get(f"/kirim/{KIRIM_KEY}/{'x' * 5_000}")
        [seen] = take(events, 1)
    assert KIRIM_KEY not in seen.data["path"]
    assert len(seen.data["path"]) < 300


# Filters


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ("event=request&event=clock", ["request", "request", "clock"]),
        ("event=request,clock", ["request", "request", "clock"]),
        ("event=request&provider=d7", ["request"]),
        ("event=request&status=404", []),
        ("event=request&operation=mark_as_read", ["request"]),
        ("event=message&provider=d7", []),
        ("event=message&customer=628123456789", ["message"]),
        ("event=message&customer=1", []),
        ("event=message&account=main", ["message"]),
        (f"event=message&message_id={WAMID}", ["message"]),
        ("event=message&message_id=other", []),
        ("event=rule", []),
        ("event=rule&event=clock&event=request&event=message&provider=d7", ["request", "clock"]),
    ],
)
def test_filters_choose(client: Any, query: str, kinds: list[str]) -> None:
    with listening(client, f"?event=sandbox&{query}") as events:
        call(client)
        call(client, D7_REPORT)
        client.put(f"{STATE}/clock", json={"rate": 2})
        client.patch(f"{STATE}/accounts/kirim/main", json={})
        seen = take(events, len(kinds) + 1)
    assert [each.kind for each in seen] == [*kinds, "sandbox"]


@pytest.mark.parametrize(
    ("query", "code", "hint"),
    [
        ("?nope=1", "unknown_filter", "there are event, provider"),
        ("?event=requests", "unknown_event", "did you mean request?"),
        ("?event=", "unknown_event", "there are request"),
        ("?event=dropped", "unknown_event", "there are request"),
        ("?provider=kirin", "unknown_provider", "did you mean kirim?"),
        ("?provider=d7&provider=d7", "bad_filter", "send one"),
        ("?error=NOPE", "unknown_error", "there are"),
        ("?customer=x", "bad_filter", "such as"),
        ("?after=1", "bad_filter", "as it stands in the stream"),
        ("?limit=1", "unknown_filter", "there are"),
    ],
)
def test_wrong_filter_is_refused(client: Any, query: str, code: str, hint: str) -> None:
    answer = client.get(EVENTS + query)
    assert (answer.status_code, answer.json["error"]["code"]) == (400, code)
    assert hint in answer.json["error"]["hint"]


def test_call_that_left_the_journal_is_told_by_its_id(make_client: Callable[..., Any]) -> None:
    client = make_client(journal=1)
    with listening(client, f"{CALLS}&provider=d7") as events:
        first, _, last = call(client), call(client), call(client, D7_REPORT)
        seen = take(events, 3)
    assert seen[0].data == {"id": first}
    assert (seen[2].data["id"], seen[2].data["provider"]) == (last, "d7")


def test_path_has_a_gate_methods_and_sandboxes_as_others_do(make_client: Any) -> None:
    client = make_client(admin_token="open-sesame")
    assert client.get(EVENTS).status_code == 401
    headers = {"Authorization": "Bearer open-sesame"}
    assert client.get(EVENTS, headers=headers | {"Host": "evil.example"}).status_code == 403
    assert client.post(EVENTS, headers=headers).headers["Allow"] == "GET"
    nowhere = client.get("/_mock/sandboxes/nowhere/events", headers=headers)
    assert nowhere.json["error"]["code"] == "sandbox_not_found"
    head = client.head(EVENTS, headers=headers)
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Type"] == "text/event-stream"


# Going on


def test_ids_are_gone_on_after(client: Any) -> None:
    with listening(client, CALLS) as events:
        made = [call(client) for _ in range(3)]
        seen = take(events, 3)
    for query, headers in (
        (f"{CALLS}&after={seen[0].id}", {}),
        (CALLS, {"Last-Event-ID": seen[0].id}),
        (f"{CALLS}&after={seen[1].id}", {"Last-Event-ID": seen[0].id}),
    ):
        with listening(client, query, **headers) as events:
            assert take(events, 2) == seen[1:]
    assert [each.data["id"] for each in seen] == made


def test_empty_after_begins_with_the_oldest_and_none_with_what_comes(fresh: Any) -> None:
    first = call(fresh)
    with listening(fresh, CALLS) as later, listening(fresh, f"{CALLS}&after=") as all_there_are:
        last = call(fresh)
        assert [each.data["id"] for each in take(later, 1)] == [last]
        assert [each.data["id"] for each in take(all_there_are, 2)] == [first, last]


def test_reset_does_not_begin_the_ids_anew(client: Any) -> None:
    with listening(client, CALLS) as events:
        call(client)
        [before] = take(events, 1)
    client.post(f"{STATE}/reset")
    with listening(client, "", **{"Last-Event-ID": before.id}) as events:
        assert told(events, 2) == [("request_sent", ""), ("sandbox", "reset")]


@pytest.mark.parametrize("last", ["0123abcd-1", "{life}-999999", "17", "\x1b[2J", "x" * 5_000])
def test_unknown_id_is_told_and_gone_on_from_what_is_there(fresh: Any, last: str) -> None:
    made = call(fresh)
    life = fresh.application.sandboxes.default.events.life
    with listening(fresh, CALLS, **{"Last-Event-ID": last.replace("{life}", life)}) as events:
        dropped, seen = take(events, 2)
    assert (dropped.kind, dropped.data) == ("dropped", {"missed": None, "reason": "unknown"})
    assert seen.data["id"] == made


def test_id_that_is_too_old_is_told_with_how_many_were_missed(fresh: Any) -> None:
    with listening(fresh, CALLS) as events:
        call(fresh)
        [old] = take(events, 1)
    number = int(old.id.partition("-")[2])
    tell_many(fresh, KEPT + 7)
    with listening(fresh, "", **{"Last-Event-ID": old.id}) as events:
        dropped, *seen = take(events, KEPT + 1)
    assert dropped.data == {"missed": 8, "reason": "old"}  # and that the call was sent
    numbers = [int(each.id.partition("-")[2]) for each in (dropped, *seen)]
    assert numbers == [*range(number + 8, number + 8 + KEPT + 1)]


def test_who_reads_too_slowly_is_told_and_dropped(fresh: Any) -> None:
    with listening(fresh) as events:
        call(fresh)
        take(events, 3)
        tell_many(fresh, KEPT + 7)
        [dropped] = events  # and its end
    assert dropped.data == {"missed": 7, "reason": "slow"}
    with listening(fresh, "", **{"Last-Event-ID": dropped.id}) as events:
        assert len(take(events, KEPT)) == KEPT


def tell_many(client: Any, count: int) -> None:
    """Reset it so often."""
    sandbox = client.application.sandboxes.default
    for _ in range(count):
        sandbox.events.tell("sandbox", sandbox.id, "reset")


def test_deletion_is_told_whatever_was_asked_for_and_ends_it(client: Any) -> None:
    made = client.post("/_mock/sandboxes").json["id"]
    answer = client.get(f"/_mock/sandboxes/{made}/events?event=clock")
    events = only_events(answer.iter_encoded())
    client.delete(f"/_mock/sandboxes/{made}")
    assert [each.data for each in events] == [{"id": made, "what": "deleted"}]


# Silence, and many


def make_stream(client: Any, tick: Callable[[], float], *kinds: str) -> EventStream:
    sandbox = client.application.sandboxes.default
    wanted = Wanted(frozenset(kinds))
    return EventStream(sandbox, wanted, sandbox.events.count, tick=tick)


def test_silence_is_broken_by_a_comment(client: Any) -> None:
    now = [100.0]
    stream = make_stream(client, lambda: now[0], "clock")
    assert stream.take()
    assert (stream.take(), stream.pause()) == (b"", 15.0)
    now[0] += 14.5
    assert (stream.take(), stream.pause()) == (b"", 0.5)
    now[0] += 0.5
    assert stream.pause() == 0
    beat = stream.take()
    assert beat is not None
    assert beat.startswith(b":\nid: ")
    assert (stream.take(), stream.pause()) == (b"", 15.0)


def test_comment_moves_on_the_id_past_what_was_not_asked_for(client: Any) -> None:
    now = [100.0]
    stream = make_stream(client, lambda: now[0], "clock")
    first = stream.take()
    call(client)
    assert stream.pause() == 0
    assert stream.take() == b""
    now[0] += 15
    before, after = (read_events([each or b""]) for each in (first, stream.take()))
    difference = int(next(after).id.partition("-")[2]) - int(next(before).id.partition("-")[2])
    assert difference == 3  # the message, the call, and that it was sent


def test_little_is_told_in_one_go(fresh: Any) -> None:
    stream = make_stream(fresh, lambda: 0.0, "sandbox")
    stream.take()
    tell_many(fresh, KEPT)
    parts = [*iter(stream.take, b"")]
    assert max(len(each or b"") for each in parts) < 8_192
    assert len([*only_events(each or b"" for each in parts)]) == KEPT


def test_too_many_that_listen_are_refused(fresh: Any) -> None:
    events = fresh.application.sandboxes.default.events
    ends = [events.listen(partial(print, place)) for place in range(1_000)]
    refused = fresh.get(EVENTS)
    assert (refused.status_code, refused.json["error"]["code"]) == (429, "too_many_streams")
    ends[0]()
    with listening(fresh, CALLS) as seen:
        made = call(fresh)
        assert next(seen).data["id"] == made
    assert events.listening == 999


def test_listening_ends_with_the_answer(fresh: Any) -> None:
    events = fresh.application.sandboxes.default.events
    with listening(fresh) as seen:
        call(fresh)
        next(seen)
        assert events.listening == 1
    assert events.listening == 0
    fresh.head(EVENTS)
    assert events.listening == 0
