"""A secret goes to the provider and the sandbox that it is of, and to nobody else.

Also seen are calls that fell into another sandbox, or into default because nobody has their
credential.
"""

from collections.abc import Iterator

from mockserver.verdicts.history import History
from mockserver.verdicts.thresholds import Thresholds
from mockserver.verdicts.verdict import Case
from mockserver.verdicts.wording import count

FINE = "no secret was sent to anybody else"


def judge(history: History, thresholds: Thresholds) -> Iterator[Case]:
    for leak in history.secrets.find_all():
        yield Case(leak.describe(), leak.requests)
    cut = history.secrets.cut
    if cut:
        text = f"{count(len(cut), 'call')} of which the journal did not keep all"
        yield Case(text, cut, sure=False)
