"""What a program called, told afterwards in a few lines."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from mockserver.cli.journal import Reader, turn_pages
from mockserver.client import Mock, Sandbox
from mockserver.text.shown import escape_controls

Entry = Mapping[str, Any]

MOST_LINES = 12
MOST_ELSEWHERE = 3
LONGEST = 240
"""Characters of a line; reasons can be long."""
DEFAULT = "default"
PAGE = "docs/interception.md"
NOTHING = (
    "nothing was called: the program did not get so far, or does not take HTTPS_PROXY from its "
    f"environment; {PAGE} tells what each client needs"
)
AGAIN = f"read on: {PAGE}; with MOCKSERVER_URL the calls stay at that server for mockserver explain"


class Watch:
    """What comes to a sandbox of a server from now on. Raises MockError, as ``write`` does."""

    def __init__(self, mock: Mock, sandbox: Sandbox) -> None:
        self._mock = mock
        self._sandbox = sandbox
        self._calls = self._count_calls()
        self._readers = {id: Reader(mock.url, id, {}) for id in (sandbox.id, DEFAULT)}
        self._newest = {id: reader.find_newest() for id, reader in self._readers.items()}

    def write(self, *, own: bool) -> Iterator[str]:
        """The lines. ``own`` is a server that ends now, so that nobody can ask it any more."""
        called = Called()
        for id, reader in self._readers.items():
            for page in turn_pages(reader, self._newest[id]):
                if id != self._sandbox.id:  # there is what was refused before its sandbox was known
                    page = [entry for entry in page if entry["provider"] is None]
                called.count(page)
        elsewhere = self._find_elsewhere()
        if not called.calls and not called.refused and not elsewhere:
            yield NOTHING
            return
        yield f"{called.write_summary()} in the sandbox {self._sandbox.id}{elsewhere}"
        yield from called.write()
        if called.failures or called.refused:
            yield AGAIN if own else self._lead_on(called)

    def _count_calls(self) -> dict[str, int]:
        return {each["id"]: each["calls"] for each in self._mock.sandboxes()}

    def _find_elsewhere(self) -> str:
        """Where other calls came to meanwhile, whoever made them."""
        grown = [
            f"{calls - self._calls.get(id, 0)} in {id}"
            for id, calls in self._count_calls().items()
            if id != self._sandbox.id and calls > self._calls.get(id, 0)
        ]
        more = [f"{len(grown) - MOST_ELSEWHERE} more sandboxes"] if grown[MOST_ELSEWHERE:] else []
        return f" ({', '.join([*grown[:MOST_ELSEWHERE], *more])})" if grown else ""

    def _lead_on(self, called: "Called") -> str:
        what = f"explain {called.failed}" if called.failed else "requests"
        return (
            f"read on: mockserver {what} --url {self._mock.url} "
            f"--sandbox {self._sandbox.id}; {PAGE}"
        )


class Call(NamedTuple):
    """What calls have in common that are told in one line."""

    whose: str
    came: str
    reason: str


class Called:
    """Counts the entries of a journal: calls by what came of them, and what was refused before it
    was a call, ``handshakes`` of TLS among that. ``failed`` is the id of the newest call that
    failed, None where none did.
    """

    def __init__(self) -> None:
        self.calls: Counter[Call] = Counter()
        self.refused: Counter[str] = Counter()
        self.failures = 0
        self.handshakes = 0
        self.failed: str | None = None

    def count(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            if entry["provider"] is None:
                self.refused[_write_refusal(entry)] += 1
                self.handshakes += _is_handshake(entry)
                continue
            failed = has_failed(entry)
            self.calls[_write_call(entry, failed)] += 1
            if failed:
                self.failures += 1
                self.failed = entry["id"]

    def write(self) -> Iterator[str]:
        """A line for each kind, the calls first; the most frequent where there are too many."""
        yield from _cut_list(
            f"{number} x {each.whose} -> {each.came}{each.reason}"
            for each, number in self.calls.most_common()
        )
        yield from _cut_list(f"{number} x {told}" for told, number in self.refused.most_common())

    def write_summary(self) -> str:
        """Such as ``3 calls, 1 failed, 2 refused, 1 TLS handshake struck or broken off``."""
        parts = [_count(self.calls.total(), "call")]
        if self.failures:
            parts.append(f"{self.failures} failed")
        if refused := self.refused.total() - self.handshakes:
            parts.append(f"{refused} refused")
        if self.handshakes:
            parts.append(f"{_count(self.handshakes, 'TLS handshake')} struck or broken off")
        return ", ".join(parts)


def has_failed(entry: Entry) -> bool:
    """By its status, by the error of a provider that answers 200 all the same, or by a fault."""
    status = entry["response"]["status"]
    return bool(entry["error"] or entry["fault"] or not status or status >= 400)


def _write_call(entry: Entry, failed: bool) -> Call:
    whose = " ".join(filter(None, (entry["provider"], entry["operation"]))) or "no operation"
    if entry["operation"] is None:
        request = entry["request"]
        whose = f"{entry['provider']} {request['method']} {request['path']}"
    status = str(entry["response"]["status"] or "no answer")
    reason = f": {entry['because']}" if failed and entry["because"] else ""
    return Call(whose, " ".join(filter(None, (status, entry["error"]))), reason)


def _write_refusal(entry: Entry) -> str:
    what, host = "TLS handshake for" if _is_handshake(entry) else "refused", entry.get("host", "")
    reason = "; ".join(filter(None, (entry["because"], entry.get("hint")))) or "no reason is known"
    return f"{what} {host or 'no host'}: {reason}"


def _is_handshake(entry: Entry) -> bool:
    """Whatever else is refused is answered. One that a rule made slow may have succeeded."""
    return entry["response"]["status"] is None


def _cut_list(lines: Iterable[str]) -> Iterator[str]:
    listed = list(lines)
    for line in listed[:MOST_LINES]:
        one = " ".join(escape_controls(line).split("\n"))
        yield one if len(one) <= LONGEST else f"{one[: LONGEST - 1]}…"
    if len(listed) > MOST_LINES:
        yield f"… and {len(listed) - MOST_LINES} more kinds"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
