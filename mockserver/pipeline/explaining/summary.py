"""An explanation in one sentence."""

from collections.abc import Sequence
from typing import Any

from mockserver.api.diagnosis.case import Finding
from mockserver.pipeline.explaining.fault import INJECTED
from mockserver.pipeline.explaining.recorded import Recorded

LONGEST = 1_000  # characters
TOLD = ("nothing_found", "invalid_body", "refused")
"""Findings that say again what the reason does."""


def summarise(
    recorded: Recorded,
    title: str | None,
    checks: Sequence[dict[str, Any]],
    findings: Sequence[Finding],
) -> str:
    told = _tell(recorded, title, checks, findings)
    return told if len(told) <= LONGEST else f"{told[: LONGEST - 1]}…"


def _tell(
    recorded: Recorded,
    title: str | None,
    checks: Sequence[dict[str, Any]],
    findings: Sequence[Finding],
) -> str:
    injected = [each for each in findings if each.code == INJECTED]
    if injected:
        return f"{_head(recorded, title)}: {injected[0].text}"
    if recorded.hint is not None:
        status = "no answer" if recorded.status is None else recorded.status
        return f"Refused before it was a call ({status}): {recorded.because}"
    if title is None:
        reason = recorded.unattributed or recorded.because or "the path is no provider's"
        return f"No provider was called ({recorded.status}): {_join(reason, findings)}"
    if recorded.failed is not None:
        check = recorded.failed.check
        return _join(
            f"{_head(recorded, title)}: the check {check} failed, {recorded.failed.because}",
            findings,
        )
    if not recorded.committed:
        return f"The server itself refused the call ({recorded.status}): {recorded.because}"
    return f"{_head(recorded, title)}: all {len(checks)} checks passed{_tell_work(recorded)}"


def _head(recorded: Recorded, title: str | None) -> str:
    what = recorded.operation or "the call"
    whose = f" of the account {recorded.account}" if recorded.account else ""
    status = recorded.status if recorded.status is not None else "no answer"
    if recorded.injected:
        error = f" {recorded.error}" if recorded.error else ""
        return f"{title or 'The server'} answered {what}{whose} with {status}{error}, by a fault"
    if recorded.error or recorded.failed:
        failed = recorded.failed
        name = recorded.error or (failed.error if failed else "")
        return f"{title or 'The server'} refused {what}{whose} with {name} ({status})"
    return f"{title or 'The server'} answered {what}{whose} with {status}"


def _join(reason: str, findings: Sequence[Finding]) -> str:
    more = next((each.text for each in findings if each.code not in TOLD), None)
    return f"{reason}; {more}" if more else reason


def _tell_work(recorded: Recorded) -> str:
    if recorded.because:
        return f"; {recorded.because}"
    if not recorded.changes:
        return ", and nothing had to be changed"
    count = len(recorded.changes)
    return f", and {count} {'message was' if count == 1 else 'messages were'} changed"
