"""What was done in a sandbox: looked at, explained, and asserted."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from time import monotonic
from typing import Any

from mockserver.client.connection import PATIENCE, Answer, Connection, quote_name
from mockserver.client.events import Events
from mockserver.client.explanation import (
    Explanation,
    Verdict,
    read_explanation,
    read_verdict,
    write_failure,
)
from mockserver.client.failures import MockError, is_told_in_words
from mockserver.client.journal import Entry, Message, read_entry, read_message
from mockserver.client.values import Duration, count_seconds, write_duration
from mockserver.text.shown import escape_controls

__tracebackhide__ = is_told_in_words

EXPLAINED = 3
"""So many of the calls that a failure names are explained with it."""


class Watched:
    """A sandbox that is looked at. An assertion's message is the explanation."""

    id: str

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def ask(self, method: str, path: str = "", body: Any = None) -> Any:
        """The JSON that the administration answers; ``path`` is what follows the sandbox's id."""
        return self._ask(method, path, body).json()

    def _ask(self, method: str, path: str, body: Any = None, **how: Any) -> Answer:
        return self._connection.ask(method, f"/sandboxes/{quote_name(self.id)}{path}", body, **how)

    # Looking

    def requests(self, **filters: Any) -> list[Entry]:
        """The journal, the newest last.

        ``filters`` are those of the administration: ``provider``, ``operation``, ``account``,
        ``message_id``, ``customer``, ``business_number``, ``error``, ``fault``, ``status``,
        ``committed``, ``because``, ``since``, ``limit``, ``within``.
        """
        within = filters.get("within", 0)
        answer = self._ask(
            "GET", f"/requests?{_write_query(filters)}", timeout=PATIENCE + count_seconds(within)
        )
        return [read_entry(each) for each in answer.json()["requests"]]

    def messages(self, **filters: Any) -> list[Message]:
        """The messages, in order of arrival. Filters: ``provider``, ``account``, ``direction``,
        ``unread``, ``customer``, ``limit``, ``after``.
        """
        found = self.ask("GET", f"/messages?{_write_query(filters)}")["messages"]
        return [read_message(each) for each in found]

    def events(self, *kinds: str, after: str | None = None, **filters: Any) -> Events:
        """What happens from now on, as it happens, for a loop; of these kinds, all where none is
        named: ``request``, ``request_sent``, ``message``, ``rule``, ``clock``, ``sandbox``.

        ``after`` is the id of the event to go on after; with an empty one it begins with the oldest
        that is kept. ``filters`` are those of ``requests``, without ``since``, ``limit``,
        ``within``.
        """
        wish = {"event": ",".join(kinds)} if kinds else {}
        wish |= {"after": after} if after is not None else {}
        path = f"/sandboxes/{quote_name(self.id)}/events?{_write_query({**wish, **filters})}"
        return Events(self._connection, path)

    def message(self, message: Message | str) -> Message:
        """The message as it is now."""
        if isinstance(message, str):
            return read_message(self.ask("GET", f"/messages/{quote_name(message)}"))
        query = f"?provider={quote_name(message.provider)}"
        return read_message(self.ask("GET", f"/messages/{quote_name(message.id)}{query}"))

    def explanation(self, request_id: Entry | str = "last") -> Explanation:
        """Why a call was answered as it was; ``last`` is the newest call."""
        path = f"/requests/{quote_name(_name(request_id))}/explain"
        return read_explanation(self.ask("GET", path))

    def explain(self, request_id: Entry | str = "last") -> str:
        """Print why a call was answered as it was, in one sentence, and return that."""
        summary = self.explanation(request_id).summary
        print(escape_controls(summary))
        return summary

    def verdicts(self) -> dict[str, Verdict]:
        """What the journal says of the client, by name: all verdicts that the server gives."""
        found = map(read_verdict, self.ask("GET", "/verdicts")["verdicts"])
        return {each.name: each for each in found}

    # Asserting

    def verify(
        self,
        match: Mapping[str, Any] | None = None,
        *,
        count: int | Mapping[str, int] | None = None,
        within: Duration | None = None,
        never: bool = False,
        since: Entry | str | None = None,
    ) -> list[str]:
        """Assert that there were such calls; the ids of those that there were.

        ``match`` is that of the fault rules, and ``status``, ``error``, ``committed``, ``fault``.
        ``count`` is a number, or one of ``exactly``, ``at_least``, ``at_most`` with one; at least
        one call is expected where it is left out. ``within`` waits so long until it holds;
        ``never`` waits so long that it does not happen. ``since`` leaves out the calls up to that
        one. Raises AssertionError, whose message is the explanation.
        """
        named = {name: _name(value) for name, value in (match or {}).items()}
        wish: dict[str, Any] = {"match": named}
        if count is not None:
            wish["count"] = {"exactly": count} if isinstance(count, int) else dict(count)
        if within is not None:
            wish["within"] = write_duration(within)
        if never:
            wish["never"] = True
        if since is not None:
            wish["since"] = _name(since)
        matched: list[str] = self._judge(wish, within or 0)["matched"]
        return matched

    def verify_all(
        self, expectations: Sequence[Mapping[str, Any]], *, order: bool = False
    ) -> list[list[str]]:
        """Assert several expectations together, each as the server takes it: the ids of the calls
        of each. With ``order`` in their order. Raises AssertionError.
        """
        wish = {"expectations": [dict(each) for each in expectations], "order": order}
        waits = [count_seconds(each.get("within", 0)) for each in expectations]
        return [each["matched"] for each in self._judge(wish, sum(waits))["results"]]

    def assert_read(self, message: Message | str, *, within: Duration = 0) -> Message:
        """Assert that a message is read by now, or ``within`` so long: the message as it is then.

        Raises AssertionError.
        """
        ends = monotonic() + count_seconds(within)
        while True:
            before = self.requests(limit=1)
            found = self.message(message)
            if found.read_at is not None:
                return found
            left = ends - monotonic()
            if left <= 0:
                break
            self.requests(since=before[0] if before else "", within=left, limit=1)
        about = self.requests(provider=found.provider, message_id=found.id, limit=1)
        raise AssertionError("\n".join(self._tell_unread(found, about)))

    def assert_verdicts(self, *names: str) -> None:
        """Assert that the client did well in these respects, in all where none is named.

        Raises AssertionError, and LookupError for a verdict that there is none of.
        """
        verdicts = self.verdicts()
        if unknown := set(names) - set(verdicts):
            there = ", ".join(verdicts)
            raise LookupError(f"no such verdict: {', '.join(sorted(unknown))}; there are {there}")
        bad = [verdicts[name] for name in names or verdicts if not verdicts[name].ok]
        if bad:
            raise AssertionError("\n".join(line for each in bad for line in self._tell_bad(each)))

    def assert_no_duplicates(self) -> None:
        """Assert that no work was done twice, and none asked for again that was known to be done.

        Raises AssertionError.
        """
        self.assert_verdicts("duplicate")

    def _judge(self, wish: dict[str, Any], within: Duration) -> Any:
        patience = PATIENCE + count_seconds(within)
        answer = self._ask("POST", "/verify", wish, allowed=409, timeout=patience)
        document = answer.json()
        if document["ok"]:
            return document
        failed = [each for each in document.get("results", [document]) if not each["ok"]] or [
            document
        ]
        lines = [write_failure(each) for each in failed]
        near = dict.fromkeys(near["request"] for each in failed for near in each.get("nearest", ()))
        raise AssertionError("\n".join([*lines, *self._explain_shortly(near)]))

    def _tell_unread(self, message: Message, about: Sequence[Entry]) -> Iterator[str]:
        yield f"the message {message.id} of {message.provider} is not read"
        if about:
            yield from self._explain_shortly([about[-1].id])
        else:
            latest = [entry.id for entry in self.requests(limit=EXPLAINED)]
            yield "no call was about it; " + ("the last were" if latest else "none was made at all")
            yield from self._explain_shortly(latest)

    def _tell_bad(self, verdict: Verdict) -> Iterator[str]:
        yield f"{verdict.name}: {verdict.text}"
        yield from self._explain_shortly(verdict.requests)

    def _explain_shortly(self, ids: Sequence[str] | Mapping[str, None]) -> Iterator[str]:
        """A line for each of the first; an explanation that fails hides no assertion."""
        for each in [*ids][:EXPLAINED]:
            with suppress(MockError):
                yield f"  {each}: {self.explanation(each).summary}"


def _write_query(filters: Mapping[str, Any]) -> str:
    return "&".join(f"{name}={_write_filter(name, value)}" for name, value in filters.items())


def _write_filter(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return quote_name(write_duration(value) if name == "within" else str(_name(value)))


def _name(value: Any) -> Any:
    """The id of what has one, else the value itself."""
    return value.id if isinstance(value, Message | Entry) else value
