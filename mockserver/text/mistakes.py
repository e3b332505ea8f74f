"""What is wrong with files, options and requests of the people who run the server."""

from collections.abc import Sequence
from typing import Any, NamedTuple


class Mistake(NamedTuple):
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


MOST_TOLD = 10  # mistakes of one request


def join_refusals(refusals: Sequence[Refused]) -> Refused:
    """All of them as one, with the code and the status of the first."""
    first, *others = refusals
    if not others:
        return first
    told = refusals[:MOST_TOLD]
    messages = [each.message for each in told]
    if len(refusals) > len(told):
        messages.append("and more")
    hints = dict.fromkeys(each.hint for each in told)
    return Refused(first.code, "; ".join(messages), "; ".join(hints), first.status)
