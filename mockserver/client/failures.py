"""What goes wrong with a question, and the reason that lies at the bottom of it."""

from operator import methodcaller
from typing import Any


class MockError(Exception):
    """The server could not be asked, or did not do what it was asked for: in one line."""


class Unreachable(MockError):
    """No server answers at the URL, or what answers there is none of this kind."""


class Refusal(MockError):
    """The server says no. ``status`` is the answer's, ``code``, ``message`` and ``hint`` are its
    reason and what to do about it.
    """

    def __init__(self, status: int, code: str, message: str, hint: str) -> None:
        super().__init__(f"{message}; {hint}" if hint else message)
        self.status = status
        self.code = code
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[Any, ...]:
        """For pickling, as between processes: how it is made."""
        return Refusal, (self.status, self.code, self.message, self.hint)


def find_reason(error: BaseException) -> BaseException:
    """What an error of an HTTP library was raised for in the first place, such as a
    ``ConnectionResetError``; the error itself where nothing else is behind it.
    """
    seen = {id(error)}
    while (before := error.__cause__ or error.__context__) and id(before) not in seen:
        seen.add(id(before))
        error = before
    return error


is_told_in_words = methodcaller("errisinstance", (AssertionError, MockError))
"""The ``__tracebackhide__`` of this room's modules: pytest shows the line of the test that such an
error is about, and none of ours, since its message says all else."""
is_no_such_name = methodcaller("errisinstance", (AttributeError, LookupError))
"""The same where credentials are looked up, which the frames would show in full."""
