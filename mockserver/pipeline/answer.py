"""An answer as bytes, ready to be sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

from mockserver.api.call import JSON, Reply
from mockserver.pipeline.delivery import Delivery
from mockserver.pipeline.stream import Stream
from mockserver.pipeline.transfer import Transfer
from mockserver.text.mistakes import Refused

REQUEST_ID = "X-Mock-Request-Id"
WITHOUT_BODY = (204, 304)


class Waiting(NamedTuple):
    """An answer that is there within so many ``seconds`` of real time.

    ``look`` tells it, or None while there is none; where it is told that the time is over there is
    one, unless ``pause`` is 0. It is worth looking again whenever the function is called that was
    handed to ``listen``, from any thread, and after so many seconds as ``pause`` tells each time: 0
    where a look was cut short, so that others are answered in between. What ``listen`` gives ends
    the listening.
    """

    seconds: float
    look: Callable[[bool], Answer | None]
    pause: Callable[[], float]
    listen: Callable[[Callable[[], None]], Callable[[], None]]


@dataclass(slots=True, eq=False, repr=False)
class Answer:
    """Status, headers without those that tell the body's length, and the body.

    ``because`` is for the journal only. ``delivery`` says how it goes over the wire where that is
    not the usual way. Where it is not there yet, ``waiting`` is what to wait for instead; where its
    body goes on, ``stream`` is what comes after ``body``. ``transfer`` wants to be told what became
    of it on the wire.
    """

    status: int
    headers: dict[str, str]
    body: bytes
    because: str | None = None
    delivery: Delivery | None = None
    waiting: Waiting | None = None
    stream: Stream | None = None
    transfer: Transfer | None = None

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def head(self) -> dict[str, str]:
        """All headers, with those that tell the body's length."""
        if self.status in WITHOUT_BODY or self.stream is not None:
            return self.headers
        head = {"Content-Type": self.headers.get("Content-Type", "")}
        head["Content-Length"] = str(len(self.body))
        return head | self.headers


def encode_reply(reply: Reply) -> Answer:
    """A provider's answer as it would be sent."""
    if reply.status in WITHOUT_BODY:
        return Answer(reply.status, reply.headers, b"", reply.because)
    body = orjson.dumps(reply.body) if reply.media_type == JSON else reply.body.encode()
    headers = {"Content-Type": reply.media_type, **reply.headers}
    return Answer(reply.status, headers, body, reply.because)


def encode_json(status: int, value: Any, because: str | None = None) -> Answer:
    return Answer(status, {"Content-Type": JSON}, orjson.dumps(value), because)


def encode_refusal(refused: Refused) -> Answer:
    return encode_json(refused.status, refused.body(), refused.message)


def bug_answer(bug: Exception) -> Answer:
    """Our own fault, never dressed as a provider's error."""
    message = f"{type(bug).__name__}: this is a fault of the server, not of your call"
    hint = "the traceback is in the server's log; please report it"
    return encode_refusal(Refused("mock_bug", message, hint, status=500))
