"""What the fixtures held when ``default`` began with them, and how they differ now."""

from collections.abc import Mapping
from typing import Any
from zlib import crc32

import orjson

from mockserver.sandbox.fixtures import Seed

Sums = Mapping[str, Mapping[str, Mapping[str, int]]]
"""A sum of each thing by provider, kind and id."""

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


def _collect(sums: Sums, others: Sums, kind: str) -> dict[tuple[str, str], int]:
    return {
        (provider, name): value
        for provider, kinds in sums.items()
        if provider in others
        for name, value in kinds.get(kind, {}).items()
    }


def _sum(value: Any) -> int:
    return crc32(orjson.dumps(value, option=orjson.OPT_SORT_KEYS))
