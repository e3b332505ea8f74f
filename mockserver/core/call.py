"""A request read once, and the answer to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mockserver.core.delivery import Delivery

JSON = "application/json"


class BadJSON(ValueError):
    """The body is not JSON at all."""


@dataclass(slots=True)
class Call:
    """One HTTP request.

    ``target`` is the path with its query exactly as sent; ``segments`` are the decoded values of
    the route's placeholders in order, and ``args`` the same by name once the route is chosen.
    Header names are lower case; a repeated header is joined by commas. ``decode`` reads JSON and
    raises ValueError; which codec that is, is the seam's choice.
    """

    id: str
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    received_at: int
    decode: Callable[[bytes], Any]
    segments: tuple[str, ...] = ()
    args: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    base_url: str = ""
    too_large: bool = False
    _json: Any = None

    def json(self) -> Any:
        """The decoded body. Raises BadJSON."""
        if self._json is None:
            try:
                self._json = self.decode(self.body)
            except (ValueError, RecursionError) as error:
                raise BadJSON(str(error)) from None
        return self._json

    def json_or_none(self) -> Any:
        """The decoded body for looking, not for checking."""
        try:
            return self.json()
        except BadJSON:
            return None

    def object(self) -> dict[str, Any]:
        """The body as a JSON object, empty where it is none: for looking, not for checking."""
        value = self.json_or_none()
        return value if isinstance(value, dict) else {}

    def header(self, name: str) -> str:
        return self.headers.get(name, "")

    @property
    def path(self) -> str:
        """As sent, without the query."""
        return self.target.partition("?")[0]

    @property
    def media_type(self) -> str:
        """Of the body as the client says, in lower case and without parameters."""
        return self.header("content-type").partition(";")[0].strip().lower()


@dataclass(slots=True)
class Reply:
    """The answer to a call. ``body`` is a JSON value, or text when ``media_type`` is not JSON.

    ``because`` is for the journal only. ``delivery`` says how the answer goes over the wire where
    that is not the usual way; ``raw`` is the body's bytes where they are no JSON after all.
    """

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    media_type: str = JSON
    because: str | None = None
    raw: bytes | None = None
    delivery: Delivery | None = None
