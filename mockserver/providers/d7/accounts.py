"""``Authorization: Bearer <token>``. Source: the section Authentication of both pages."""

from collections.abc import Mapping

from mockserver.api import (
    AccountKind,
    Call,
    Claim,
    Signing,
    read_bearer_token,
    require_bearer,
    require_condition,
)
from mockserver.providers.d7 import identifiers
from mockserver.providers.d7.errors import Error

CONDITIONS = {
    "expired": Error.ACCESS_TOKEN_EXPIRED,
    "deleted": Error.APPLICATION_NOT_EXISTS,
}
WITHOUT_CREDIT = {"no_credit": Error.INSUFFICIENT_CREDIT}

ACCOUNT = AccountKind(
    credentials=("token",),
    conditions=(*CONDITIONS, *WITHOUT_CREDIT),
    states=("active",),
    new_credentials=identifiers.new_credentials,
    new_number=identifiers.new_number,
    secret_forms=(identifiers.TOKEN_FORM,),
)


def claim(call: Call, args: Mapping[str, str]) -> Claim:
    token = read_bearer_token(call)
    return Claim(token, identifiers.read_codes(token), {"token": token})


def sign(signing: Signing) -> dict[str, str]:
    return {"Authorization": f"Bearer {signing.account.credentials['token']}"}


AUTHENTICATION = (
    require_bearer(Error.ACCESS_TOKEN_SIGNATURE_VERIFICATION_FAILED),
    require_condition("account", CONDITIONS),
)
CREDIT = require_condition("credit", WITHOUT_CREDIT)
"""Never of a report, in which a message's own status tells that there was none."""
