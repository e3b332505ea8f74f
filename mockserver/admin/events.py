"""What happens in a sandbox, as it happens."""

import re
from collections.abc import Callable, Iterable, Mapping

from mockserver.admin.described import described
from mockserver.admin.desk import Desk, Inquiry, choose, read_filters
from mockserver.admin.event_stream import EventStream, Missed, Wanted
from mockserver.admin.requests import MATCHED, make_filter
from mockserver.api.message import Message, digits_of
from mockserver.pipeline.stream import Stream
from mockserver.sandbox.events import KINDS, Event, Events
from mockserver.sandbox.world import Sandbox
from mockserver.text.mistakes import Refused
from mockserver.text.shown import shown

EVENT_STREAM = "text/event-stream"
FILTERS = ("event", *MATCHED, "after")
LAST_EVENT_ID = "last-event-id"
EVENT_ID = re.compile(r"([0-9a-f]{8})-([0-9]{1,15})")
MOST_LISTENING = 1_000
"""Of the whole server: each has a connection, and is told of everything in its sandbox."""


@described(200, query=FILTERS, refuses=(429,), media_type=EVENT_STREAM)
def follow_events(desk: Desk, inquiry: Inquiry) -> Stream:
    """What happens in the sandbox as it happens, as server-sent events.

    ``after``, or the header ``Last-Event-ID``, is the id of the event to go on after; an empty
    ``after`` begins with the oldest that is kept.
    Where what follows is not kept any more, or a client reads too slowly, an event ``dropped``
    tells how many were missed.
    """
    sandbox = inquiry.sandbox
    given = read_filters(inquiry, FILTERS, several=("event",))
    wanted = _read_wanted(desk, sandbox, given)
    after = inquiry.call.header(LAST_EVENT_ID) or _read_after(given)
    number, missed = _find_place(sandbox.events, after)
    _require_room(desk)
    stream = EventStream(sandbox, wanted, number, missed)

    def listen(wake: Callable[[], None]) -> Callable[[], None]:
        return sandbox.events.listen(lambda kind: wake())

    return Stream(stream.take, stream.pause, listen)


def _read_wanted(desk: Desk, sandbox: Sandbox, given: Mapping[str, str]) -> Wanted:
    """Raises Refused."""
    kinds: Iterable[str] = KINDS
    if "event" in given:
        kinds = [choose("event", each.strip(), KINDS) for each in given["event"].split(",")]
    if not given.keys() & {*MATCHED}:
        return Wanted(frozenset(kinds))
    keeps_call = make_filter(desk, sandbox, given)
    return Wanted(frozenset(kinds), keeps_call, _make_message_filter(given))


def _make_message_filter(given: Mapping[str, str]) -> Callable[[Sandbox, Event], bool]:
    """By what messages have in common with calls; one that is gone by its provider alone."""

    def keep(sandbox: Sandbox, event: Event) -> bool:
        _, message_id, _, provider = event
        if given.get("provider", provider) != provider:
            return False
        message = sandbox.messages.get(provider, message_id)
        return message is None or _is_about(message, given)

    return keep


def _is_about(message: Message, given: Mapping[str, str]) -> bool:
    numbers = {"customer": message.customer, "business_number": message.business_number}
    return (
        given.get("account", message.account) == message.account
        and given.get("message_id", message.id) == message.id
        and all(
            digits_of(given.get(name, number)) == digits_of(number)
            for name, number in numbers.items()
        )
    )


def _read_after(given: Mapping[str, str]) -> str | None:
    after = given.get("after")
    if after and not EVENT_ID.fullmatch(after):
        message = f"after: expected the id of an event, came {shown(after)}"
        hint = "such as 5d1c0a9e-17, as it stands in the stream; empty to begin with the oldest"
        raise Refused("bad_filter", message, hint)
    return after


def _find_place(events: Events, after: str | None) -> tuple[int, Missed | None]:
    """The number to go on after, and what was missed where that is not the one that was told."""
    if after is None:
        return events.count, None
    if not after:
        return events.gone, None
    found = EVENT_ID.fullmatch(after)
    if found is None or found[1] != events.life or int(found[2]) > events.count:
        return events.gone, Missed("unknown", None)
    number = int(found[2])
    if number < events.gone:
        return events.gone, Missed("old", events.gone - number)
    return number, None


def _require_room(desk: Desk) -> None:
    """Raises Refused."""
    listening = sum(each.events.listening for each in desk.sandboxes.all())
    if listening >= MOST_LISTENING:
        message = f"{listening} clients listen to this server already"
        hint = "close event streams that nobody reads; one stream tells of all that is asked for"
        raise Refused("too_many_streams", message, hint, status=429)
