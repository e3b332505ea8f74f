"""The fault ``status``."""

from dataclasses import dataclass
from typing import Any, ClassVar

from marshmallow import Schema, fields, validate

from mockserver.core.call import JSON, Reply
from mockserver.core.provider import Exchange
from mockserver.core.sandbox import Blow
from mockserver.faults.unit import Turn, Unit

HEADER_NAME = validate.Regexp(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+\Z", error="not a header name")
HEADER_VALUE = validate.Regexp(r"[\x20-\x7e\t]*\Z", error="not a header value")


class Settings(Schema):
    status = fields.Integer(required=True, validate=validate.Range(min=200, max=599))
    headers = fields.Dict(
        keys=fields.String(validate=HEADER_NAME),
        values=fields.String(validate=HEADER_VALUE),
        load_default=dict,
    )
    body = fields.Raw(load_default="", allow_none=True)


@dataclass(frozen=True)
class Fault(Unit):
    """Any answer at all, for what no page documents.

    ``status`` from 200 to 599, ``headers`` and ``body``: text is sent as it stands, anything else
    as JSON.
    """

    schema: ClassVar[Schema] = Settings()
    short: ClassVar[str | None] = "status"

    status: int
    headers: dict[str, str]
    body: Any

    def strike(self, blow: Blow, exchange: Exchange, turn: Turn) -> dict[str, Any]:
        blow.answer = self._answer
        return self.settings()

    def _answer(self, natural: Reply) -> Reply:
        media_type = "text/plain; charset=utf-8" if isinstance(self.body, str) else JSON
        headers = dict(self.headers)
        for name in self.headers:
            if name.lower() == "content-type":
                media_type = headers.pop(name)
            if name.lower() in ("content-length", "transfer-encoding", "connection"):
                headers.pop(name)
        raw = self.body.encode() if isinstance(self.body, str) else None
        return Reply(self.status, self.body, headers, media_type, raw=raw)
