"""The documented errors of an operation, as the cases of a test."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from mockserver.testing.process import clean_environment


class Unknown(Exception):
    """There is no such provider or operation: what there is."""


class DocumentedError(str):
    """The name of a documented error, such as ``LOW_BALANCE``, with what is told of it.

    ``provider`` and ``operation`` are those of the case, ``status``, ``code``, ``message`` and
    ``when`` what the catalogue says.
    """

    provider: str
    operation: str | None
    status: int
    code: Any
    message: str
    when: str


@cache
def list_providers() -> Sequence[Mapping[str, Any]]:
    """As ``GET /_mock/providers`` tells them: asked of another process, so that the tests' own
    loads nothing of the server.
    """
    command = [sys.executable, "-P", "-m", "mockserver", "providers", "--json"]
    done = subprocess.run(
        command, capture_output=True, check=True, encoding="utf-8", env=clean_environment()
    )
    found: Sequence[Mapping[str, Any]] = json.loads(done.stdout)["providers"]
    return found


def list_errors(
    providers: Sequence[Mapping[str, Any]], provider: str, operation: str | None
) -> list[DocumentedError]:
    """Those that the operation may answer, or all of the provider's, in the catalogue's order.

    Raises Unknown.
    """
    found = _choose("provider", "id", provider, providers)
    names = [row["name"] for row in found["errors"]]
    if operation is not None:
        names = _choose("operation", "name", operation, found["operations"])["errors"]
    rows = [row for row in found["errors"] if row["name"] in names]
    return [_make_error(row, provider, operation) for row in rows]


def _choose(
    what: str, key: str, wanted: str, known: Sequence[Mapping[str, Any]]
) -> Mapping[str, Any]:
    for each in known:
        if each[key] == wanted:
            return each
    there = ", ".join(each[key] for each in known)
    raise Unknown(f"no such {what}: {wanted!r}; there are {there}")


def _make_error(row: Mapping[str, Any], provider: str, operation: str | None) -> DocumentedError:
    error = DocumentedError(row["name"])
    error.provider, error.operation = provider, operation
    error.status, error.code = row["status"], row["code"]
    error.message, error.when = row["message"], row["when"]
    return error
