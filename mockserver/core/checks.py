"""Checks of the caller that several providers make."""

from collections.abc import Mapping

from mockserver.core.bearer import what_came
from mockserver.core.errors import Catalogue, Fail
from mockserver.core.provider import Check, Exchange


def bearer_known(row: Catalogue) -> Check:
    """A check that the request carries an account's token as ``Authorization: Bearer …``."""

    def check(exchange: Exchange) -> None:
        if exchange.account is None:
            came = what_came(exchange.call)
            raise Fail(row, f"expected 'Bearer <token of an account>', came {came}")

    return check


def in_order(conditions: Mapping[str, Catalogue]) -> Check:
    """A check that the account is in none of these conditions."""

    def check(exchange: Exchange) -> None:
        account = exchange.caller
        if account.condition in conditions:
            because = f"the account {account.label} is in the condition {account.condition}"
            raise Fail(conditions[account.condition], because)

    return check
