"""The conditions of a call, in order."""

import difflib
from collections.abc import Sequence

from mockserver.api.catalogue import Fail
from mockserver.api.exchange import Exchange
from mockserver.api.operation import Operation
from mockserver.api.provider import Provider
from mockserver.pipeline.endpoint import Endpoint


class UndeclaredRow(Exception):
    """A check answers an error that it does not declare: a mistake in the provider's code."""


def find_nearest(came: str, paths: Sequence[str]) -> list[str]:
    """Those of the paths that are most like the one that came."""
    return difflib.get_close_matches(came[:200], paths, n=3, cutoff=0)


def require_operation(endpoint: Endpoint, exchange: Exchange) -> Operation:
    """The operation that the call is one of. Raises Fail with a row that all of them share."""
    rows, call = endpoint.provider.errors, exchange.call
    if not endpoint.operations:
        raise Fail(rows["NOT_FOUND"], _explain_unknown_path(endpoint.provider, call.path))
    operation = endpoint.operations.get(call.method)
    if operation is None:
        known = ", ".join(endpoint.operations)
        raise Fail(rows["METHOD_NOT_ALLOWED"], f"{call.method} here; documented: {known}")
    if call.too_large:
        raise Fail(rows["BODY_TOO_LARGE"], "the body is larger than the server's limit")
    return operation


def run_checks(exchange: Exchange, operation: Operation) -> None:
    """Raises Fail with one of the rows of the first check that does not hold."""
    for check in operation.checks:
        try:
            check.run(exchange)
        except Fail as fail:
            if fail.row not in check.rows:
                reason = f"the check {check.name} does not declare {fail.row.name}"
                raise UndeclaredRow(reason) from fail
            raise


def _explain_unknown_path(provider: Provider, path: str) -> str:
    paths = [path for each in provider.operations for path in each.paths]
    near = ", ".join(find_nearest(path, paths))
    return f"{provider.title} documents no such path; the nearest are {near}"
