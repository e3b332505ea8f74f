"""What somebody expects of the calls that were made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from marshmallow import ValidationError

from mockserver.api.provider import Provider
from mockserver.sandbox.world import Sandbox
from mockserver.text.mistakes import Refused, join_refusals
from mockserver.text.shown import shown, there_are_keys
from mockserver.text.times import SECOND
from mockserver.text.validation import UNKNOWN, check_plain, list_mistakes
from mockserver.verify.matcher import Matcher
from mockserver.verify.names import find_unknown, resolve_faults
from mockserver.verify.schema import EXPECTATION, KEYS


@dataclass(frozen=True, slots=True)
class Expectation:
    """So many calls of those that a match is about, at least and at most, None for any number.

    ``place`` is that of the journal from which on calls count, after the entry ``since``.
    ``within`` are seconds to wait.
    """

    match: Mapping[str, Any]
    matcher: Matcher
    least: int
    most: int | None
    place: int
    since: str = ""
    within: float = 0.0
    never: bool = False
    name: str | None = None

    def from_beginning(self) -> "Expectation":
        """The same for a journal that was emptied."""
        return replace(self, place=0, since="")


def read_expectation(
    data: Any, sandbox: Sandbox, providers: Mapping[str, Provider], path: str = ""
) -> Expectation:
    """Raises Refused with all that is wrong."""
    try:
        check_plain(data)
        said = EXPECTATION.load(data)
    except ValidationError as error:
        raise join_refusals(
            [refuse_mistake(*each, path) for each in list_mistakes(error, data)]
        ) from None
    match = said["match"]
    wrong = find_unknown(match, sandbox, providers)
    if wrong:
        raise join_refusals([_put_under(each, path) for each in wrong])
    count = said.get("count", {"at_least": 0 if said["never"] else 1})
    least = count.get("exactly", count.get("at_least", 0))
    most = 0 if said["never"] else count.get("exactly", count.get("at_most"))
    since = said.get("since", "")
    return Expectation(
        match,
        Matcher(resolve_faults(match, sandbox)),
        least,
        most,
        find_place(since, sandbox, path),
        since,
        said.get("within", 0) / SECOND,
        said["never"],
        said.get("name"),
    )


def find_place(since: str, sandbox: Sandbox, path: str) -> int:
    """The place of the journal after an entry, its beginning for none. Raises Refused."""
    place = sandbox.journal.find_place(since) if since else 0
    if place is None:
        message = f"since: the journal has no entry {shown(since)}"
        hint = "it keeps the newest calls to providers only, and none from before a reset"
        raise _put_under(Refused("unknown_since", message, hint), path)
    return place


def refuse_mistake(
    where: str, reason: str, path: str, keys: Sequence[str] | None = None
) -> Refused:
    """What is wrong in an expectation that has these keys, or the usual ones."""
    known = keys or KEYS.get(where.partition(".")[0], KEYS[""])
    message = f"{where}: {reason}" if where else reason
    hint = there_are_keys(known, where if reason == UNKNOWN else "")
    return _put_under(Refused("bad_expectation", message, hint), path)


def _put_under(refused: Refused, path: str) -> Refused:
    """The same of one of several expectations."""
    message = f"{path}: {refused.message}" if path else refused.message
    return Refused(refused.code, message, refused.hint, refused.status)
