"""An expectation and what came instead, as a sentence."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mockserver.text.masking import Masking
from mockserver.verify.expectation import Expectation

LONGEST = 120
"""Characters of one value in a sentence."""
MOST_NAMED = 5
"""Ids in a sentence."""


def describe_expectation(expectation: Expectation, masking: Masking) -> str:
    """Such as ``exactly 1 call with provider "kirim" and status 404``."""
    about = " and ".join(_describe_match(expectation.match, masking))
    since = f" after {expectation.since}" if expectation.since else ""
    within = f" within {round(expectation.within, 3):g} s" if expectation.within else ""
    count = describe_count(expectation.least, expectation.most)
    return f"{count}{' with ' if about else ''}{about}{since}{within}"


def describe_count(least: int, most: int | None) -> str:
    if most == 0:
        return "no call"
    if most is None:
        return f"at least {_count_calls(least)}"
    if least == most:
        return f"exactly {_count_calls(least)}"
    if least == 0:
        return f"at most {_count_calls(most)}"
    return f"{least} to {_count_calls(most)}"


def name_some(ids: Sequence[str], count: int) -> str:
    """The first few of so many."""
    named = ", ".join(ids[:MOST_NAMED])
    return f"{named} and {count - MOST_NAMED} more" if count > MOST_NAMED else named


def _count_calls(number: int) -> str:
    return f"{number} call{'' if number == 1 else 's'}"


def _describe_match(match: Mapping[str, Any], masking: Masking) -> Iterator[str]:
    for name, wanted in match.items():
        if name == "header":
            for header, value in masking.mask_headers(wanted).items():
                yield f"header {header} {_write(value)}"
        elif name == "body":
            for pointer, value in masking.mask_tree(wanted).items():
                yield f"body {pointer or 'as a whole'} {_write(value)}"
        elif wanted is None or (name == "fault" and wanted is True):
            yield f"{'no' if wanted is None else 'a'} {name}"
        else:
            yield f"{name} {_write(masking.mask_tree(wanted))}"


def _write(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
