"""``api-key`` header and SID in the path, checked as a couple; then the number in the path.

Source: the section URL Parameters and Headers of the page, and its failure responses.
"""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from mockserver.api import (
    Account,
    AccountKind,
    Call,
    Check,
    Claim,
    Exchange,
    Fail,
    Header,
    LateModule,
    Number,
    Signing,
    require_condition,
    shown,
)
from mockserver.providers.kaleyra import identifiers
from mockserver.providers.kaleyra.errors import Error
from mockserver.providers.kaleyra.identifiers import API_KEY

diagnosis = LateModule("mockserver.providers.kaleyra.diagnosis")

FORM = "application/x-www-form-urlencoded"
OLDER = "/v1/"
HEADERS = (Header(API_KEY, "the key that belongs to the SID in the path", credential=True),)
LONGEST_FORM = 16_384  # of a form, or a query, that is looked at for the key

ACCOUNT = AccountKind(
    credentials=("sid", "api_key"),
    conditions=("low_balance", "prepaid"),
    states=("active", "inactive", "version_1"),
    new_credentials=identifiers.new_credentials,
    new_number=identifiers.new_number,
    public=("sid",),
    secret_forms=(identifiers.KEY_FORM,),
)


def claim(call: Call, args: Mapping[str, str]) -> Claim:
    """The SID counts if there is an API key that could belong to it."""
    sid, api_key = args.get("sid", ""), call.headers.get(API_KEY)
    if api_key is None and call.path.startswith(OLDER):
        api_key = _find_field(call)
    codes = identifiers.read_codes(sid, api_key or "")
    given = {"sid": sid, "api_key": api_key or ""}
    return Claim(None if api_key is None else sid, codes, given)


def _find_field(call: Call) -> str | None:
    """The key as clients of version 1 send it too, in the form or the query; None without one.

    Source: public client code.
    """
    form = call.body[:LONGEST_FORM].decode("latin-1") if call.media_type == FORM else ""
    for text in (form, call.query[:LONGEST_FORM]):
        fields = dict(parse_qsl(text, keep_blank_values=True)) if API_KEY in text else {}
        if API_KEY in fields:
            return fields[API_KEY]
    return None


def sign(signing: Signing) -> dict[str, str]:
    return {
        API_KEY: signing.account.credentials["api_key"] or "",
        "Content-Type": "application/json",
    }


def require_credentials(exchange: Exchange) -> None:
    account, call = exchange.account, exchange.call
    if account and call.header(API_KEY) == account.credentials["api_key"]:
        return
    if API_KEY not in call.headers:
        raise Fail(Error.INCORRECT_CREDENTIALS, expected=f"the header {API_KEY}", came="none")
    if account is None:
        came = f"the SID {shown(exchange.args.get('sid'))}"
        because, expected = f"{came} is no account's", "the SID of an account"
    else:
        because = f"the api-key is not that of the SID's account {account.label}"
        expected, came = f"the api-key of the account {account.label}", "another one"
    raise Fail(Error.INCORRECT_CREDENTIALS, because, expected=expected, came=came)


def require_number(exchange: Exchange) -> None:
    """The path's number is the business number: only those belong to an account."""
    number = exchange.subject.number
    if number is None:
        known = ", ".join(each.number for each in exchange.caller.numbers)
        came = exchange.args["phone_number"]
        raise Fail(Error.PHONE_NUMBER_UNKNOWN, expected=f"one of {known}", came=shown(came))
    active = "a number in the state active"
    if number.state == "inactive":
        because = f"{number.number} is inactive"
        raise Fail(Error.PHONE_NUMBER_INACTIVE, because, expected=active, came=because)
    if number.state == "version_1":
        because = f"{number.number} is on version 1 of the API"
        raise Fail(Error.PHONE_NUMBER_VERSION, because, expected=active, came=because)


def find_number(account: Account | None, written: str) -> Number | None:
    """``+91…``, ``%2B91…`` and bare digits are the same number."""
    if account is None:
        return None
    wanted = _strip(written)
    return next((each for each in account.numbers if _strip(each.number) == wanted), None)


def _strip(number: str) -> str:
    return number.replace(" ", "").replace("-", "").removeprefix("+")


CREDENTIALS = Check(
    "credentials",
    require_credentials,
    (Error.INCORRECT_CREDENTIALS,),
    diagnosis.diagnose_credentials,
)
ACCOUNT_TYPE = require_condition("account_type", {"prepaid": Error.ACCOUNT_TYPE})
BALANCE = require_condition("balance", {"low_balance": Error.LOW_BALANCE})
NUMBER = Check(
    "number",
    require_number,
    (Error.PHONE_NUMBER_UNKNOWN, Error.PHONE_NUMBER_INACTIVE, Error.PHONE_NUMBER_VERSION),
    diagnosis.diagnose_path_number,
)
