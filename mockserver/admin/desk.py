"""What the administration's handlers work with."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from mockserver.api.call import BadJSON, Call, Reply
from mockserver.api.provider import Provider
from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.sandbox.world import Sandbox
from mockserver.text.mistakes import Refused
from mockserver.text.shown import shown, there_are
from mockserver.text.times import SECOND, parse_duration
from mockserver.verdicts.thresholds import Thresholds


class Desk(NamedTuple):
    """``routes`` gives the administration's own, and ``manual`` tells what a fault rule can be.
    ``documents`` are those of OpenAPI that were asked for. ``read_authority`` gives the certificate
    that clients are to trust, as PEM, and may raise Refused.
    """

    providers: Mapping[str, Provider]
    sandboxes: Sandboxes
    version: str
    thresholds: Thresholds
    routes: Callable[[], Mapping[str, Mapping[str, Any]]]
    manual: Callable[[], Any]
    documents: dict[str, dict[str, Any]]
    read_authority: Callable[[], bytes] = bytes


class Inquiry(NamedTuple):
    """A call to the administration, with what stands in its path."""

    call: Call
    args: Mapping[str, str]
    found: Sandbox | None

    @property
    def sandbox(self) -> Sandbox:
        """The sandbox that the path names."""
        assert self.found is not None, "a handler that needs a sandbox stands at a path with one"
        return self.found


def wait_for_news() -> float:
    """The pause of one that only what happens changes."""
    return math.inf


class Later(NamedTuple):
    """A handler's reply within so many ``seconds`` of real time, about the sandbox of its path.

    ``look`` gives it, or None while there is none; told that the time is over it must, unless
    ``pause`` is 0. It is asked at first, whenever something happened in the sandbox, which is
    locked then, and so many seconds after the last look as ``pause`` tells: 0 where a look was cut
    short. It may raise Refused.
    """

    seconds: float
    look: Callable[[bool], Reply | None]
    pause: Callable[[], float] = wait_for_news


def read_body(inquiry: Inquiry) -> dict[str, Any]:
    """The JSON object in the body. Raises Refused."""
    try:
        value = inquiry.call.json()
    except BadJSON as error:
        raise Refused("bad_json", f"the body is not JSON: {error}", "send a JSON object") from None
    if not isinstance(value, dict):
        raise Refused("bad_json", "the body is JSON, but not an object", "send a JSON object")
    return value


def read_optional_body(inquiry: Inquiry) -> dict[str, Any]:
    """The same, where it may be left out."""
    return read_body(inquiry) if inquiry.call.body else {}


def read_filters(
    inquiry: Inquiry, known: Sequence[str], several: Sequence[str] = ()
) -> dict[str, str]:
    """The query's parameters; of those that may come several times the values with commas between.

    Raises Refused for one that is not known.
    """
    given: dict[str, str] = {}
    for name, value in parse_qsl(inquiry.call.query, keep_blank_values=True):
        if name not in known:
            raise Refused("unknown_filter", f"no such filter: {shown(name)}", there_are(known))
        if name in given and name in several:
            value = f"{given[name]},{value}"
        elif name in given:
            raise Refused("bad_filter", f"{name}: expected one value, came several", "send one")
        given[name] = value
    return given


PAGE = 10_000
"""What a list holds at most, where nothing else is asked for."""
TRUTH = {"true": True, "false": False}


def read_whole(given: Mapping[str, str], name: str, default: int) -> int:
    """A filter that is a whole number. Raises Refused."""
    text = given.get(name, str(default))
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        message = f"{name}: expected a whole number, came {shown(text)}"
        raise Refused("bad_filter", message, f"such as {default or 200}")
    return int(text)


def read_truth(given: Mapping[str, str], name: str) -> bool | None:
    """A filter that is true or false, None where it is not given. Raises Refused."""
    text = given.get(name)
    if text is not None and text not in TRUTH:
        message = f"{name}: expected true or false, came {shown(text)}"
        raise Refused("bad_filter", message, f"send {name}=true or {name}=false")
    return None if text is None else TRUTH[text]


LONGEST_WAIT = 600
"""Seconds that one request may wait."""


def read_within(given: Mapping[str, str]) -> float:
    """Seconds of the duration that a filter tells, 0 where it is not given. Raises Refused."""
    try:
        seconds = parse_duration(given.get("within", "PT0S")) / SECOND
    except ValueError as error:
        message = f"within: {error}"
        raise Refused("bad_filter", message, "such as PT30S") from None
    if not 0 <= seconds <= LONGEST_WAIT:
        message = f"within: expected at most PT{LONGEST_WAIT}S, came {shown(given['within'])}"
        raise Refused("bad_filter", message, "ask again to wait for longer")
    return seconds


def find_labels(
    providers: Iterable[str], labels: Mapping[str, Sequence[str]], given: Mapping[str, str]
) -> list[str]:
    """The accounts that a filter can name: of the provider that another one names, or of all."""
    wanted = (each for each in providers if given.get("provider") in (None, each))
    return list(dict.fromkeys(label for provider in wanted for label in labels[provider]))


def read_choice(given: Mapping[str, str], name: str, known: Iterable[str]) -> str | None:
    """A filter that is one of the known, None where it is not given. Raises Refused."""
    return choose(name, given[name], known) if name in given else None


def choose(what: str, value: Any, known: Iterable[str], *, status: int = 400) -> str:
    """The value, if it is one of the known. Raises Refused."""
    listed = list(known)
    if value not in listed:
        message = f"no such {what}: {shown(value)}"
        raise Refused(f"unknown_{what}", message, there_are(listed, value), status)
    return str(value)
