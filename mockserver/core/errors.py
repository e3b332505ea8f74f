"""Documented errors: one row each, declared once, raised by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal

Proof = Literal["seed", "docs", "sdk", "inferred"]


@dataclass(frozen=True, eq=False, slots=True)
class Spec:
    """One documented error.

    ``proof`` says how sure we are of it: ``seed`` and ``docs`` are the provider's own pages (the
    page of the operation itself, and other pages), ``sdk`` its client code, ``inferred`` nobody's
    word but ours. ``example`` is the whole body where a page prints one, written out literally.
    ``by_state`` is false for failures that no account, number or message can be in.
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


class Catalogue(Enum):
    """Base of each provider's table of errors. The member's name is what fault rules use.

    Every catalogue has the rows in ``REQUIRED``, which the pipeline itself answers with.
    """

    @property
    def spec(self) -> Spec:
        spec: Spec = self._value_
        return spec


REQUIRED = ("NOT_FOUND", "METHOD_NOT_ALLOWED", "BODY_TOO_LARGE", "RATE_LIMIT_EXCEEDED")


class Fail(Exception):
    """A documented error being answered.

    ``because`` tells the journal and the log the reason and never reaches the client.
    ``details`` are for the provider's envelope, such as the name of a wrong field.
    """

    def __init__(self, row: Catalogue, because: str, **details: Any) -> None:
        super().__init__(row.name, because)
        self.row = row
        self.because = because
        self.details = details


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something wrong in a file or an option: where, and what to do about it."""

    file: str
    path: str
    reason: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.file, self.path, self.reason) if part)


class Mistakes(Exception):
    """Raised at load with every mistake found, so that one look mends them all."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes


class Refused(Exception):
    """A wrong administration request: answered with ``status``, nothing was changed."""

    def __init__(self, code: str, message: str, hint: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.status = status

    def body(self) -> dict[str, Any]:
        return {"error": {"code": self.code, "message": self.message, "hint": self.hint}}
