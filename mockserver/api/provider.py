"""The shape of a provider: every folder under ``providers/`` fills in one ``Provider``."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from marshmallow import Schema

from mockserver.api.account import Account, AccountKind
from mockserver.api.call import Call, Reply
from mockserver.api.catalogue import Catalogue, Fail
from mockserver.api.draw import Draw
from mockserver.api.exchange import Documented, Exchange
from mockserver.api.header import Header
from mockserver.api.not_emulated import NotEmulated
from mockserver.api.operation import Operation, Purpose


class Switch(NamedTuple):
    """A choice the documentation leaves open.

    ``choices`` are texts or booleans, the first is the default; ``help`` is a line about it.
    """

    name: str
    choices: tuple[Any, ...]
    help: str


class Signing(NamedTuple):
    """What the headers that authenticate a call are made from.

    ``body`` are the bytes as sent, ``now`` milliseconds since 1970; ``options`` are those of the
    provider's ``sign_options`` that were asked for.
    """

    account: Account
    operation: Operation
    body: bytes
    now: int
    options: Mapping[str, str] = MappingProxyType({})


class Claim(NamedTuple):
    """What a request says of who sends it.

    ``credential`` is the first of the account kind's credentials, None where the request carries
    none of this provider's kind. ``codes`` are what stands at the places where what was made for
    a sandbox has its code, the most telling first. ``given`` are the credentials as they came.
    """

    credential: str | None
    codes: tuple[str, ...] = ()
    given: Mapping[str, str | None] = MappingProxyType({})


class Provider(NamedTuple):
    """One emulated API.

    ``claim`` reads a claim out of a request and its path's arguments. ``shared`` are the rows that
    every operation may answer, whatever its checks. ``envelope`` turns a failure into an answer to
    the request of that id. ``sign`` makes the headers a client must send. ``new_ids`` makes the id,
    and the external id if there is one, of a new message from its direction, customer and time.
    ``finish`` adds what stands on every answer, whatever it is. ``records`` are the schemas of
    further fixture collections. ``signed`` says that what ``sign`` makes is good for one body and
    a short time only; ``sign_options`` are what it can be told to do differently, and
    ``sign_choices`` the values that some of these take, without regard to case: another one is
    signed all the same, to see what the server says. ``signatures`` are those that would
    authenticate a call as it came, which are as secret as a credential. ``not_emulated`` is what it
    documents besides the operations. ``notes`` tell by kind whether a value is one that it notes:
    what is kept of another server is judged by them before it is recalled. ``headers`` are those
    that every call carries, its credentials among them, and ``answer_headers`` those that answers
    may have; ``failure`` is the shape of an ``envelope``'s body.
    """

    id: str
    title: str
    hosts: tuple[str, ...]
    errors: type[Catalogue]
    operations: tuple[Operation, ...]
    shared: tuple[Catalogue, ...]
    account: AccountKind
    claim: Callable[[Call, Mapping[str, str]], Claim]
    envelope: Callable[[Fail, str], Reply]
    sign: Callable[[Signing], dict[str, str]]
    new_ids: Callable[[Draw, str, str, int], tuple[str, str | None]]
    finish: Callable[[Exchange, Reply], None] | None = None
    switches: tuple[Switch, ...] = ()
    records: Mapping[str, Schema] = MappingProxyType({})
    fixture: Path | None = None
    signed: bool = False
    sign_options: tuple[str, ...] = ()
    sign_choices: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    signatures: Callable[[Account, Mapping[str, str], bytes], tuple[str, ...]] | None = None
    not_emulated: tuple[NotEmulated, ...] = ()
    notes: Mapping[str, Callable[[Any], bool]] = MappingProxyType({})
    headers: tuple[Header, ...] = ()
    answer_headers: tuple[Header, ...] = ()
    failure: type[Schema] | None = None

    def operation(self, name: str) -> Operation | None:
        """The operation of that name, None where there is none."""
        return next((each for each in self.operations if each.name == name), None)

    def operation_to(self, purpose: Purpose) -> Operation | None:
        """The operation that is there for that, None where the provider has none."""
        return next((each for each in self.operations if each.purpose is purpose), None)

    def may_answer(self, operation: Documented, row: Catalogue) -> bool:
        """Whether an operation may answer the row.

        It follows from its checks, from what all operations share, and from what no state causes.
        """
        return not row.spec.by_state or row in self.shared or operation.declares(row)

    def rows_of(self, operation: Documented) -> tuple[Catalogue, ...]:
        """The rows that an operation may answer, in the order of the catalogue."""
        return tuple(row for row in self.errors if self.may_answer(operation, row))
