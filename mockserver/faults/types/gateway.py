"""The fault ``gateway``."""

from dataclasses import dataclass
from typing import ClassVar

from marshmallow import Schema, fields

from mockserver.api.exchange import Exchange
from mockserver.faults.pages import FLAVOURS, REASONS
from mockserver.faults.unit import Struck, Turn, Unit
from mockserver.pipeline.answer import Answer
from mockserver.pipeline.plan import Plan
from mockserver.text.validation import one_of


class Settings(Schema):
    status = fields.Integer(
        strict=True,
        load_default=502,
        validate=one_of(tuple(REASONS)),
        error_messages={"invalid": "expected one of 502, 503, 504"},
    )
    flavour = fields.String(load_default="nginx", validate=one_of(tuple(FLAVOURS)))


@dataclass(frozen=True)
class Fault(Unit):
    """The HTML page of a proxy in front of the API, written after the looks of the real ones.

    Clients that take every body for JSON break here. ``status`` 502 (default), 503 or 504;
    ``flavour`` nginx (default), cloudflare or alb.
    """

    schema: ClassVar[Schema] = Settings()
    short: ClassVar[str | None] = "status"

    status: int
    flavour: str

    def strike(self, plan: Plan, exchange: Exchange, turn: Turn) -> Struck:
        plan.rewrite = self._rewrite
        return Struck(self.settings())

    def _rewrite(self, natural: Answer) -> Answer:
        page, media_type, headers = FLAVOURS[self.flavour]
        body = page.format(status=self.status, reason=REASONS[self.status])
        return Answer(self.status, {"Content-Type": media_type, **headers}, body.encode())
