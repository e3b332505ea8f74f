"""The specification of one documented call, which everything else about it is read from."""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, NamedTuple
from urllib.parse import quote

from marshmallow import Schema, fields

from mockserver.api.account import Account
from mockserver.api.call import JSON, Call
from mockserver.api.catalogue import Catalogue
from mockserver.api.diagnosis.case import Diagnose
from mockserver.api.exchange import Done, Exchange, Subject
from mockserver.api.header import Header

IN_PATHS = "!$&'()*+,;=:@"  # stand for themselves in a part of a path, RFC 3986

Handler = Callable[[Exchange], Done]
Sample = tuple[dict[str, str], "dict[str, Any] | None"]
"""A valid call: path arguments by name, and the JSON object of the body, None for none."""


class Purpose(Enum):
    """What a call is for, whatever its provider calls it."""

    MARK_AS_READ = "mark_as_read"
    SHOW_TYPING = "show_typing"
    GET_STATUS = "get_status"


class Check(NamedTuple):
    """One named condition that an operation sets.

    ``run`` raises Fail with one of the ``rows`` where it does not hold, and returns where it does.
    It changes nothing but ``exchange.data`` and the notes. Fail with any other row, or another
    exception, is a mistake in the provider: the caller gets a 500 that says so.

    ``diagnose`` finds out more about a call that it refused, when somebody asks: never on the way
    of the call itself. ``wants_body`` is for one that needs the whole body, however long.
    """

    name: str
    run: Callable[[Exchange], None]
    rows: tuple[Catalogue, ...]
    diagnose: Diagnose | None = None
    wants_body: bool = False


class Shape(NamedTuple):
    """What a success looks like: of a JSON object the schema, of anything else the field."""

    status: int
    content: type[Schema] | fields.Field[Any]
    media_type: str = JSON


class Operation(NamedTuple):
    """One documented call.

    ``paths`` are all under which it is documented or called, the canonical one first. ``request``
    is the schema of its body, None where none is documented. ``checks`` run in order; ``handler``
    then computes the answer and the work, and raises nothing. ``answers`` are the shapes of the
    successes, the usual one first. ``subject`` reads what a call is about out of the request, the
    path's arguments and the account. ``sample`` makes a valid call of an account about one of its
    messages or, where ``about`` names a collection, records. Doing what is ``idempotent`` twice is
    as doing it once. ``headers`` are those that it takes besides the provider's.
    """

    name: str
    purpose: Purpose
    method: str
    paths: tuple[str, ...]
    request: Schema | None
    checks: tuple[Check, ...]
    handler: Handler
    answers: tuple[Shape, ...]
    subject: Callable[[Call, Mapping[str, str], Account | None], Subject]
    sample: Callable[[Account, Any], Sample]
    source: str
    about: str | None = None
    idempotent: bool = True
    headers: tuple[Header, ...] = ()

    @property
    def success(self) -> int:
        """The status of the usual answer."""
        return self.answers[0].status

    def declares(self, row: Catalogue) -> bool:
        """Whether one of its checks fails with that row."""
        return any(row in check.rows for check in self.checks)

    def path_for(self, arguments: Mapping[str, str]) -> str:
        """The canonical path with its placeholders filled in, encoded where a path needs it."""
        encoded = {name: quote(value, IN_PATHS) for name, value in arguments.items()}
        return self.paths[0].format_map(encoded)
