"""The verdicts on whoever called a sandbox."""

from collections.abc import Mapping

from mockserver.api.provider import Provider
from mockserver.sandbox.records import HINT, read_record
from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.sandbox.world import Sandbox
from mockserver.verdicts.history import Gathering, History
from mockserver.verdicts.leaks import LeakFinder
from mockserver.verdicts.mattering import find_mattering
from mockserver.verdicts.thresholds import Thresholds
from mockserver.verdicts.tried import Reader
from mockserver.verdicts.verdict import Verdict, judge_history


class Judge:
    """Judges whoever called a sandbox, whose lock is held meanwhile."""

    def __init__(
        self,
        providers: Mapping[str, Provider],
        sandboxes: Sandboxes,
        sandbox: Sandbox,
        thresholds: Thresholds,
    ) -> None:
        self._providers = providers
        self._sandboxes = sandboxes
        self._sandbox = sandbox
        self._thresholds = thresholds

    def judge(self, place: int = 0) -> list[Verdict]:
        """Every verdict on the calls from a place of the journal on."""
        providers, sandbox = self._providers, self._sandbox
        accounts = {provider: sandbox.accounts.of(provider) for provider in providers}
        reader = Reader(providers, find_mattering(providers, accounts))
        gathering = Gathering(reader, sandbox.journal.tell)
        finder = LeakFinder(providers, self._sandboxes, sandbox)
        for at, text in sandbox.journal.placed(place):
            record = read_record(text)
            finder.look(record)
            if HINT not in record.head:  # what was refused before was no call
                gathering.add(record, at, text)
        history = History(gathering, self._thresholds.window_ms, finder)
        return judge_history(history, self._thresholds)
