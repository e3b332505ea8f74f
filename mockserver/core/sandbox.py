"""What the pipeline and the administration need of a sandbox, as small interfaces."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from mockserver.core.account import Account
from mockserver.core.call import Call, Reply
from mockserver.core.injection import Injection
from mockserver.core.ports import World
from mockserver.core.provider import Exchange


class Rule(Protocol):
    id: str

    def to_json(self) -> dict[str, Any]: ...


class Faults(Protocol):
    """The fault rules of one sandbox, in order of creation."""

    def strike(self, exchange: Exchange) -> Injection | None:
        """Count the call against every rule that matches; None where none strikes.

        Raises Refused for a bad header.
        """

    def transcript(self) -> list[dict[str, Any]]:
        """What struck whom, in order."""

    def forget(self) -> None:
        """Clear, and begin to count and to write down anew."""

    def retried(self, exchange: Exchange) -> str | None:
        """The id of an equal call of the last ten minutes whose answer a fault had taken."""

    def add(self, data: Any) -> Rule:
        """Raises Refused with the list of what exists; nothing is stored then."""

    def all(self) -> Sequence[Rule]: ...

    def remove(self, rule_id: str) -> bool: ...

    def scenarios(self) -> list[dict[str, Any]]: ...

    def apply(self, name: str) -> None:
        """The rules of a scenario in place of those that are there. Raises Refused."""

    def replace(self, rules: list[Any]) -> None:
        """All or none of them in place of those that are there. Raises Refused."""

    def clear(self) -> None: ...


@dataclass(slots=True)
class Outcome:
    """How a call went, for the journal.

    ``exchange`` is None where the path is no provider's; ``error`` is the catalogue's name.
    ``natural`` is the answer without faults, where some struck; ``committed`` whether the call's
    work was done; ``retry_of`` the entry of an equal call whose answer a fault had taken.
    """

    call: Call
    reply: Reply
    exchange: Exchange | None = None
    error: str | None = None
    injection: Injection | None = None
    natural: Reply | None = None
    committed: bool = False
    retry_of: str | None = None
    duration_ms: float = 0.0


class Journal(Protocol):
    """The newest calls, oldest first."""

    def record(self, outcome: Outcome) -> None: ...

    def entries(
        self, keep: Callable[[Mapping[str, Any]], bool], newest: int | None = None
    ) -> list[dict[str, Any]]:
        """Those to keep, all or so many of the newest."""

    def clear(self) -> None: ...


class Sandbox(World, Protocol):
    """An isolated world."""

    id: str

    @property
    def faults(self) -> Faults: ...
    @property
    def journal(self) -> Journal: ...

    def account(self, provider: str, credential: str | None) -> Account | None:
        """The account that a request's first credential names."""

    def accounts(self, provider: str) -> tuple[Account, ...]: ...

    def reset(self) -> None:
        """Back to the fixtures, without rules and journal."""
