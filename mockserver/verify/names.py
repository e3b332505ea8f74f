"""What a match names has to exist, or to be known to the journal still."""

from collections.abc import Iterable, Mapping
from typing import Any

from mockserver.api.provider import Provider
from mockserver.match.known import NO_NAMES, Scope, find_scope, refuse_unknown
from mockserver.sandbox.traits import Traits
from mockserver.sandbox.world import Sandbox
from mockserver.text.mistakes import Refused

BY_HEADER = "header"
"""What a fault is known by that a call asked for itself."""


def find_unknown(
    match: Mapping[str, Any], sandbox: Sandbox, providers: Mapping[str, Provider]
) -> list[Refused]:
    """A refusal for each name that is not known: an expectation of what can never be would pass
    for "no such call" in a test.
    """
    labels = sandbox.labels()
    scope = find_scope(match, providers, labels, NO_NAMES)
    if not scope.wrong and not _find_unknown_results(match, scope, sandbox, ()):
        return []
    kept = [
        each
        for each in sandbox.journal.traits()
        if match.get("provider") in (None, each.provider_id)
    ]
    more = {
        "operation": {each.operation_name for each in kept if each.operation_name},
        "account": {each.account_label for each in kept if each.account_label},
    }
    scope = find_scope(match, providers, labels, more)
    return [*scope.wrong, *_find_unknown_results(match, scope, sandbox, kept)]


def _find_unknown_results(
    match: Mapping[str, Any], scope: Scope, sandbox: Sandbox, kept: Iterable[Traits]
) -> list[Refused]:
    wrong: list[Refused] = []
    if match.get("error") is not None:
        there = {row.name for provider in scope.providers for row in provider.errors}
        known = there.union(each.error for each in kept if each.error)
        wrong += refuse_unknown("error", [match["error"]], known)
    if isinstance(match.get("fault"), str) and match["fault"] != BY_HEADER:
        rules = sandbox.faults.all()
        known = {BY_HEADER, *(rule["id"] for rule in rules)}
        known |= {rule["name"] for rule in rules if rule["name"]}
        known |= {fault for each in kept for fault in each.faults}
        wrong += refuse_unknown("fault", [match["fault"]], known)
    return wrong


def resolve_faults(match: Mapping[str, Any], sandbox: Sandbox) -> dict[str, Any]:
    """The match with the ids of the rules that it means by an id or a name."""
    wanted = match.get("fault")
    if not isinstance(wanted, str):
        return dict(match)
    named = (rule["id"] for rule in sandbox.faults.all() if rule["name"] == wanted)
    return {**match, "fault": frozenset((wanted, *named))}
