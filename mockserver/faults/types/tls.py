"""The fault ``tls``."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, get_args

from marshmallow import Schema, ValidationError, fields, validates_schema

from mockserver.faults.unit import OfHandshakes, Unit
from mockserver.pipeline.tunnels import How, Strike
from mockserver.text.validation import MISSING, number, one_of

SLOW = "slow_handshake"
DONE = {
    "expired": "the certificate has expired",
    "wrong_name": "the certificate is for another name",
    "unknown_ca": "the certificate is by a CA that nobody knows",
    "handshake_reset": "the connection was reset",
    SLOW: "the answer was late",
}


class Settings(Schema):
    how = fields.String(required=True, validate=one_of(get_args(How)))
    ms = number(0, 3_600_000)

    @validates_schema(pass_original=True)
    def slow(self, data: dict[str, Any], given: Mapping[str, Any], **kwargs: Any) -> None:
        if data["how"] == SLOW and "ms" not in given:
            raise ValidationError(f"{MISSING}: {SLOW} takes how many milliseconds", "ms")
        if data["how"] != SLOW and "ms" in given:
            raise ValidationError(f"does not belong here: it is for {SLOW}", "ms")


@dataclass(frozen=True)
class Fault(OfHandshakes, Unit):
    """The TLS handshake goes wrong, so that there is no call; it is handshakes that are counted.

    ``how``: expired, wrong_name or unknown_ca (what is wrong with the certificate),
    handshake_reset (a TCP reset when the client has greeted) or slow_handshake (by ``ms``
    milliseconds, an hour at most). ``match`` takes ``provider`` alone.
    """

    schema: ClassVar[Schema] = Settings()
    may_follow: ClassVar[bool] = False

    how: How
    ms: float = 0.0

    def strike_handshake(self, rule: str) -> Strike:
        return Strike(self.how, self.ms, f"{rule} struck this TLS handshake: {DONE[self.how]}")

    def settings(self) -> dict[str, Any]:
        return {"how": self.how} | ({"ms": self.ms} if self.how == SLOW else {})
