"""Whose calls a rule can be about, of all that exists."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from mockserver.api.provider import Provider
from mockserver.faults.unit import Aim
from mockserver.text.mistakes import Refused
from mockserver.text.shown import shown, there_are

Labels = Mapping[str, Sequence[str]]
"""The labels of the accounts by provider, without those whose accounts are not known."""
MOST_TOLD = 100  # unknown names


def find_aim(
    match: Mapping[str, Any], providers: Mapping[str, Provider], labels: Labels
) -> tuple[list[Aim], list[Refused]]:
    """What a match can be about, and what it names that is not there.

    What is not there narrows nothing down.
    """
    operation = None
    chosen, wrong = list(providers.values()), list[Refused]()
    if "provider" in match:
        refused = _refuse_unknown("provider", [match["provider"]], providers)
        chosen = chosen if refused else [providers[match["provider"]]]
        wrong += refused
    if match.get("operation") is not None:
        name = match["operation"]
        known = {each.name for provider in chosen for each in provider.operations}
        refused = _refuse_unknown("operation", [name], known)
        if not refused:
            operation = name
            chosen = [each for each in chosen if each.operation(name)]
        wrong += refused
    if match.get("account") is not None:
        chosen, refused = _select_by_account(chosen, match["account"], labels)
        wrong += refused
    return [Aim(each, operation and each.operation(operation)) for each in chosen], wrong


def _select_by_account(
    chosen: list[Provider], account: str | list[str], labels: Labels
) -> tuple[list[Provider], list[Refused]]:
    """Those that have one of the accounts, and which accounts nobody has.

    Where a fixture could not be read, which is told anyway, no account is called unknown.
    """
    if not all(provider.id in labels for provider in chosen):
        return chosen, []
    wanted = account if isinstance(account, list) else [account]
    wrong = _refuse_unknown("account", wanted, {one for each in chosen for one in labels[each.id]})
    return [each for each in chosen if wrong or set(wanted) & set(labels[each.id])], wrong


def _refuse_unknown(what: str, names: Iterable[str], known: Iterable[str]) -> list[Refused]:
    listed = sorted(known)
    unknown = (name for name in names if name not in listed)
    return [
        Refused(f"unknown_{what}", f"no such {what}: {shown(name)}", there_are(listed, name))
        for name in islice(unknown, MOST_TOLD)
    ]
