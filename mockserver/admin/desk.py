"""What the administration handlers work with."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from mockserver.core.call import BadJSON, Call
from mockserver.core.errors import Refused
from mockserver.core.provider import Provider
from mockserver.core.sandbox import Sandbox
from mockserver.core.shown import shown, there_are


@dataclass(frozen=True, slots=True)
class Desk:
    providers: Mapping[str, Provider]
    sandbox: Sandbox
    version: str


def body_of(call: Call) -> dict[str, Any]:
    """The JSON object in the body. Raises Refused."""
    try:
        value = call.json()
    except BadJSON as error:
        raise Refused("bad_json", f"the body is not JSON: {error}", "send a JSON object") from None
    if not isinstance(value, dict):
        raise Refused("bad_json", "the body is JSON, but not an object", "send a JSON object")
    return value


def filters_of(call: Call, known: Sequence[str]) -> dict[str, str]:
    """The query's parameters. Raises Refused for one that is not known."""
    given = dict(parse_qsl(call.query, keep_blank_values=True))
    for name in given:
        if name not in known:
            raise Refused("unknown_filter", f"no such filter: {shown(name)}", there_are(known))
    return given


def chosen(what: str, value: Any, known: Iterable[str]) -> str:
    """The value, if it is one of the known. Raises Refused."""
    listed = list(known)
    if value not in listed:
        raise Refused(f"unknown_{what}", f"no such {what}: {shown(value)}", there_are(listed))
    return str(value)
