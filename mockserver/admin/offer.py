"""Whether the server is well, and what it offers."""

from typing import Any

from mockserver.admin.described import described
from mockserver.admin.desk import Desk, Inquiry
from mockserver.api.call import Reply
from mockserver.api.operation import Operation
from mockserver.api.provider import Provider
from mockserver.text.mistakes import Refused


@described(200, "Health", open=True)
def tell_alive(desk: Desk, inquiry: Inquiry) -> Reply:
    """Whether the process is alive."""
    return Reply(200, {"status": "ok", "version": desk.version})


@described(200, "Health", refuses=(503,), open=True)
def tell_ready(desk: Desk, inquiry: Inquiry) -> Reply:
    """Whether it can work.

    A write is tried where the last one failed. Raises Refused where that fails too.
    """
    try:
        desk.sandboxes.require_kept()
    except Refused as refused:
        raise Refused("not_ready", refused.message, refused.hint, status=503) from None
    return Reply(200, {"status": "ok", "version": desk.version})


@described(200, "Providers")
def list_providers(desk: Desk, inquiry: Inquiry) -> Reply:
    """The providers, with their operations and every documented error."""
    base_url = inquiry.call.base_url
    described = [describe_provider(provider, base_url) for provider in desk.providers.values()]
    return Reply(200, {"providers": described})


def describe_provider(provider: Provider, base_url: str) -> dict[str, Any]:
    """A provider with its operations and its catalogue, as JSON."""
    return {
        "id": provider.id,
        "base_url": f"{base_url}/{provider.id}",
        "hosts": list(provider.hosts),
        "operations": [_describe_operation(provider, each) for each in provider.operations],
        "not_emulated": [
            {
                "name": each.name,
                "method": each.method,
                "path": each.path,
                "source": each.source,
            }
            for each in provider.not_emulated
        ],
        "errors": [
            {
                "name": row.name,
                "status": row.spec.status,
                "code": row.spec.code,
                "message": row.spec.message,
                "when": row.spec.when,
                "source": row.spec.source,
                "proof": row.spec.proof,
            }
            for row in provider.errors
        ],
    }


def _describe_operation(provider: Provider, operation: Operation) -> dict[str, Any]:
    return {
        "name": operation.name,
        "purpose": operation.purpose.value,
        "method": operation.method,
        "path": operation.paths[0],
        "aliases": list(operation.paths[1:]),
        "checks": [check.name for check in operation.checks],
        "errors": [row.name for row in provider.rows_of(operation)],
        "source": operation.source,
    }
