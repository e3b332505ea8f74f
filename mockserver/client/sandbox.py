"""A sandbox of a running server."""

from base64 import b64encode
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from mockserver.client.account import Provider
from mockserver.client.clock import Clock
from mockserver.client.connection import Connection, quote_name
from mockserver.client.failures import is_told_in_words
from mockserver.client.journal import Message, read_message
from mockserver.client.values import write_duration
from mockserver.client.watching import Watched

__tracebackhide__ = is_told_in_words
CUSTOMER = "+628123456789"
"""Who writes where nobody is named."""


class Sandbox(Watched):
    """A world of a test's own: accounts, messages, rules, clock and journal.

    ``document`` is what it was when it was made; each provider in it is an attribute of its id,
    such as ``sandbox.kirim.base_url``, and ``sandbox["kirim"]`` as well. ``clock`` is its time.
    """

    def __init__(
        self, connection: Connection, document: Mapping[str, Any], *, kept: bool = False
    ) -> None:
        super().__init__(connection)
        self.document = document
        self.id: str = document["id"]
        self.seed: int = document["seed"]
        self.providers: Mapping[str, Provider] = {
            name: Provider(name, each) for name, each in document["providers"].items()
        }
        self.clock = Clock(self.ask)
        self._kept = kept

    @property
    def url(self) -> str:
        """Where the administration has it."""
        return f"{self._connection.url}/_mock/sandboxes/{quote_name(self.id)}"

    def __getitem__(self, provider: str) -> Provider:
        if provider not in self.providers:
            known = ", ".join(self.providers)
            raise LookupError(f"no such provider: {provider!r}; there are {known}")
        return self.providers[provider]

    def __getattr__(self, name: str) -> Provider:
        known = self.__dict__.get("providers", {})
        if name not in known:
            there = f"; its providers are {', '.join(known)}" if known else ""
            raise AttributeError(f"a sandbox has no {name!r}{there}")
        found: Provider = known[name]
        return found

    def headers(self, provider: str, body: bytes | str = b"", **how: Any) -> dict[str, str]:
        """The headers that authenticate a call with exactly this body, signed now where the
        provider wants that.

        ``how``: ``account`` its label, ``operation``, ``options`` what to do differently.
        """
        sent = body.encode() if isinstance(body, str) else body
        wish = {"provider": provider, "body_base64": b64encode(sent).decode(), **how}
        headers: dict[str, str] = self.ask("POST", "/sign", wish)["headers"]
        return headers

    def customer_writes(
        self, provider: str, text: str = "Halo", *, customer: str = CUSTOMER, **more: Any
    ) -> Message:
        """A customer writes to a business number of the provider.

        ``more``: ``account`` its label, ``to`` one of its numbers, ``id``, ``age`` how long ago;
        for another kind than text its ``type`` and, under that name, its content.
        """
        wish = {"provider": provider, "from": customer, **more}
        if "type" not in more:
            wish["text"] = text
        if "age" in more:
            wish["age"] = write_duration(more["age"])
        return read_message(self.ask("POST", "/messages", wish))

    # Making calls fail

    def fail(
        self,
        provider: str | None,
        what: str,
        *,
        times: int | None = None,
        match: Mapping[str, Any] | None = None,
        schedule: Mapping[str, Any] | None = None,
        when: str | None = None,
        **settings: Any,
    ) -> dict[str, Any]:
        """Have calls to the provider fail, to all where it is None: the rule, as it was made.

        ``what`` is the name of a documented error, such as ``LOW_BALANCE``, or a type of fault,
        such as ``latency`` with the setting ``ms=300``. ``match`` and ``schedule`` say which
        calls and how often, ``times`` is one of the latter; ``when="after"`` does the work first.
        """
        rule = write_rule(
            provider, what, times=times, match=match, schedule=schedule, when=when, **settings
        )
        made: dict[str, Any] = self.ask("POST", "/faults", rule)
        return made

    def faults(self) -> list[dict[str, Any]]:
        """The rules that there are."""
        found: list[dict[str, Any]] = self.ask("GET", "/faults")["faults"]
        return found

    def clear_faults(self) -> None:
        """All is well from here on."""
        self.ask("DELETE", "/faults")

    def scenario(self, name: str, *, add: bool = False) -> None:
        """Have a scenario's rules in place of those that there are, or beside them."""
        self.ask("POST", f"/scenarios/{quote_name(name)}", {"add": add})

    # As a whole

    def env(self) -> dict[str, str]:
        """Variables for an application: of every provider ``<ID>_BASE_URL``, and of its first
        account the credentials, the first number and the ids of that, such as ``<ID>_API_KEY``;
        besides ``MOCKSERVER_URL`` and ``MOCKSERVER_SANDBOX``.
        """
        told = {"MOCKSERVER_URL": self._connection.url, "MOCKSERVER_SANDBOX": self.id}
        for each in self.providers.values():
            values = {"base_url": each.base_url}
            for account in each.accounts[:1]:
                values |= account.credentials
                for number in account.numbers[:1]:
                    values |= {"number": number.number, **number.ids}
            told |= {f"{each.id}_{name}".upper(): value for name, value in values.items()}
        return told

    def patch_account(self, provider: str, label: str, **changes: Any) -> None:
        """Change its ``condition``, or its ``numbers``: a list of ``{"number", "state"}``."""
        path = f"/accounts/{quote_name(provider)}/{quote_name(label)}"
        self.ask("PATCH", path, changes)

    def reset(self) -> None:
        """Back to what it began with, without journal."""
        self.ask("POST", "/reset")

    def close(self) -> None:
        """Remove it, with all that is in it. Raises Refusal where it is gone already."""
        self.ask("DELETE")

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self._kept:
            self.close()

    def __repr__(self) -> str:
        return f"<Sandbox {self.id} at {self._connection.url}>"


def write_rule(provider: str | None, what: str, **how: Any) -> dict[str, Any]:
    """The fault rule that ``Sandbox.fail`` makes of the same arguments."""
    given = {name: how.pop(name, None) for name in ("times", "match", "schedule", "when", "seed")}
    named = {"error": what} if what.isupper() else {}
    rule: dict[str, Any] = {"fault": {"type": "error" if named else what, **named, **how}}
    match = {"provider": provider} if provider is not None else {}
    schedule = {"times": given["times"]} if given["times"] is not None else {}
    rule["match"] = {**match, **(given["match"] or {})}
    rule["schedule"] = {**schedule, **(given["schedule"] or {})}
    return rule | {name: given[name] for name in ("when", "seed") if given[name] is not None}
