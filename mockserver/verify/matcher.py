"""Which calls of the journal a match is about, with as little of them read as that takes."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from mockserver.match.compile import TESTS
from mockserver.sandbox.describing import FAULTS, REQUEST_BODY
from mockserver.sandbox.journal import Kept
from mockserver.sandbox.kept_call import Contents, KeptCall
from mockserver.sandbox.records import MORE, is_cut_text
from mockserver.sandbox.traits import KNOWN, Traits

Wanted = Any
NO_TRAITS = Traits()
KeptTest = Callable[[KeptCall], bool]


def _test_status(wanted: int | None) -> KeptTest:
    return lambda call: call.traits.status == wanted


def _test_error(wanted: str | None) -> KeptTest:
    return lambda call: call.traits.error == wanted


def _test_committed(wanted: bool) -> KeptTest:
    return lambda call: call.traits.committed == wanted


def _test_fault(wanted: bool | frozenset[str] | None) -> KeptTest:
    """None for calls that nothing struck, true for all others; or the ids of rules, one of which
    struck.
    """
    if isinstance(wanted, frozenset):
        return lambda call: not wanted.isdisjoint(call.traits.faults)
    return lambda call: bool(call.traits.faults) == bool(wanted)


MAKERS: Mapping[str, Callable[[Wanted], KeptTest]] = {
    "status": _test_status,
    "error": _test_error,
    "committed": _test_committed,
    "fault": _test_fault,
    **TESTS,
}
"""The tests of a match, and those that only a call that was answered can be put to."""
PARTS = {
    "message_id": "message_id",
    "customer": "customer",
    "path": "request.path",
    "header": "request.headers",
    "body": REQUEST_BODY,
}
"""What is not among a call's traits: the part of its record that tells it, the shortest first."""


class Step(NamedTuple):
    """One test, what it wants, and the part of an entry that tells."""

    name: str
    wanted: Wanted
    test: KeptTest
    part: str

    def judge(self, call: KeptCall) -> bool | None:
        """Whether the call passes, None where what was cut from its entry would tell."""
        cut = call.traits.cut
        if cut and self.part in cut:
            judge_cut = CUT_JUDGES.get(self.name)
            return judge_cut(self, call) if judge_cut else None
        return self.test(call)


class Matcher:
    """Judges the calls that a journal keeps by a match, as the schema loads it; ``fault`` are the
    ids of rules where it is no truth value and not null.
    """

    def __init__(self, match: Mapping[str, Any]) -> None:
        steps = [make_step(name, match[name]) for name in MAKERS if name in match]
        self.quick = [step for step in steps if step.name not in PARTS]
        """Those that traits decide."""
        self.slow = [step for part in PARTS for step in steps if step.name == part]
        self._tests = [step.test for step in self.slow]
        self._known: dict[int, tuple[Traits, bool | None, bool]] = {}
        """By the identity of traits, which are kept so that no others get it: what they decide, and
        whether the tests of the rest can all be made.
        """

    def judge(
        self, calls: Iterable[Kept], contents: Contents | None = None
    ) -> tuple[list[int], list[int]]:
        """Which of the calls the match is about, and of which nobody can tell, by their places
        among these. ``contents`` are of their bodies, where others ask for them too.

        One loop with little in it: of 10,000 calls it may have to read each.
        """
        sure: list[int] = []
        unsure: list[int] = []
        known, tests = self._known, self._tests
        call = KeptCall(NO_TRAITS, b"", contents)
        for place, (traits, record) in enumerate(calls):
            _, verdict, whole = known.get(id(traits)) or self._judge_traits(traits, record)
            if verdict is False:
                continue
            if tests:
                call.traits, call.record = traits, record
                if whole:
                    for test in tests:
                        if not test(call):
                            break
                    else:
                        sure.append(place)
                    continue
                verdict = judge_steps(self.slow, call, verdict)
            if verdict:
                sure.append(place)
            elif verdict is None:
                unsure.append(place)
        return sure, unsure

    def keeps(self, traits: Traits, record: bytes) -> bool:
        """Whether the match is about the call for certain."""
        sure, _ = self.judge([(traits, record)])
        return bool(sure)

    def _judge_traits(self, traits: Traits, record: bytes) -> tuple[Traits, bool | None, bool]:
        if len(self._known) >= KNOWN:
            self._known.clear()
        verdict = judge_steps(self.quick, KeptCall(traits, record), True)
        known = traits, verdict, verdict is True and not traits.cut
        self._known[id(traits)] = known
        return known


def make_step(name: str, wanted: Wanted) -> Step:
    return Step(name, wanted, MAKERS[name](wanted), PARTS.get(name, name))


def judge_steps(steps: list[Step], call: KeptCall, so_far: bool | None) -> bool | None:
    """All of them together: one that fails decides, whatever others cannot tell."""
    for step in steps:
        passed = step.judge(call)
        if passed is False:
            return False
        so_far = so_far and passed
    return so_far


def _judge_cut_faults(step: Step, call: KeptCall) -> bool | None:
    """Some of the rules are known, and so is that there are any."""
    named = isinstance(step.wanted, frozenset)
    return None if named and not step.test(call) else step.test(call)


def _judge_cut_headers(step: Step, call: KeptCall) -> bool | None:
    """A header that was left whole tells the truth, though others were cut."""
    headers = call.read_headers()
    all_there = MORE not in headers and not any(map(is_cut_text, headers))
    so_far: bool | None = True
    for name, wanted in step.wanted.items():
        value = headers.get(name.lower())
        if is_cut_text(value) if value is not None else not all_there:
            so_far = None
        elif value != wanted:
            return False
    return so_far


def _judge_cut_path(step: Step, call: KeptCall) -> bool | None:
    """Of most that are too long it is the query."""
    return step.test(call) if "?" in call.target else None


CUT_JUDGES: Mapping[str, Callable[[Step, KeptCall], bool | None]] = {
    FAULTS: _judge_cut_faults,
    "header": _judge_cut_headers,
    "path": _judge_cut_path,
}
