"""A call that was refused for what it is, is not made again as it was.

Whoever changes the credential, or another header that matters, makes another call.
"""

from collections.abc import Iterator

from mockserver.verdicts.history import History
from mockserver.verdicts.thresholds import Thresholds
from mockserver.verdicts.tried import Tried
from mockserver.verdicts.verdict import Case
from mockserver.verdicts.wording import count, ids_of, name_call

FINE = "no call was made again that could not succeed"
HOPELESS = (400, 401, 403, 404, 422)


def judge(history: History, thresholds: Thresholds) -> Iterator[Case]:
    for pairs in history.pairs():
        wrong, unsure = list[tuple[Tried, Tried]](), list[tuple[Tried, Tried]]()
        for first, again in pairs:
            if first.means in HOPELESS and again.at >= first.ended:
                (unsure if first.is_maybe_unheard(again) or first.cut else wrong).append(
                    (first, again)
                )
        if wrong:
            yield _describe(wrong, sure=True)
        if unsure:
            yield _describe(unsure, sure=False)


def _describe(pairs: list[tuple[Tried, Tried]], *, sure: bool) -> Case:
    first = pairs[0][0]
    told = f"{first.status} {first.error}" if first.error else f"{first.status}"
    again = count(len(pairs), "equal call")
    text = f"{again} after {told} to {name_call(first)}, which cannot succeed"
    return Case(text, list(dict.fromkeys(ids_of(each for pair in pairs for each in pair))), sure)
