"""Which headers make two calls equal."""

from collections.abc import Iterable, Mapping

from mockserver.api.account import Account
from mockserver.api.provider import Provider, Signing
from mockserver.text.times import DAY

USUAL = ("authorization", "content-type")
"""Of a call to nobody in particular."""
INSTANTS = (DAY, 2 * DAY)


def find_mattering(
    providers: Mapping[str, Provider], accounts: Mapping[str, Iterable[Account]]
) -> dict[str | None, tuple[str, ...]]:
    """By provider the headers, in lower case, that authenticate and describe a call to it, without
    those that are others each time, as a signature's are.
    """
    found: dict[str | None, tuple[str, ...]] = {}
    for provider in providers.values():
        account = next(iter(accounts.get(provider.id, ())), None)
        found[provider.id] = USUAL if account is None else _find_constant(provider, account)
    return found


def _find_constant(provider: Provider, account: Account) -> tuple[str, ...]:
    """Those that the provider's own way of signing makes the same at two instants."""
    options = {name: choices[0] for name, choices in provider.sign_choices.items()}
    one, other = (
        provider.sign(Signing(account, provider.operations[0], b"", now, options))
        for now in INSTANTS
    )
    return tuple(name.lower() for name, value in one.items() if other.get(name) == value)
