"""A running server."""

from collections.abc import Mapping
from types import TracebackType
from typing import Any

from mockserver.client.connection import PATIENCE, Connection, quote_name
from mockserver.client.failures import is_told_in_words
from mockserver.client.sandbox import Sandbox

__tracebackhide__ = is_told_in_words


class Mock:
    """A running server, by its URL.

    One connection is kept; several threads may use it. ``MOCKSERVER_ADMIN_TOKEN`` is sent where it
    is set. Every method raises ``Unreachable`` where no server answers, and ``Refusal`` where it
    says no; both are a ``MockError``.

        with Mock("http://127.0.0.1:8080").sandbox() as sandbox:
            message = sandbox.customer_writes("kirim", text="Halo")
    """

    def __init__(self, url: str) -> None:
        self.connection = Connection(url)

    @property
    def url(self) -> str:
        """The server's URL."""
        return self.connection.url

    def sandbox(self, **options: Any) -> Sandbox:
        """Make a sandbox, which is removed by its ``close`` or at the end of a ``with``.

        ``options`` are the keys that the server takes: ``id``, ``fixtures``, ``seed``, ``ttl``,
        ``scenario``, ``faults``, ``switches``, ``credentials``, ``snapshot``.
        """
        return Sandbox(self.connection, self.connection.ask("POST", "/sandboxes", options).json())

    def find(self, id: str = "default") -> Sandbox:
        """A sandbox that there is. At the end of a ``with`` it stays."""
        found = self.connection.ask("GET", f"/sandboxes/{quote_name(id)}").json()
        return Sandbox(self.connection, found, kept=True)

    def sandboxes(self) -> list[dict[str, Any]]:
        """All that there are, each ``{"id", "code", "calls", "messages", …}``."""
        found: list[dict[str, Any]] = self.ask("GET", "/sandboxes")["sandboxes"]
        return found

    def providers(self) -> list[dict[str, Any]]:
        """What each provider offers: operations, and every documented error."""
        found: list[dict[str, Any]] = self.ask("GET", "/providers")["providers"]
        return found

    def is_ready(self) -> bool:
        """Whether the server can work. Raises where it cannot be asked, or says why not."""
        told = self.ask("GET", "/readyz", timeout=3)
        return isinstance(told, Mapping) and told.get("status") == "ok"

    def ask(self, method: str, path: str, body: Any = None, *, timeout: float = PATIENCE) -> Any:
        """The JSON that the administration answers; ``path`` is what follows ``/_mock``."""
        return self.connection.ask(method, path, body, timeout=timeout).json()

    def close(self) -> None:
        """Let go of the connection."""
        self.connection.close()

    def __repr__(self) -> str:
        return f"<Mock at {self.url}>"

    def __enter__(self) -> "Mock":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
