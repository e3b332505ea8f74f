"""``Authorization: Bearer <token>``. Source: the section Authentication of both pages."""

from mockserver.core.account import AccountKind
from mockserver.core.call import Call
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
    secret_headers=("authorization",),
)


def claim(call: Call) -> str | None:
    """The token. The Go SDK adds one more copy of the header per call: the first counts."""
    first = call.header("authorization").partition(",")[0]
    scheme, _, token = first.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def sign(signing: Signing) -> dict[str, str]:
    return {"Authorization": f"Bearer {signing.account.credentials['token']}"}


def token_known(exchange: Exchange) -> None:
    if exchange.account is None:
        raise Fail(
            Error.ACCESS_TOKEN_SIGNATURE_VERIFICATION_FAILED,
            f"expected 'Bearer <token of an account>', came {_came(exchange.call)}",
        )


def _came(call: Call) -> str:
    """What came, without giving away a credential."""
    if not call.header("authorization"):
        return "no Authorization header"
    token = claim(call)
    return "no Bearer token" if token is None else f"a token of {len(token)} unknown characters"


def account_in_order(exchange: Exchange) -> None:
    account = exchange.caller
    if account.condition in CONDITIONS:
        raise Fail(CONDITIONS[account.condition], f"the account {account.label} is in that state")
