"""Checks of the caller that several providers make."""

from collections.abc import Mapping

from mockserver.api.bearer import describe_bearer_token
from mockserver.api.catalogue import Catalogue, Fail
from mockserver.api.exchange import Exchange
from mockserver.api.operation import Check
from mockserver.late import LateModule

diagnosis = LateModule("mockserver.api.diagnosis.caller")


def require_bearer(row: Catalogue) -> Check:
    """The check ``token``: that a known account's token came as ``Authorization: Bearer …``.

    It raises Fail with the row.
    """

    def require_token(exchange: Exchange) -> None:
        if exchange.account is None:
            came = describe_bearer_token(exchange.call)
            raise Fail(row, expected="'Bearer <token of an account>'", came=came)

    return Check("token", require_token, (row,), diagnosis.diagnose_bearer)


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

    return Check(name, refuse_conditions, tuple(conditions.values()), diagnosis.diagnose_condition)
