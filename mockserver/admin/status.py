"""Whether the server is well, and what it offers."""

from typing import Any

from mockserver.admin.desk import Desk
from mockserver.core.account import Account
from mockserver.core.call import Call, Reply
from mockserver.core.provider import Operation, Provider


def ready(desk: Desk, call: Call) -> Reply:
    return Reply(200, {"status": "ok", "version": desk.version})


def providers(desk: Desk, call: Call) -> Reply:
    described = [describe(provider, call.base_url) for provider in desk.providers.values()]
    return Reply(200, {"providers": described})


def sandbox(desk: Desk, call: Call) -> Reply:
    shown = {
        provider: {
            "base_url": f"{call.base_url}/{provider}",
            "accounts": [_account(each) for each in desk.sandbox.accounts(provider)],
        }
        for provider in desk.providers
    }
    return Reply(200, {"id": desk.sandbox.id, "providers": shown})


def reset(desk: Desk, call: Call) -> Reply:
    desk.sandbox.reset()
    return Reply(204)


def describe(provider: Provider, base_url: str) -> dict[str, Any]:
    """A provider with its operations and its catalogue, as JSON."""
    return {
        "id": provider.id,
        "base_url": f"{base_url}/{provider.id}",
        "hosts": list(provider.hosts),
        "operations": [_operation(each) for each in provider.operations],
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


def _operation(operation: Operation) -> dict[str, Any]:
    return {
        "name": operation.name,
        "method": operation.method,
        "path": operation.paths[0],
        "aliases": list(operation.paths[1:]),
        "errors": [row.name for row in operation.errors],
        "source": operation.source,
    }


def _account(account: Account) -> dict[str, Any]:
    numbers = [{"number": each.number, **each.ids, "state": each.state} for each in account.numbers]
    return {
        "label": account.label,
        **account.credentials,
        "condition": account.condition,
        "numbers": numbers,
    }
