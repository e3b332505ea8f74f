"""What each handler of the administration says of itself: its route is described by that.

Of a new route this is all there is to do: ``@described(…)`` above the handler, a doc string whose
first sentence tells what it is for and, for an answer of a new shape, a schema in ``shapes.py``.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from marshmallow import Schema

from mockserver.admin.desk import Desk, Inquiry, Later
from mockserver.api.call import JSON, Reply
from mockserver.late import load_module
from mockserver.pipeline.stream import Stream

Handler = Callable[[Desk, Inquiry], Reply | Later | Stream]
NO_MORE: Mapping[int, str] = MappingProxyType({})


class Described(NamedTuple):
    """A handler, and what it is sent and answers.

    ``status`` is that of a success, and ``shape`` names what its body is in ``shapes.py``; without
    one there is no body, or text where ``media_type`` says so. ``query`` are the parameters that it
    reads. ``body`` is the schema of what it is sent, or names that in ``shapes.py`` or in
    ``openapi.py``; an ``optional`` one may be left out. ``refuses`` are statuses of refusals
    besides those that follow from all this. An ``open`` one answers whoever asks.
    ``also`` are shapes by status of further answers that are no refusals.
    """

    handler: Handler
    status: int
    shape: str | None = None
    query: Sequence[str] = ()
    body: Schema | str | None = None
    optional: bool = False
    refuses: Sequence[int] = ()
    media_type: str = JSON
    open: bool = False
    also: Mapping[int, str] = NO_MORE

    def __call__(self, desk: Desk, inquiry: Inquiry) -> Reply | Later | Stream:
        return self.handler(desk, inquiry)


class Late(NamedTuple):
    """A handler of a module that is loaded when it is first asked for, which few starts need."""

    module: str
    name: str

    def load(self) -> Described:
        found: Described = getattr(load_module(self.module), self.name)
        return found


def described(status: int, shape: str | None = None, **more: Any) -> Callable[[Handler], Described]:
    """Say of a handler what ``Described`` tells."""
    return lambda handler: Described(handler, status, shape, **more)
