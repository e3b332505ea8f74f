"""The shape of a verdict, and giving all of them."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

from mockserver.late import load_modules_of
from mockserver.verdicts.history import History
from mockserver.verdicts.thresholds import Thresholds

UNITS = "mockserver.verdicts.units"
TOLD = 3  # cases of which a verdict tells in words
MOST_IDS = 1_000  # of entries that one verdict shows


class Case(NamedTuple):
    """Something that the client should not have done, in words, and the ids of the entries that
    show it; not ``sure`` where the journal cannot tell whether it did.
    """

    text: str
    requests: Sequence[str]
    sure: bool = True


class Verdict(NamedTuple):
    """``requests`` are the entries that show what is not ok, ``undecidable`` those that could not
    be judged.
    """

    name: str
    ok: bool
    text: str
    requests: list[str]
    undecidable: list[str]

    def to_json(self) -> dict[str, Any]:
        return self._asdict()


class Unit(NamedTuple):
    """One way to judge: a module of the package ``units`` with ``FINE``, what is said where
    there is nothing to object to, and ``judge``, which finds the cases in a history.
    """

    name: str
    fine: str
    judge: Callable[[History, Thresholds], Iterable[Case]]


@cache
def find_units() -> tuple[Unit, ...]:
    """All there are, by name."""
    return tuple(Unit(name, module.FINE, module.judge) for name, module in load_modules_of(UNITS))


def judge_history(history: History, thresholds: Thresholds) -> list[Verdict]:
    """Every verdict, always all of them."""
    return [_sum_up(unit, list(unit.judge(history, thresholds))) for unit in find_units()]


def _sum_up(unit: Unit, cases: list[Case]) -> Verdict:
    wrong = [case for case in cases if case.sure]
    unsure = [case for case in cases if not case.sure]
    text = _tell(wrong) if wrong else unit.fine
    if unsure:
        text = f"{text}; cannot be told: {_tell(unsure)}"
    return Verdict(unit.name, not wrong, text, _list_ids(wrong), _list_ids(unsure))


def _tell(cases: list[Case]) -> str:
    more = len(cases) - TOLD
    told = [case.text for case in cases[:TOLD]] + ([f"and {more} more"] if more > 0 else [])
    return "; ".join(told)


def _list_ids(cases: list[Case]) -> list[str]:
    found = dict.fromkeys(each for case in cases for each in case.requests)
    return list(found)[:MOST_IDS]
