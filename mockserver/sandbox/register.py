"""Which sandbox goes by an id, a code or a credential."""

import secrets
from collections.abc import Iterable
from functools import partial
from threading import RLock

from mockserver.sandbox.accounts import Credential
from mockserver.sandbox.beginning import name_by_code
from mockserver.sandbox.world import Sandbox
from mockserver.text.mistakes import Refused
from mockserver.text.secrets import mask_secret

CODES = 10**8


class Register:
    """The sandboxes by all that they are called. ``lock`` is held by whoever changes them."""

    def __init__(self) -> None:
        self.lock = RLock()
        """Of all of them, taken after that of one: nobody waits for one while holding it."""
        self.by_id: dict[str, Sandbox] = {}
        """In the order that they were made."""
        self.by_code: dict[str, Sandbox] = {}
        self.by_credential: dict[tuple[str, str | None], Sandbox] = {}

    def enter(self, sandbox: Sandbox) -> None:
        self.by_id[sandbox.id] = sandbox
        if sandbox.code is not None:
            self.by_code[sandbox.code] = sandbox
        sandbox.accounts.follow(partial(self._follow_credentials, sandbox))

    def remove(self, sandbox: Sandbox) -> None:
        del self.by_id[sandbox.id]
        if sandbox.code is not None:
            del self.by_code[sandbox.code]
        self._follow_credentials(sandbox, set(sandbox.accounts.credentials()), set())

    def credentials(self) -> set[str]:
        """Every credential of every sandbox, public ones too."""
        with self.lock:
            return {value for _, value in self.by_credential if value is not None}

    def draw_code(self) -> str:
        """One that no sandbox has, nor goes by."""
        while True:
            code = f"{secrets.randbelow(CODES):08d}"
            if code not in self.by_code and name_by_code(code) not in self.by_id:
                return code

    def require_unused(self, credentials: Iterable[Credential]) -> None:
        """Raises Refused where a sandbox has one of them."""
        for provider, value in credentials:
            other = self.by_credential.get((provider, value))
            if other is not None:
                message = f"the sandbox {other.id} has the credential {mask_secret(value)} of "
                hint = "leave credentials out to get new ones"
                raise Refused("credential_taken", message + provider, hint, status=409)

    def _follow_credentials(
        self, sandbox: Sandbox, gone: set[Credential], new: set[Credential]
    ) -> None:
        """Keep in mind whose a credential is: what another sandbox has already stays its own."""
        with self.lock:
            for credential in gone:
                if self.by_credential.get(credential) is sandbox:
                    del self.by_credential[credential]
            for credential in new:
                self.by_credential.setdefault(credential, sandbox)
