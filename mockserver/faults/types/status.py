"""The fault ``status``."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, fields

from mockserver.api.call import JSON
from mockserver.api.exchange import Exchange
from mockserver.faults.unit import Struck, Turn, Unit
from mockserver.pipeline.answer import WITHOUT_BODY, Answer
from mockserver.pipeline.plan import Plan
from mockserver.text.validation import HEADER_NAME, HEADER_VALUE, Texts, whole

OWN = ("content-length", "transfer-encoding", "connection", "date")


def not_the_servers(name: str) -> None:
    if name.lower() in OWN or name.lower().startswith("x-mock-"):
        raise ValidationError(f"the server sets {name} itself")


class Settings(Schema):
    status = whole(200, 599, required=True)
    headers = Texts([HEADER_NAME, not_the_servers], HEADER_VALUE, load_default=dict)
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

    def strike(self, plan: Plan, exchange: Exchange, turn: Turn) -> Struck:
        plan.rewrite = self._rewrite
        return Struck(self.settings())

    def _rewrite(self, natural: Answer) -> Answer:
        text = isinstance(self.body, str)
        media_type = "text/plain; charset=utf-8" if text else JSON
        headers = dict(self.headers)
        for name in self.headers:
            if name.lower() == "content-type":
                media_type = headers.pop(name)
        if self.status in WITHOUT_BODY:
            return Answer(self.status, headers, b"")
        return Answer(self.status, {"Content-Type": media_type, **headers}, self._content)

    @cached_property
    def _content(self) -> bytes:
        """Made once: however many calls it is sent to share it."""
        text = isinstance(self.body, str)
        return (self.body if text else json.dumps(self.body, ensure_ascii=False)).encode()
