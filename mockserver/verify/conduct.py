"""An expectation of how the client behaves: that one of the verdicts on it is ok."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from marshmallow import ValidationError, fields

from mockserver.api.provider import Provider
from mockserver.sandbox.journal import Kept
from mockserver.sandbox.kept_call import Contents
from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.sandbox.world import Sandbox
from mockserver.text.mistakes import join_refusals
from mockserver.text.times import SECOND
from mockserver.text.validation import check_plain, list_mistakes, one_of, whole
from mockserver.verdicts.judge import Judge
from mockserver.verdicts.thresholds import BOUNDS, Thresholds
from mockserver.verdicts.verdict import Verdict, find_units
from mockserver.verify.expectation import find_place, refuse_mistake
from mockserver.verify.schema import ExpectationSchema
from mockserver.verify.words import name_some

FEW = 1_000
"""Calls of a journal on which verdicts are given anew with each further one while somebody waits;
on more they are at the beginning and at the end."""
SCHEMA = ExpectationSchema.from_dict(
    {
        "verdict": fields.String(validate=one_of([each.name for each in find_units()])),
        **{name: whole(bounds.low, bounds.high) for name, bounds in BOUNDS.items()},
    }
)(exclude=("match", "count", "never"))
KEYS = sorted(SCHEMA.fields)


def read_verdict(
    data: Any,
    providers: Mapping[str, Provider],
    sandboxes: Sandboxes,
    sandbox: Sandbox,
    usual: Thresholds,
    path: str,
) -> "VerdictWatch":
    """``usual`` are the thresholds where none are given. Raises Refused with all that is wrong."""
    try:
        check_plain(data)
        said = SCHEMA.load(data)
    except ValidationError as error:
        raise join_refusals(
            [refuse_mistake(*each, path, KEYS) for each in list_mistakes(error, data)]
        ) from None
    thresholds = usual._replace(**{name: said[name] for name in BOUNDS if name in said})
    judge = Judge(providers, sandboxes, sandbox, thresholds)
    return VerdictWatch(judge, said, find_place(said.get("since", ""), sandbox, path))


class VerdictWatch:
    """Holds as long as a verdict is ok, and nothing was undecidable, on the calls from a place of
    the journal on.
    """

    never = True
    least = 0

    def __init__(self, judge: Judge, said: Mapping[str, Any], place: int) -> None:
        self.within = said.get("within", 0) / SECOND
        self._judge = judge
        self._said = said
        self._place = place
        self._verdict: Verdict | None = None
        self._has_news = False

    @property
    def holds(self) -> bool:
        """Asked when its time is over."""
        if self._verdict is None or self.within:
            self._look()
        return not self.spoilt

    @property
    def spoilt(self) -> bool:
        if self._has_news:
            self._look()
        verdict = self._verdict
        return verdict is not None and not (verdict.ok and not verdict.undecidable)

    def see(
        self, calls: Sequence[Kept], place: int, lost: int, contents: Contents | None
    ) -> Iterable[tuple[int, str]]:
        few = place + len(calls) - self._place <= FEW
        self._has_news = self._has_news or few or self._verdict is None
        return ()

    def start_anew(self) -> "VerdictWatch":
        return VerdictWatch(self._judge, self._said, 0)

    def tell(self, sandbox: Sandbox, out_of_order: str) -> dict[str, Any]:
        verdict = self._verdict or self._look()
        named = {"name": self._said["name"]} if "name" in self._said else {}
        told: dict[str, Any] = {**named, "ok": self.holds, "matched": []}
        told |= {"verdict": verdict.name, "requests": verdict.requests}
        if verdict.undecidable:
            told["undecidable"] = verdict.undecidable
        if not told["ok"]:
            text = sandbox.disclosure.masking().mask(verdict.text)
            shown = verdict.requests or verdict.undecidable
            told["message"] = f"{verdict.name}: {text}: {name_some(shown, len(shown))}"
            told["nearest"] = []
        return told

    def _look(self) -> Verdict:
        self._has_news = False
        verdicts = self._judge.judge(self._place)
        [self._verdict] = [each for each in verdicts if each.name == self._said["verdict"]]
        return self._verdict
