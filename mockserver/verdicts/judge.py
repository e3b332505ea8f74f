"""The verdicts on whoever called a sandbox."""

from collections.abc import Mapping

from mockserver.api.provider import Provider
from mockserver.sandbox.records import read_record
from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.sandbox.world import Sandbox
from mockserver.verdicts.history import Gathering, History
from mockserver.verdicts.leaks import LeakFinder
from mockserver.verdicts.mattering import find_mattering
from mockserver.verdicts.thresholds import Thresholds
from mockserver.verdicts.tried import Reader
from mockserver.verdicts.verdict import Verdict, judge_history


def judge_sandbox(
    providers: Mapping[str, Provider],
    sandboxes: Sandboxes,
    sandbox: Sandbox,
    thresholds: Thresholds,
) -> list[Verdict]:
    """Every verdict on the calls that the sandbox's journal has, whose lock is held."""
    accounts = {provider: sandbox.accounts.of(provider) for provider in providers}
    reader = Reader(providers, find_mattering(providers, accounts))
    finder = LeakFinder(providers, sandboxes, sandbox)
    gathering = Gathering(reader)
    for text in sandbox.journal.records():
        record = read_record(text)
        finder.look(record)
        gathering.add(record, text)

    return judge_history(History(gathering, thresholds.window_ms, finder), thresholds)
