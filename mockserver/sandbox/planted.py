"""What the fixtures held when ``default`` began with them, and how they differ now."""

from collections.abc import Mapping
from typing import Any
from zlib import crc32

import orjson

from mockserver.api.changes import MESSAGES, RECORDS
from mockserver.sandbox.fixtures import Seed
from mockserver.sandbox.planting import ACCOUNTS
from mockserver.sandbox.storage.memory import Document, Tables

Sums = Mapping[str, Mapping[str, Mapping[str, int]]]
"""A sum of each thing by provider, kind and id."""

OTHER = -1  # no sum
LASTING = ("account", "business_number", "customer", "direction")
"""What a message keeps, whatever is done with it."""
USUAL = ("messages", "accounts")  # the kinds that are told even where none differs


def sum_up(seeds: Mapping[str, Seed]) -> dict[str, dict[str, dict[str, int]]]:
    """The sums of all that is in the fixtures: small, and others where anything is."""
    return {
        provider: {
            "messages": {each.document["id"]: _sum([*each]) for each in seed.messages},
            "accounts": {each["label"]: _sum(each) for each in seed.accounts},
            "records": {
                f"{name}/{record_id}": _sum(record)
                for name, records in seed.records.items()
                for record_id, record in records.items()
            },
        }
        for provider, seed in seeds.items()
    }


def find_planted(seeds: Mapping[str, Seed], tables: Tables) -> dict[str, dict[str, dict[str, int]]]:
    """The sums of what a file holds of the fixtures, which does not tell how it began.

    What is there, and as far as it never changes the same, counts as unchanged.
    """
    sums = sum_up(seeds)
    for provider, seed in seeds.items():
        messages, accounts = tables.get(MESSAGES + provider, {}), tables.get(ACCOUNTS, {})
        known = {each.document["id"]: (each.document, LASTING) for each in seed.messages}
        _keep_known(sums[provider]["messages"], known, messages)
        named = {each["label"]: (each, ("credentials",)) for each in seed.accounts}
        kept = {label: accounts.get(f"{provider}/{label}") for label in named}
        _keep_known(sums[provider]["accounts"], named, kept)
        for account in seed.accounts:
            there = kept[account["label"]]
            if there and _list_numbers(there) != _list_numbers(account):
                sums[provider]["accounts"][account["label"]] = OTHER
        for name, records in seed.records.items():
            there = tables.get(f"{RECORDS}{provider}/{name}", {})
            for record_id in records.keys() - there.keys():
                del sums[provider]["records"][f"{name}/{record_id}"]
    return sums


def describe_differences(before: Sums, now: Sums) -> str:
    """How many of each kind are new, changed and gone; empty where none is.

    Of the providers that are in both: the things of another came, or went, with it.
    """
    parts = []
    for kind in (*USUAL, "records"):
        old, new = _collect(before, now, kind), _collect(now, before, kind)
        counts = {
            "new": len(new.keys() - old.keys()),
            "changed": sum(old[name] != new[name] for name in old.keys() & new.keys()),
            "gone": len(old.keys() - new.keys()),
        }
        if any(counts.values()) or kind in USUAL:
            told = ", ".join(f"{count} {word}" for word, count in counts.items())
            parts.append((any(counts.values()), f"{kind}: {told}"))
    return "; ".join(told for _, told in parts) if any(differ for differ, _ in parts) else ""


def _keep_known(
    sums: dict[str, int], known: Mapping[str, tuple[Document, tuple[str, ...]]], kept: Any
) -> None:
    """Leave out what is not kept, and note what is kept as something else."""
    for name, (document, lasting) in known.items():
        there = kept.get(name)
        if there is None:
            del sums[name]
        elif any(there.get(each) != document.get(each) for each in lasting):
            sums[name] = OTHER


def _list_numbers(account: Document) -> list[str]:
    return [each["number"] for each in account["numbers"]]


def _collect(sums: Sums, others: Sums, kind: str) -> dict[tuple[str, str], int]:
    return {
        (provider, name): value
        for provider, kinds in sums.items()
        if provider in others
        for name, value in kinds.get(kind, {}).items()
    }


def _sum(value: Any) -> int:
    return crc32(orjson.dumps(value, option=orjson.OPT_SORT_KEYS))
