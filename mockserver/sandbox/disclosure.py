"""The one way out for what clients sent: what of it may be shown."""

from collections.abc import Iterable, Mapping

from mockserver.api.provider import Provider
from mockserver.sandbox.accounts import Accounts
from mockserver.text.masking import Masking


class Disclosure:
    """What must not be seen of a sandbox: its accounts' secrets, ``more`` that are the server's,
    and whatever looks like one.
    """

    def __init__(
        self, providers: Mapping[str, Provider], accounts: Accounts, more: Iterable[str] = ()
    ) -> None:
        self._providers = providers
        self._accounts = accounts
        self._more = tuple(more)
        self._forms = tuple(
            form for provider in providers.values() for form in provider.account.secret_forms
        )
        self._masking: Masking | None = None
        self._made_at: object = None

    def masking(self) -> Masking:
        """For what is about no call in particular. Made anew when the credentials are others."""
        if self._masking is None or self._made_at is not self._accounts.edition:
            self._made_at = self._accounts.edition
            self._masking = Masking(self._find_secrets(), self._forms)
        return self._masking

    def masking_of(
        self, headers: Mapping[str, str], body: bytes, secrets: Iterable[str] = ()
    ) -> Masking:
        """For what is about one call: also the signatures that would authenticate it.

        ``secrets`` are further ones that came with it.
        """
        more = (*secrets, *self.find_signatures(headers, body))
        return self.masking().extend(more) if more else self.masking()

    def find_signatures(self, headers: Mapping[str, str], body: bytes) -> tuple[str, ...]:
        """Those that would authenticate a call with these headers and this body, whatever path it
        was sent to.
        """
        found: tuple[str, ...] = ()
        for provider in self._providers.values():
            if provider.signatures is None:
                continue
            came = set(headers.values())
            for account in self._accounts.of(provider.id):
                if next(iter(account.credentials.values())) in came:
                    found += provider.signatures(account, headers, body)
        return found

    def _find_secrets(self) -> Iterable[str]:
        yield from self._more
        for provider in self._providers.values():
            for account in self._accounts.of(provider.id):
                for name, value in account.credentials.items():
                    if value is not None and name not in provider.account.public:
                        yield value
