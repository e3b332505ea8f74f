"""The fault ``gateway``."""

from dataclasses import dataclass
from typing import Any, ClassVar

from marshmallow import Schema, fields, validate

from mockserver.core.call import Reply
from mockserver.core.provider import Exchange
from mockserver.core.sandbox import Blow
from mockserver.faults.unit import Turn, Unit

REASONS = {502: "Bad Gateway", 503: "Service Temporarily Unavailable", 504: "Gateway Time-out"}
NGINX = """<html>\r
<head><title>{status} {reason}</title></head>\r
<body>\r
<center><h1>{status} {reason}</h1></center>\r
<hr><center>nginx</center>\r
</body>\r
</html>\r
"""
CLOUDFLARE = """<!DOCTYPE html>
<html lang="en-US">
<head><title>{status}: {reason}</title><meta name="robots" content="noindex, nofollow" /></head>
<body><h1>{reason} <small>Error code {status}</small></h1>
<p>The web server reported an error. Please try again in a few minutes.</p>
<p>Performance &amp; security by Cloudflare</p></body>
</html>
"""
ALB = """<html>\r
<head><title>{status} {reason}</title></head>\r
<body>\r
<center><h1>{status} {reason}</h1></center>\r
</body>\r
</html>\r
"""
FLAVOURS = {
    "nginx": (NGINX, "text/html", {"Server": "nginx"}),
    "cloudflare": (CLOUDFLARE, "text/html; charset=UTF-8", {"Server": "cloudflare"}),
    "alb": (ALB, "text/html", {"Server": "awselb/2.0"}),
}


class Settings(Schema):
    status = fields.Integer(load_default=502, validate=validate.OneOf(list(REASONS)))
    flavour = fields.String(load_default="nginx", validate=validate.OneOf(list(FLAVOURS)))


@dataclass(frozen=True)
class Fault(Unit):
    """The HTML page of a proxy in front of the API, written after the looks of the real ones.

    ``status`` 502, 503 or 504; ``flavour`` nginx, cloudflare or alb. Clients that take every
    body for JSON break here.
    """

    schema: ClassVar[Schema] = Settings()
    short: ClassVar[str | None] = "status"

    status: int
    flavour: str

    def strike(self, blow: Blow, exchange: Exchange, turn: Turn) -> dict[str, Any]:
        blow.answer = self._answer
        return self.settings()

    def _answer(self, natural: Reply) -> Reply:
        page, media_type, headers = FLAVOURS[self.flavour]
        body = page.format(status=self.status, reason=REASONS[self.status])
        return Reply(self.status, body, dict(headers), media_type)
