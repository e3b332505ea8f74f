"""The shape of a provider: every folder under ``providers/`` fills in one of these."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from marshmallow import Schema

from mockserver.core.account import Account, AccountKind
from mockserver.core.call import Call, Reply
from mockserver.core.errors import Catalogue, Fail
from mockserver.core.exchange import Exchange, Subject
from mockserver.core.ids import Ids
from mockserver.core.message import Message

Check = Callable[[Exchange], None]


@dataclass(frozen=True, slots=True)
class Operation:
    """One documented call.

    ``paths`` are all under which it is documented or called, the canonical one first.
    ``checks`` run in order and raise Fail; ``handler`` then does the work and answers with
    ``success``. ``errors`` are the rows it may answer.
    """

    name: str
    method: str
    paths: tuple[str, ...]
    checks: tuple[Check, ...]
    handler: Callable[[Exchange], Reply]
    success: int
    errors: tuple[Catalogue, ...]
    subject: Callable[[Exchange], Subject]
    source: str


@dataclass(frozen=True, slots=True)
class Switch:
    """A choice the documentation leaves open. The first of ``choices`` is the default."""

    name: str
    choices: tuple[Any, ...]
    help: str


@dataclass(frozen=True, slots=True)
class Signing:
    """What the headers that authenticate a call are made from."""

    account: Account
    operation: Operation
    body: bytes
    now: int
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Provider:
    """One emulated API.

    ``claim`` reads the first credential out of a request, None where the request carries none
    of this provider's kind. ``envelope`` turns a failure into an answer. ``sign`` makes the
    headers a client must send. ``new_ids`` makes the id, and the external id if there is one, of
    a new message from its direction, customer and time. ``sample`` is the path arguments and the
    body of a call that marks a message of the account read.
    ``records`` are the schemas of further fixture collections.
    ``signed`` says that what ``sign`` makes is good for one body and a short time only.
    """

    id: str
    title: str
    hosts: tuple[str, ...]
    errors: type[Catalogue]
    operations: tuple[Operation, ...]
    account: AccountKind
    claim: Callable[[Call], str | None]
    envelope: Callable[[Fail, Call], Reply]
    sign: Callable[[Signing], dict[str, str]]
    new_ids: Callable[[Ids, str, str, int], tuple[str, str | None]]
    sample: Callable[[Account, Message], tuple[dict[str, str], dict[str, Any] | None]]
    switches: tuple[Switch, ...] = ()
    records: Mapping[str, Schema] = field(default_factory=dict)
    fixture: Path | None = None
    signed: bool = False

    def operation(self, name: str) -> Operation | None:
        return next((each for each in self.operations if each.name == name), None)
