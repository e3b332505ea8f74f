"""``api-key`` header and SID in the path, checked as a couple; then the number in the path.

Source: the section URL Parameters and Headers of the page, and its failure responses.
"""

from mockserver.core.account import Account, AccountKind, Number
from mockserver.core.call import Call
from mockserver.core.checks import in_order
from mockserver.core.errors import Fail
from mockserver.core.provider import Exchange, Signing
from mockserver.core.shown import shown
from mockserver.providers.kaleyra.errors import Error

ACCOUNT = AccountKind(
    credentials=("sid", "api_key"),
    conditions=("low_balance", "prepaid"),
    states=("active", "inactive", "version_1"),
)


def claim(call: Call) -> str | None:
    """The SID, if there is an API key that could belong to it."""
    return call.args.get("sid") if "api-key" in call.headers else None


def sign(signing: Signing) -> dict[str, str]:
    return {
        "api-key": signing.account.credentials["api_key"],
        "Content-Type": "application/json",
    }


def credentials_match(exchange: Exchange) -> None:
    account, call = exchange.account, exchange.call
    if account and call.header("api-key") == account.credentials["api_key"]:
        return
    if "api-key" not in call.headers:
        because = "expected the header api-key, came none"
    elif account is None:
        because = f"the SID {shown(call.args.get('sid'))} is no account's"
    else:
        because = f"the api-key is not that of the SID's account {account.label}"
    raise Fail(Error.INCORRECT_CREDENTIALS, because)


account_postpaid = in_order({"prepaid": Error.ACCOUNT_TYPE})
balance_sufficient = in_order({"low_balance": Error.LOW_BALANCE})


def number_usable(exchange: Exchange) -> None:
    """The path's number is the business number: only those belong to an account."""
    wanted = exchange.call.args["phone_number"]
    number = find_number(exchange.caller, wanted)
    if number is None:
        known = ", ".join(each.number for each in exchange.caller.numbers)
        raise Fail(Error.PHONE_NUMBER_UNKNOWN, f"expected one of {known}, came {shown(wanted)}")
    if number.state == "inactive":
        raise Fail(Error.PHONE_NUMBER_INACTIVE, f"{number.number} is inactive")
    if number.state == "version_1":
        raise Fail(Error.PHONE_NUMBER_VERSION, f"{number.number} is on version 1 of the API")


def find_number(account: Account, written: str) -> Number | None:
    """``+91…``, ``%2B91…`` and bare digits are the same number."""
    return next((each for each in account.numbers if _bare(each.number) == _bare(written)), None)


def _bare(number: str) -> str:
    return number.replace(" ", "").replace("-", "").removeprefix("+")
