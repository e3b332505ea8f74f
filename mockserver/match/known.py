"""Whose calls a match can be about, of all that exists."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import islice
from types import MappingProxyType
from typing import Any, NamedTuple

from mockserver.api.provider import Provider
from mockserver.text.mistakes import Refused
from mockserver.text.shown import shown, there_are

Labels = Mapping[str, Sequence[str]]
"""The labels of the accounts by provider, without those whose accounts are not known."""
Names = Mapping[str, Collection[str]]
"""By ``operation`` and ``account`` what is known beside what there is."""
NO_NAMES: Names = MappingProxyType({})
MOST_TOLD = 100  # unknown names


class Scope(NamedTuple):
    """The providers whose calls a match can be about, the operation that it names, and what it
    names that is not there.
    """

    providers: list[Provider]
    operation: str | None
    wrong: list[Refused]


def find_scope(
    match: Mapping[str, Any],
    providers: Mapping[str, Provider],
    labels: Labels,
    more: Names = NO_NAMES,
) -> Scope:
    """What is not there narrows nothing down."""
    operation = None
    chosen, wrong = list(providers.values()), list[Refused]()
    if "provider" in match:
        refused = refuse_unknown("provider", [match["provider"]], providers)
        chosen = chosen if refused else [providers[match["provider"]]]
        wrong += refused
    if match.get("operation") is not None:
        name = match["operation"]
        there = {each.name for provider in chosen for each in provider.operations}
        refused = refuse_unknown("operation", [name], {*there, *more.get("operation", ())})
        if name in there:
            operation = name
            chosen = [each for each in chosen if each.operation(name)]
        wrong += refused
    if match.get("account") is not None:
        chosen, refused = _select_by_account(chosen, match["account"], labels, more)
        wrong += refused
    return Scope(chosen, operation, wrong)


def _select_by_account(
    chosen: list[Provider], account: str | list[str], labels: Labels, more: Names
) -> tuple[list[Provider], list[Refused]]:
    """Those that have one of the accounts, and which accounts nobody has.

    Where a fixture could not be read, which is told anyway, no account is called unknown.
    """
    if not all(provider.id in labels for provider in chosen):
        return chosen, []
    wanted = account if isinstance(account, list) else [account]
    there = {one for each in chosen for one in labels[each.id]}
    wrong = refuse_unknown("account", wanted, {*there, *more.get("account", ())})
    if not there.issuperset(wanted):
        return chosen, wrong
    return [each for each in chosen if set(wanted) & set(labels[each.id])], wrong


def refuse_unknown(what: str, names: Iterable[str], known: Iterable[str]) -> list[Refused]:
    """A refusal for each of the names that is not known, with the list of what is."""
    listed = sorted(known)
    unknown = (name for name in names if name not in listed)
    return [
        Refused(f"unknown_{what}", f"no such {what}: {shown(name)}", there_are(listed, name))
        for name in islice(unknown, MOST_TOLD)
    ]
