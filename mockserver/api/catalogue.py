"""Documented errors: one row each, declared once, raised by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal

Proof = Literal["seed", "docs", "sdk", "code", "inferred"]


@dataclass(frozen=True, eq=False, slots=True)
class Spec:
    """One documented error.

    ``status`` is HTTP's; ``code`` the provider's own, None where it has none; ``message`` its text.
    ``when`` says in words what causes it, ``source`` where that is written. ``proof`` says how sure
    we are of it: ``seed`` and ``docs`` are the provider's own pages (the page of the operation
    itself, and other pages), ``sdk`` its client code, ``code`` other people's code against the real
    service, ``inferred`` nobody's word but ours. ``example`` is the whole body where a page prints
    one, written out literally. ``details`` are constants of the row for the envelope. ``by_state``
    is false for failures that no account, number, message or request can cause. ``like`` is the
    status that HTTP has for it, where the provider answers with another.
    """

    status: int
    code: str | int | None
    message: str
    when: str
    source: str
    proof: Proof
    example: Any = None
    details: Mapping[str, Any] = field(default_factory=dict)
    by_state: bool = True
    like: int | None = None


class Catalogue(Enum):
    """Base of each provider's table of errors. The member's name is what fault rules use.

    Every catalogue has the rows in ``REQUIRED``, which the pipeline itself answers with.
    """

    @property
    def spec(self) -> Spec:
        """The row itself."""
        spec: Spec = self._value_
        return spec


EXPECTED, CAME = "expected ", ", came "
"""What the two parts of most reasons begin with."""
REQUIRED = ("NOT_FOUND", "METHOD_NOT_ALLOWED", "BODY_TOO_LARGE", "RATE_LIMIT_EXCEEDED")


class Fail(Exception):
    """A documented error being answered: raised by checks, and by nothing else of a provider.

    ``because`` tells the journal and the log the reason and never reaches the client. Where it is
    left out it is made of ``expected`` and ``came``: in words, what the check wants and what the
    request has instead. ``details`` are for the provider's envelope, such as the name of a wrong
    field; of them ``retry_after``, whole seconds, also becomes the header ``Retry-After``.

    ``check`` is the name of the check that raised it, and ``wants_body`` whether that needs the
    whole body to be explained: both are told by whoever runs the checks.
    """

    check: str | None = None
    wants_body: bool = False

    def __init__(
        self,
        row: Catalogue,
        because: str | None = None,
        *,
        expected: str | None = None,
        came: str | None = None,
        **details: Any,
    ) -> None:
        if because is None:
            because = f"{EXPECTED}{expected}{CAME}{came}"
        super().__init__(row.name, because)
        self.row = row
        self.because = because
        self.expected = expected
        self.came = came
        self.details = details

    @property
    def is_plain(self) -> bool:
        """Whether the reason says just what was expected and what came."""
        return self.because == f"{EXPECTED}{self.expected}{CAME}{self.came}"


def split_reason(because: str) -> tuple[str, str] | None:
    """What was expected and what came, of a reason that says just that; None of any other."""
    expected, came, rest = because.partition(CAME)
    if not came or not expected.startswith(EXPECTED):
        return None
    return expected.removeprefix(EXPECTED), rest
