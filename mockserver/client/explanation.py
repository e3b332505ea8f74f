"""Explanations in words: why a call was answered as it was, and why an expectation failed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Explanation:
    """Why a call was answered as it was: ``summary`` is one sentence, ``str()`` all of it.

    ``checks`` are those of the operation in order, each ``{"name", "result", "expected"?,
    "came"?}``; ``findings`` tell what is known beside, each ``{"code", "text"}``; ``advice`` what
    to do. ``document`` is all that the server tells.
    """

    request: str
    summary: str
    checks: Sequence[Mapping[str, Any]]
    findings: Sequence[Mapping[str, Any]]
    advice: Sequence[str]
    document: Mapping[str, Any] = field(repr=False, compare=False)

    def __str__(self) -> str:
        return "\n".join([f"{self.request}: {self.summary}", *self._write_details()])

    def _write_details(self) -> Iterator[str]:
        for check in self.checks:
            told = "".join(
                f", {name} {check[name]}" for name in ("expected", "came") if name in check
            )
            yield f"  {check['result'].replace('_', ' '):<12}{check['name']}{told}"
        yield from (f"  found: {each['text']} ({each['code']})" for each in self.findings)
        yield from (f"  advice: {each}" for each in self.advice)


@dataclass(frozen=True)
class Verdict:
    """What the journal says of the client in one respect, such as ``duplicate``.

    ``requests`` are the ids of the entries that show it.
    """

    name: str
    ok: bool
    text: str
    requests: Sequence[str]


def read_explanation(document: Mapping[str, Any]) -> Explanation:
    names = ("request", "summary", "checks", "findings", "advice")
    return Explanation(**{name: document[name] for name in names}, document=document)


def read_verdict(document: Mapping[str, Any]) -> Verdict:
    return Verdict(**{name: document[name] for name in ("name", "ok", "text", "requests")})


def write_failure(result: Mapping[str, Any]) -> str:
    """What an expectation that does not hold is told, with the nearest calls field by field."""
    return "\n".join([result.get("message") or "the expectation does not hold", *_list(result)])


def _list(result: Mapping[str, Any]) -> Iterator[str]:
    for near in result.get("nearest", ()):
        if not near["differs"]:
            continue  # the message names it
        differs = "; ".join(
            f"{each['field']}: expected {each['expected']!r}, came {each['came']!r}"
            for each in near["differs"]
        )
        yield f"  {near['request']}: {differs}"
    if cut := result.get("undecidable"):
        yield f"  cannot be judged, as parts of them were not kept: {', '.join(cut)}"
