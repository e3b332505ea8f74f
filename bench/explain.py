"""The cost of explaining a call, at its worst.

1. A refused signature that no usual mistake gives, so that all of them are tried: of a short body
   and of bodies of just under 64 KiB.
2. An unknown message id, with 100,000 messages in the store, that is like none of them.

Run: python bench/explain.py
"""

import json
import statistics
import time
from collections.abc import Iterator
from typing import Any

from call import MANY, filled

from mockserver import create_app
from mockserver.api.operation import Operation, Purpose
from mockserver.api.provider import Provider, Signing
from mockserver.config import Settings
from mockserver.registry import find_providers
from mockserver.web.flask_app import App

ROUNDS = 9
STATE = "/_mock/sandboxes/default/requests/last/explain"
JSON = {"Content-Type": "application/json"}
BODIES: dict[str, Any] = {
    "short body": {},
    "64 KiB, one text": {"filler": "x" * 65_000},
    "64 KiB, numbers": {"filler": [1] * 21_500},
    "64 KiB, an object": {"filler": {str(each): each for each in range(4_600)}},
}


def receipt_of(provider: Provider) -> Operation:
    operation = provider.operation_to(Purpose.MARK_AS_READ)
    assert operation is not None
    return operation


def explain(app: App) -> float:
    """Milliseconds of the processor, the median of some: others on the machine do not count."""
    client, took = app.test_client(), list[float]()
    for _ in range(ROUNDS):
        started = time.thread_time()
        answer = client.get(STATE)
        took.append((time.thread_time() - started) * 1_000)
        assert answer.status_code == 200
    return statistics.median(took)


def refuse_signatures(provider: Provider) -> Iterator[tuple[str, float]]:
    app = create_app(Settings())
    sandbox = app.sandboxes.default
    account, operation = sandbox.accounts.of(provider.id)[0], receipt_of(provider)
    for name, more in BODIES.items():
        content = {**(operation.sample(account, sandbox.messages.all()[0])[1] or {}), **more}
        body = json.dumps(content).encode()
        headers = provider.sign(Signing(account, operation, b"another body", sandbox.now()))
        client = app.test_client()
        client.post(operation.paths[0], data=body, headers={**JSON, **headers})
        yield f"{provider.id}, signature, {name}", explain(app)


def ask_for_an_unknown_message(provider: Provider) -> float:
    """Milliseconds, also where such a receipt is accepted and noted as unmatched."""
    app, messages = filled(provider, MANY)
    account, operation = app.sandboxes.default.accounts.of(provider.id)[0], receipt_of(provider)
    unknown = messages[-1]._replace(id="Q" * 70)
    arguments, content = operation.sample(account, unknown)
    body = b"" if content is None else json.dumps(content).encode()
    headers = provider.sign(Signing(account, operation, body, app.sandboxes.default.now()))
    path = f"/{provider.id}{operation.path_for(arguments)}"
    app.test_client().post(path, data=body, headers=headers)
    return explain(app)


def main() -> None:
    providers = find_providers().providers.values()
    for provider in providers:
        if provider.signed:
            for name, took in refuse_signatures(provider):
                print(f"{name}: {took:.1f} ms")
    for provider in providers:
        took = ask_for_an_unknown_message(provider)
        print(f"{provider.id}, unknown message among {MANY:,}: {took:.1f} ms")


if __name__ == "__main__":
    main()
