"""A request read once, and a provider's answer to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

JSON = "application/json"
"""The media type of JSON bodies, without parameters."""


CODINGS = ("br", "compress", "deflate", "gzip", "x-compress", "x-gzip", "zstd")
"""The content codings that there are. Clients name others, such as UTF-8, and mean none."""


class BadJSON(ValueError):
    """The body is not JSON at all. Its text says why, and where."""


def name_codings(header: str) -> str:
    """Those that a ``Content-Encoding`` names."""
    came = [each.strip().lower() for each in header[:256].split(",")]
    return ", ".join(each for each in came if each in CODINGS)


class Call(NamedTuple):
    """One HTTP request, whatever world it falls into.

    ``path`` is the decoded path as the provider documents it, without prefix and query;
    ``target`` path and query exactly as sent. ``segments`` are the decoded values of the route's
    placeholders in order. Header names are lower case, their values without blanks around them; a
    repeated header is joined by commas. ``content`` is the decoded JSON of the body, or the
    BadJSON that tells why it is none. ``code`` is the sandbox's where the path names one.
    """

    method: str
    path: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""
    content: Any = None
    segments: tuple[str, ...] = ()
    query: str = ""
    base_url: str = ""
    too_large: bool = False
    code: str | None = None

    def json(self) -> Any:
        """The decoded body. Raises BadJSON."""
        if isinstance(self.content, BadJSON):
            raise self.content
        return self.content

    def object(self) -> dict[str, Any]:
        """The body as a JSON object, empty where it is none: for looking, not for checking."""
        return self.content if isinstance(self.content, dict) else {}

    def header(self, name: str) -> str:
        """The value of the header of that lower-case name, empty where it did not come."""
        return self.headers.get(name, "")

    @property
    def coding(self) -> str:
        """The codings that the body came in, such as ``gzip``; empty where it came as it is."""
        return name_codings(self.header("content-encoding")) if self.body else ""

    @property
    def media_type(self) -> str:
        """Of the body as the client says, in lower case and without parameters."""
        return self.header("content-type").partition(";")[0].strip().lower()


@dataclass(slots=True)
class Reply:
    """What a provider answers.

    ``body`` is a JSON value, or text when ``media_type`` is not JSON; answers with the statuses 204
    and 304 are sent without. ``headers`` are those besides Content-Type and Content-Length.
    ``because`` is for the journal only.
    """

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    media_type: str = JSON
    because: str | None = None
