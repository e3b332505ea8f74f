"""``Authorization: Bearer <token>``. Source: the section Authentication of both pages."""

from mockserver.core.account import AccountKind
from mockserver.core.checks import bearer_known, in_order
from mockserver.core.provider import Signing
from mockserver.providers.d7.errors import Error

CONDITIONS = {
    "expired": Error.ACCESS_TOKEN_EXPIRED,
    "deleted": Error.APPLICATION_NOT_EXISTS,
    "no_credit": Error.INSUFFICIENT_CREDIT,
}

ACCOUNT = AccountKind(
    credentials=("token",),
    conditions=tuple(CONDITIONS),
    states=("active",),
)


def sign(signing: Signing) -> dict[str, str]:
    return {"Authorization": f"Bearer {signing.account.credentials['token']}"}


token_known = bearer_known(Error.ACCESS_TOKEN_SIGNATURE_VERIFICATION_FAILED)
account_in_order = in_order(CONDITIONS)
