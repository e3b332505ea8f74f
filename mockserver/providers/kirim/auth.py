"""``Authorization: Bearer kdv_live_…``. Source: developers.kirim.chat/authentication/."""

from mockserver.core.account import AccountKind
from mockserver.core.bearer import what_came
from mockserver.core.errors import Fail
from mockserver.core.provider import Exchange, Signing
from mockserver.core.shown import shown
from mockserver.providers.kirim.errors import Error

CONDITIONS = {
    "expired": Error.EXPIRED_API_KEY,
    "rate_limited": Error.RATE_LIMIT_EXCEEDED,
}

ACCOUNT = AccountKind(
    credentials=("api_key",),
    conditions=tuple(CONDITIONS),
    states=("connected", "degraded"),
    number_ids=("phone_number_id",),
)


def sign(signing: Signing) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {signing.account.credentials['api_key']}",
        "Content-Type": "application/json",
    }


def key_known(exchange: Exchange) -> None:
    if exchange.account is None:
        raise Fail(
            Error.INVALID_API_KEY,
            f"expected 'Bearer <key of an account>', came {what_came(exchange.call)}",
        )


def account_in_order(exchange: Exchange) -> None:
    account = exchange.caller
    if account.condition in CONDITIONS:
        raise Fail(CONDITIONS[account.condition], f"the account {account.label} is in that state")


def number_known(exchange: Exchange) -> None:
    """The path's id must be that of a connected number of the key's organisation."""
    came = exchange.call.args["phone_number_id"]
    number = next(
        (each for each in exchange.caller.numbers if each.ids["phone_number_id"] == came), None
    )
    if number is None:
        known = ", ".join(each.ids["phone_number_id"] for each in exchange.caller.numbers)
        raise Fail(Error.PHONE_NUMBER_NOT_FOUND, f"expected one of {known}, came {shown(came)}")
    if number.state == "degraded":
        raise Fail(Error.ACCOUNT_NOT_CONNECTED, f"{number.number} is degraded")
