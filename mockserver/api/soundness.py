"""Whether a provider is made of the right parts, whoever made it."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from mockserver.api.account import AccountKind
from mockserver.api.catalogue import REQUIRED, Catalogue, Spec
from mockserver.api.header import Header
from mockserver.api.not_emulated import NotEmulated
from mockserver.api.operation import Check, Operation, Purpose, Shape
from mockserver.api.provider import Provider, Switch

ID = re.compile(r"[a-z][a-z0-9_-]{0,31}")
PATH = re.compile(r"(?:/(?:[^/{}<>\s]+|\{[a-z_]\w*\}))+")
SETTINGS = (
    "admin_token", "allowed_hosts", "ca_dir", "data", "end_with_stdin", "explain_header", "fault",
    "fixtures", "host", "journal", "journal_memory", "keep_alive", "log_format", "log_level",
    "max_sandboxes", "pass_", "port", "scenario", "strict_plugins", "tls_name", "url_file",
    "verdict_attempts", "verdict_back_off", "verdict_window",
)  # fmt: skip
"""The other keys of a configuration file, in which a provider's table goes by its id."""
RESERVED = re.compile(r"/_mock(/|$)|/~")  # the administration, and sandboxes by code

PARTS: dict[str, Any] = {
    "title": str,
    "hosts": (tuple, str),
    "operations": (tuple, Operation),
    "account": AccountKind,
    "claim": Callable,
    "envelope": Callable,
    "sign": Callable,
    "new_ids": Callable,
    "switches": (tuple, Switch),
    "records": Mapping,
    "not_emulated": (tuple, NotEmulated),
    "notes": Mapping,
    "headers": (tuple, Header),
    "answer_headers": (tuple, Header),
}
PARTS_OF_OPERATIONS: dict[str, Any] = {
    "name": str,
    "purpose": Purpose,
    "method": str,
    "paths": (tuple, str),
    "checks": (tuple, Check),
    "handler": Callable,
    "answers": (tuple, Shape),
    "subject": Callable,
    "sample": Callable,
    "headers": (tuple, Header),
}


def find_unsound(provider: Provider) -> Iterator[str]:
    """What is wrong with it, each in a line. Later lines take for granted that there was none."""
    came: Any = provider.id
    catalogue: Any = provider.errors
    if not isinstance(came, str) or not ID.fullmatch(came):
        expected = "a lower-case letter, then letters, digits, - and _, 32 at most"
        yield f"expected an id of {expected}, came {came!r}"
    elif came.replace("-", "_") in SETTINGS:
        yield f"the id {came!r} is a setting's name"
    yield from _find_wrong_parts(provider, PARTS, "")
    if not isinstance(catalogue, type) or not issubclass(catalogue, Catalogue):
        yield "errors: expected a class of the kind Catalogue"
    yield from (f"errors.{each.name}: no Spec" for each in _find_rows_without_spec(provider))
    lacking = [name for name in REQUIRED if name not in provider.errors.__members__]
    if lacking:
        yield f"its catalogue lacks {', '.join(lacking)}"
    if not provider.account.credentials:
        yield "account: expected the names of credentials, came none"
    for operation in provider.operations:
        yield from _find_wrong_parts(operation, PARTS_OF_OPERATIONS, f"{operation.name}.")
        if not operation.paths or not operation.answers:
            yield f"{operation.name}: expected a path and an answer at least"
        yield from _find_wrong_paths(provider, operation.name, operation.paths)
    for documented in provider.not_emulated:
        yield from _find_wrong_paths(provider, documented.name, (documented.path,))
    names = [operation.name for operation in provider.operations]
    if len(set(names)) < len(names):
        yield "two operations have one name"
    ways = [(each.method, path) for each in provider.operations for path in each.paths]
    ways += [(each.method, each.path) for each in provider.not_emulated if not each.recognise]
    for method, path in {way for way in ways if ways.count(way) > 1}:
        yield f"{method} {path} is documented twice"
    declared = {row for each in provider.operations for row in provider.rows_of(each)}
    uncaused = [row.name for row in provider.errors if row not in declared]
    if provider.operations and uncaused:
        yield f"no operation declares {', '.join(uncaused)}"


def _find_wrong_parts(thing: Any, parts: Mapping[str, Any], where: str) -> Iterator[str]:
    for name, kind in parts.items():
        value = getattr(thing, name)
        outer, inner = kind if isinstance(kind, tuple) else (kind, None)
        if not isinstance(value, outer):
            yield f"{where}{name}: expected {outer.__name__}, came {type(value).__name__}"
        elif inner is not None:
            wrong = [type(each).__name__ for each in value if not isinstance(each, inner)]
            if wrong:
                yield f"{where}{name}: expected each to be {inner.__name__}, came {wrong[0]}"


def _find_rows_without_spec(provider: Provider) -> Iterator[Catalogue]:
    return (row for row in provider.errors if not isinstance(row.value, Spec))


def _find_wrong_paths(provider: Provider, name: str, paths: Iterable[str]) -> Iterator[str]:
    for path in paths:
        if not PATH.fullmatch(path):
            yield f"{name}: expected a path such as /v1/{{name}}, came {path!r}"
        elif RESERVED.match(path) or f"{path}/".startswith(f"/{provider.id}/"):
            yield f"{name}: {path} begins as the server's own paths do"
