"""``Authorization: Bearer <token>``. Source: the section Authentication of both pages."""

from mockserver.core.account import AccountKind
from mockserver.core.bearer import what_came
from mockserver.core.errors import Fail
from mockserver.core.provider import Exchange, Signing
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


def token_known(exchange: Exchange) -> None:
    if exchange.account is None:
        raise Fail(
            Error.ACCESS_TOKEN_SIGNATURE_VERIFICATION_FAILED,
            f"expected 'Bearer <token of an account>', came {what_came(exchange.call)}",
        )


def account_in_order(exchange: Exchange) -> None:
    account = exchange.caller
    if account.condition in CONDITIONS:
        raise Fail(CONDITIONS[account.condition], f"the account {account.label} is in that state")
