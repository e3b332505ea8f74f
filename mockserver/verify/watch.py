"""One expectation, and the calls that were held against it so far."""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from mockserver.sandbox.journal import Kept
from mockserver.sandbox.kept_call import Contents
from mockserver.sandbox.records import read_id
from mockserver.sandbox.world import Sandbox
from mockserver.verify.expectation import Expectation
from mockserver.verify.nearest import MOST, find_nearest
from mockserver.verify.words import describe_expectation, name_some

MOST_TOLD = 10_000
"""Ids that an answer lists, the newest."""


class Watched(Protocol):
    """What calls are held against as they come, each of them once."""

    @property
    def within(self) -> float:
        """Seconds that it may take."""

    @property
    def never(self) -> bool:
        """Whether it is known to hold only when these seconds are over."""

    @property
    def least(self) -> int:
        """Calls that it needs, one after the other where order is asked for."""

    @property
    def holds(self) -> bool:
        """Whether it does with the calls that were seen."""

    @property
    def spoilt(self) -> bool:
        """Whether it cannot hold any more, whatever comes."""

    def see(
        self, calls: Sequence[Kept], place: int, lost: int, contents: Contents | None
    ) -> Iterable[tuple[int, str]]:
        """Judge further calls, the first of which has this place in the journal, after ``lost``
        ones that nobody saw. The places and ids of those that are what it needs. ``contents`` are
        of their bodies, where others are to see them too.
        """

    def start_anew(self) -> "Watched":
        """The same where the journal was emptied."""

    def tell(self, sandbox: Sandbox, out_of_order: str) -> dict[str, Any]:
        """What came of it, as the answer has it; ``out_of_order`` says why it does not hold though
        it would by itself.
        """


class Watch:
    """Of calls that match there are so many as expected.

    ``unsure`` are those of which nobody can tell, ``lost`` counts those that left the journal
    unseen.
    """

    def __init__(self, expectation: Expectation) -> None:
        self.expectation = expectation
        self.within = expectation.within
        self.never = expectation.never
        self.least = expectation.least
        self._count = 0
        self._lost = 0
        self._matched: deque[str] = deque(maxlen=MOST_TOLD)
        self._unsure: deque[str] = deque(maxlen=MOST_TOLD)

    @property
    def holds(self) -> bool:
        return self._count >= self.least and not self.spoilt

    @property
    def spoilt(self) -> bool:
        """More came than allowed, or something that nobody can tell."""
        most = self.expectation.most
        too_many = most is not None and (self._count > most or self._lost > 0)
        return too_many or bool(self._unsure)

    def see(
        self, calls: Sequence[Kept], place: int, lost: int, contents: Contents | None
    ) -> Iterable[tuple[int, str]]:
        start = self.expectation.place
        self._lost += max(0, min(lost, place - start))
        skipped = max(0, start - place)
        calls = calls[skipped:] if skipped else calls
        sure, unsure = self.expectation.matcher.judge(calls, contents)
        ids = [read_id(calls[here][1]) for here in sure]
        self._count += len(ids)
        self._matched += ids
        self._unsure += [read_id(calls[here][1]) for here in unsure]
        first = place + skipped
        return ((first + here, entry_id) for here, entry_id in zip(sure, ids, strict=True))

    def start_anew(self) -> "Watch":
        return Watch(self.expectation.from_beginning())

    def tell(self, sandbox: Sandbox, out_of_order: str = "") -> dict[str, Any]:
        out_of_order = out_of_order if self.holds else ""
        named = {"name": self.expectation.name} if self.expectation.name else {}
        told: dict[str, Any] = {**named, "ok": self.holds and not out_of_order}
        told["matched"] = [*self._matched]
        if self._unsure:
            told["undecidable"] = [*self._unsure]
        if self._lost:
            told["dropped"] = self._lost
        if not told["ok"]:
            told["message"] = self._explain(sandbox, out_of_order)
            told["nearest"] = self._find_nearest(sandbox, enough=bool(out_of_order))
        return told

    def _explain(self, sandbox: Sandbox, out_of_order: str) -> str:
        masking = sandbox.disclosure.masking()
        expected = describe_expectation(self.expectation, masking)
        count = self._count
        came = f"came {count}: {name_some([*self._matched], count)}" if count else "came none"
        told = [f"expected {expected}, {came}"]
        if out_of_order:
            told.append(out_of_order)
        if self._unsure:
            unsure = name_some([*self._unsure], len(self._unsure))
            told.append(f"undecidable, as what would tell was cut from the entry: {unsure}")
        if self._lost:
            advice = "tell since which entry, reset before a test, or raise --journal"
            told.append(f"{self._lost} older calls have left the journal unseen: {advice}")
        return "; ".join(told)

    def _find_nearest(self, sandbox: Sandbox, *, enough: bool) -> list[dict[str, Any]]:
        """Where ``enough`` matched, or too many, these themselves, which differ in nothing."""
        expectation, journal = self.expectation, sandbox.journal
        most = expectation.most
        if enough or (most is not None and self._count > most):
            newest = [*self._matched][-MOST:]
            return [{"request": entry_id, "differs": []} for entry_id in newest]
        calls = journal.calls(expectation.place)
        return find_nearest(expectation.matcher, expectation.match, calls, sandbox.disclosure)
