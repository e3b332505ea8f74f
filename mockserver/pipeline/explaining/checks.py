"""How far a call came through the checks of its operation."""

from typing import Any

from mockserver.api.operation import Operation
from mockserver.pipeline.check import ROUTE
from mockserver.pipeline.explaining.recorded import Failed, Recorded


def list_checks(operation: Operation | None, recorded: Recorded) -> list[dict[str, Any]]:
    """The operation's checks in order: passed, failed, or not reached. What never became a call
    came to none.
    """
    if recorded.hint is not None:
        return []
    failed = recorded.failed
    names = [check.name for check in operation.checks] if operation else []
    if recorded.provider is None:
        failed = Failed(ROUTE, None, recorded.because or "", *_tell_route(recorded))
        return [_tell_failed(ROUTE, failed)]
    if failed is None:
        passed = recorded.committed or recorded.natural is not None
        return [{"name": name, "result": "passed" if passed else "not_reached"} for name in names]
    if failed.check not in names:  # it is one that all operations share
        if not failed.expected:
            expected, came = _tell_route(recorded)
            failed = failed._replace(expected=expected, came=came)
        rest = [{"name": name, "result": "not_reached"} for name in names]
        return [_tell_failed(failed.check or ROUTE, failed), *rest]
    place = names.index(failed.check)
    return [
        *({"name": name, "result": "passed"} for name in names[:place]),
        _tell_failed(failed.check, failed),
        *({"name": name, "result": "not_reached"} for name in names[place + 1 :]),
    ]


def _tell_failed(name: str, failed: Failed) -> dict[str, Any]:
    told = {"name": name, "result": "failed", "expected": failed.expected, "came": failed.came}
    return told | {"because": failed.because}


def _tell_route(recorded: Recorded) -> tuple[str, str]:
    """What is expected of a path and method, and what came."""
    call = recorded.call
    return "path and method of an operation", f"{call.method} {call.target.partition('?')[0]}"
