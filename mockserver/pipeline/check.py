"""The conditions of a call, in order."""

import difflib
from collections.abc import Sequence

from mockserver.api.call import Call
from mockserver.api.catalogue import Fail
from mockserver.api.exchange import Exchange
from mockserver.api.operation import Operation
from mockserver.api.provider import Provider
from mockserver.pipeline.documented import (
    explain_not_emulated,
    find_not_emulated,
    list_emulated,
)
from mockserver.pipeline.endpoint import Endpoint

ROUTE, SIZE = "route", "body_size"
"""The checks that all operations share: that there is one, and that its body is not too large."""


class UndeclaredRow(Exception):
    """A check answers an error that it does not declare: a mistake in the provider's code."""


def find_nearest(came: str, paths: Sequence[str]) -> list[str]:
    """Those of the paths that are most like the one that came."""
    return difflib.get_close_matches(came[:200], paths, n=3, cutoff=0)


def require_operation(endpoint: Endpoint, exchange: Exchange) -> Operation:
    """The operation that the call is one of. Raises Fail with a row that all of them share."""
    if exchange.operation is None:
        raise _name_check(ROUTE, _refuse(endpoint, exchange.call))
    if exchange.call.too_large:
        row = endpoint.provider.errors["BODY_TOO_LARGE"]
        because = "the body is larger than the server's limit"
        raise _name_check(SIZE, Fail(row, because, expected="1 MiB at most", came="more"))
    return endpoint.operations[exchange.call.method]


def run_checks(exchange: Exchange, operation: Operation) -> None:
    """Raises Fail with one of the rows of the first check that does not hold."""
    for check in operation.checks:
        try:
            check.run(exchange)
        except Fail as fail:
            if fail.row not in check.rows:
                reason = f"the check {check.name} does not declare {fail.row.name}"
                raise UndeclaredRow(reason) from fail
            fail.check, fail.wants_body = check.name, check.wants_body
            raise


def _name_check(name: str, fail: Fail) -> Fail:
    fail.check = name
    return fail


def _refuse(endpoint: Endpoint, call: Call) -> Fail:
    """What is documented and not emulated is answered as what does not exist, but told so."""
    provider, known = endpoint.provider, endpoint.operations
    wrong_method = known and call.method not in known
    row = provider.errors["METHOD_NOT_ALLOWED" if wrong_method else "NOT_FOUND"]
    found = endpoint.find_lookalike(call) or find_not_emulated(provider, call)
    if found is not None and (found.method == call.method or not known):
        because = explain_not_emulated(provider, found, call)
        return Fail(row, f"{because}; {list_emulated(provider)}")
    if known:
        return Fail(row, f"{call.method} here; emulated: {', '.join(known)}")
    return Fail(row, _explain_unknown_path(provider, call.path))


def _explain_unknown_path(provider: Provider, path: str) -> str:
    paths = [path for each in provider.operations for path in each.paths]
    near = ", ".join(find_nearest(path, paths))
    return f"{provider.title} documents no such path; the nearest are {near}"
