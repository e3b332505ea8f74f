"""The cost of one call in process, as ratios within one run.

1. A complete mark-as-read (authentication, schema, store, journal) of each provider through the
   Flask app, against a bare Flask view that parses and answers JSON.
2. Marking a new message read, and adding one, with 1,000 and with 100,000 messages in the store.

Run: python bench/call.py
"""

import io
import json
import statistics
import time
from collections.abc import Callable, Iterable
from typing import Any

import flask

from mockserver import create_app
from mockserver.api.message import Message
from mockserver.api.operation import Operation, Purpose
from mockserver.api.provider import Provider, Signing
from mockserver.config import Settings
from mockserver.registry import find_providers
from mockserver.sandbox.clock import SystemClock
from mockserver.web.flask_app import App

ROUNDS = 15
CALLS = 1_000
FEW, MANY = 1_000, 100_000
PER_CONVERSATION = 2  # marking the second also marks the first, where a provider does that

Environ = dict[str, Any]


def environ(path: str, headers: dict[str, str], body: bytes) -> Environ:
    """A request as a server hands it to an application."""
    named = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    content_type = named.pop("HTTP_CONTENT_TYPE", "application/json")
    return {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8080",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "127.0.0.1:8080",
        "HTTP_USER_AGENT": "bench",
        "HTTP_ACCEPT": "*/*",
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        **named,
    }


def microseconds(app: flask.Flask, environs: Iterable[Environ], success: int) -> float:
    """Mean time of a call. Fails where an answer is not the success that is measured."""
    prepared = list(environs)
    statuses: list[str] = []
    started = time.perf_counter()
    for each in prepared:
        b"".join(app(each, lambda status, *_: statuses.append(status)))  # type: ignore[arg-type]
    took = time.perf_counter() - started
    wrong = [status for status in statuses if not status.startswith(str(success))]
    assert not wrong, wrong[:3]
    return took / len(prepared) * 1e6


def bare_app() -> flask.Flask:
    app = flask.Flask("bare")

    @app.post("/v1/<number>/messages")
    def answer(number: str) -> flask.Response:
        sent = flask.request.get_json()
        data = {
            "id": "msg_1",
            "object": "message",
            "status": "read",
            "message_id": sent["message_id"],
        }
        return flask.jsonify({"data": data, "request_id": "req_1"})

    return app


def receipt_of(provider: Provider) -> Operation:
    operation = provider.operation_to(Purpose.MARK_AS_READ)
    assert operation is not None
    return operation


def receipts(app: App, provider: Provider, messages: list[Message]) -> list[Environ]:
    """A valid mark-as-read for each of the messages."""
    account = app.sandboxes.default.accounts.of(provider.id)[0]
    operation = receipt_of(provider)
    prepared = []
    for message in messages:
        arguments, content = operation.sample(account, message)
        body = b"" if content is None else json.dumps(content).encode()
        headers = provider.sign(Signing(account, operation, body, SystemClock().now()))
        prepared.append(environ(operation.paths[0].format(**arguments), headers, body))
    return prepared


def against_bare(provider: Provider) -> tuple[float, float, float]:
    """Medians of: a call, a bare call, the ratio round by round."""
    app, bare = create_app(), bare_app()
    [message] = app.sandboxes.default.messages.all(
        provider=provider.id, direction="inbound", read_at=None
    )[-1:]
    body = json.dumps({"message_id": message.id}).encode()
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(
            microseconds(
                app, receipts(app, provider, [message] * CALLS), receipt_of(provider).success
            )
        )
        plain = (environ("/v1/1/messages", {}, body) for _ in range(CALLS))
        theirs.append(microseconds(bare, plain, 200))
    ratios = [a / b for a, b in zip(ours, theirs, strict=True)]
    return statistics.median(ours), statistics.median(theirs), statistics.median(ratios)


def filled(
    provider: Provider, count: int, settings: Settings | None = None
) -> tuple[App, list[Message]]:
    """An app with ``count`` more unread messages, in conversations of the same length."""
    app = create_app(settings or Settings(journal=1_000))
    account = app.sandboxes.default.accounts.of(provider.id)[0]
    now = app.sandboxes.default.now()
    messages = [
        Message(
            id=f"bench-{place}",
            provider=provider.id,
            account=account.label,
            direction="inbound",
            business_number=account.numbers[0].number,
            customer=f"+62{place // PER_CONVERSATION:09d}",
            type="text",
            content='{"body":"Halo"}',
            received_at=now - count + place,
            sequence=0,
            external_id=f"msg_{place}",
        )
        for place in range(count)
    ]
    sandbox = app.sandboxes.default
    placed = [sandbox.messages.draft(message) for message in messages]
    sandbox.change(placed)
    return app, messages


def marking(provider: Provider, count: int) -> float:
    """Marking unread messages, the last of as many conversations spread over the whole store."""
    app, messages = filled(provider, count)
    last = messages[PER_CONVERSATION - 1 :: PER_CONVERSATION]
    chosen = last[:: len(last) // (FEW // PER_CONVERSATION)]
    warm = receipts(app, provider, chosen[:100])
    microseconds(app, warm, receipt_of(provider).success)
    return microseconds(app, receipts(app, provider, chosen[100:]), receipt_of(provider).success)


def adding(provider: Provider, count: int) -> float:
    app, _ = filled(provider, count)
    path = "/_mock/sandboxes/default/messages"
    calls = (
        environ(
            path,
            {},
            json.dumps(
                {"provider": provider.id, "from": f"+62{place:09d}", "text": "Hai"}
            ).encode(),
        )
        for place in range(CALLS)
    )
    return microseconds(app, calls, 201)


def scaled(
    measure: Callable[[Provider, int], float], provider: Provider
) -> tuple[float, float, float]:
    """Medians of: with few messages, with many, the ratio round by round."""
    few, many = [], []
    for _ in range(9):
        few.append(measure(provider, FEW))
        many.append(measure(provider, MANY))
    ratios = [b / a for a, b in zip(few, many, strict=True)]
    return statistics.median(few), statistics.median(many), statistics.median(ratios)


def main() -> None:
    providers = find_providers().providers.values()
    print(f"{'mark-as-read in process':<28}{'call':>9}{'bare view':>12}{'ratio':>8}")
    for provider in providers:
        ours, bare, ratio = against_bare(provider)
        print(f"{provider.id:<28}{ours:>6.1f} µs{bare:>9.1f} µs{ratio:>8.2f}")
    print(f"\n{'by size of the store':<28}{FEW:>9,}{MANY:>12,}{'ratio':>8}")
    for provider in providers:
        for name, measure in (("mark", marking), ("add", adding)):
            few, many, ratio = scaled(measure, provider)
            print(f"{provider.id + ' ' + name:<28}{few:>6.1f} µs{many:>9.1f} µs{ratio:>8.2f}")


if __name__ == "__main__":
    main()
