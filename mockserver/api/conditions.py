"""Checks of the caller that several providers make."""

from collections.abc import Iterator, Mapping

from mockserver.api.account import GOOD
from mockserver.api.bearer import describe_bearer_token, diagnose_bearer
from mockserver.api.catalogue import Catalogue, Fail
from mockserver.api.diagnosis import Case, Finding
from mockserver.api.exchange import Exchange
from mockserver.api.operation import Check

EXPIRED = "expired"
"""The condition of an account whose credential was good once."""


def require_bearer(row: Catalogue) -> Check:
    """The check ``token``: that a known account's token came as ``Authorization: Bearer …``.

    It raises Fail with the row.
    """

    def require_token(exchange: Exchange) -> None:
        if exchange.account is None:
            came = describe_bearer_token(exchange.call)
            raise Fail(row, expected="'Bearer <token of an account>'", came=came)

    return Check("token", require_token, (row,), diagnose_bearer)


def require_condition(name: str, conditions: Mapping[str, Catalogue]) -> Check:
    """The check of that name: that the account is in none of these conditions.

    It raises Fail with the condition's row, and stands after the check of the credentials.
    """

    def refuse_conditions(exchange: Exchange) -> None:
        account = exchange.caller
        if account.condition in conditions:
            because = f"the account {account.label} is in the condition {account.condition}"
            raise Fail(
                conditions[account.condition],
                because,
                expected="an account in none of the conditions " + ", ".join(conditions),
                came=f"{account.label}, which is in {account.condition}",
            )

    return Check(name, refuse_conditions, tuple(conditions.values()), diagnose_condition)


def diagnose_condition(case: Case) -> Iterator[Finding]:
    """Which condition the account is in, and since when as far as that is known."""
    label, provider = case.exchange.account_label, case.exchange.provider.id
    path = f"/_mock/sandboxes/{case.around.sandbox}/accounts/{provider}/{label}"
    good = [each.label for each in case.around.accounts if each.condition == GOOD]
    advice = [f'PATCH {path} with {{"condition": "{GOOD}"}} ends it, if it still lasts']
    if good:
        advice.append(f"call as an account without a condition: {', '.join(good[:8])}")
    if f"the condition {EXPIRED}" not in case.because:
        yield Finding("condition", case.because, tuple(advice))
        return
    passed = case.around.find_last_passed()
    since = passed[1] if passed else case.around.tell_beginning()
    told = (
        f"its call {passed[0]}, at {since}, was not refused for it"
        if passed
        else f"none of its calls passed before that the journal has; the sandbox began at {since}"
    )
    text = f"the credential is that of the account {label}, and has expired since: {told}"
    yield Finding("expired", text, tuple(advice), {"since": since})
