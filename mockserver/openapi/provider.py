"""What one provider answers, as an OpenAPI document."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from mockserver.api.call import JSON
from mockserver.api.catalogue import Catalogue, Fail
from mockserver.api.header import BEARER, Header
from mockserver.api.operation import Operation, Sample, Shape
from mockserver.api.provider import Provider
from mockserver.openapi.document import (
    Document,
    Json,
    describe_header,
    describe_parameter,
    list_examples,
    tell_source,
)

PLACEHOLDER = re.compile(r"\{(\w+)\}")
REQUEST_ID = "req_01JD8Z0V9Q5S3T7W2X4Y6Z8A0B"
SUCCESS = "the answer to a call that succeeds"
OF_EVERY_ANSWER = (
    Header("X-Mock-Request-Id", "the id of the call's entry in the journal of this server"),
    Header("X-Mock-Reason", "why it failed, with --explain-header", required=False),
    Header("X-Mock-Fault", "the rule that made the call fail, where one did", required=False),
)
OF_STATUSES = {
    405: (Header("Allow", "the methods that there are"),),
    429: (Header("Retry-After", "seconds to wait", required=False),),
}


def describe_provider(
    provider: Provider, version: str, samples: Mapping[str, Sample]
) -> dict[str, Any]:
    """The document, without servers. ``samples`` are valid calls by the operation's name."""
    document = Document(f"{provider.title} (emulated)", version, _introduce(provider))
    security = _describe_security(document, provider)
    paths: dict[str, Json] = {}
    for operation in provider.operations:
        for place, path in enumerate(operation.paths):
            described = _describe_operation(document, provider, operation, path, samples)
            described["operationId"] = operation.name + (f"_{place + 1}" if place else "")
            described["security"] = security
            paths.setdefault(path, {})[operation.method.lower()] = described
    for path, operations in paths.items():
        document.spec.path(path, operations=operations)
    return document.to_dict()


def list_servers(provider: Provider, base_url: str) -> list[Json]:
    """This one by the provider's prefix, and the hosts that it stands in for."""
    here = {"url": f"{base_url}/{provider.id}", "description": "mockserver"}
    real = (
        {"url": f"https://{host}", "description": f"{provider.title} itself"}
        for host in provider.hosts
    )
    return [here, *real]


def _introduce(provider: Provider) -> str:
    lines = [f"What mockserver emulates of the API of {provider.title}."]
    if provider.not_emulated:
        lines += ["", "Documented, and not emulated yet:", ""]
        lines += [f"- `{each.method} {each.path}`" for each in provider.not_emulated]
    return "\n".join(lines)


def _describe_security(document: Document, provider: Provider) -> list[Json]:
    """What is to be sent all together."""
    needed: Json = {}
    for header in provider.headers:
        if header.credential:
            bearer = header.name == BEARER.name
            kind = {"type": "http", "scheme": "bearer"} if bearer else _in_header(header.name)
            name = "bearer" if bearer else header.name
            scheme = {**kind, "description": header.help}
            document.spec.components.security_scheme(name, scheme)
            needed[name] = []
    return [needed] if needed else []


def _in_header(name: str) -> Json:
    return {"type": "apiKey", "in": "header", "name": name}


def _describe_operation(
    document: Document,
    provider: Provider,
    operation: Operation,
    path: str,
    samples: Mapping[str, Sample],
) -> Json:
    arguments, body = samples.get(operation.name, ({}, None))
    canonical = operation.paths[0]
    same = "" if path == canonical else f"The same as `{operation.method} {canonical}`. "
    described: Json = {
        "summary": operation.name.replace("_", " ").capitalize(),
        "description": f"{same}Source: {operation.source}",
        "parameters": list(_list_parameters(provider, operation, path, arguments)),
        "responses": _describe_answers(document, provider, operation),
        **tell_source(operation.source),
    }
    if operation.request is not None:
        content = {"schema": document.refer(operation.request)}
        if body is not None:
            content["examples"] = list_examples([("valid", "a valid call", body)])
        described["requestBody"] = {"required": True, "content": {JSON: content}}
    return described


def _list_parameters(
    provider: Provider, operation: Operation, path: str, arguments: Mapping[str, str]
) -> Iterator[Json]:
    for name in PLACEHOLDER.findall(path):
        example = {"example": arguments[name]} if name in arguments else {}
        schema = {"type": "string", "minLength": 1, "pattern": "^[^/]+$"}
        yield describe_parameter(name, "path", {"required": True, "schema": schema, **example})
    for header in (*provider.headers, *operation.headers):
        if not header.credential:
            yield describe_parameter(header.name, "header", describe_header(header))


def _describe_answers(document: Document, provider: Provider, operation: Operation) -> Json:
    rows: dict[int, list[Catalogue]] = {}
    for row in provider.rows_of(operation):
        rows.setdefault(row.spec.status, []).append(row)
    shapes: dict[int, list[Shape]] = {}
    for shape in operation.answers:
        shapes.setdefault(shape.status, []).append(shape)
    return {
        str(status): _describe_status(
            document, provider, status, shapes.get(status, []), rows.get(status, [])
        )
        for status in sorted({*rows, *shapes})
    }


def _describe_status(
    document: Document,
    provider: Provider,
    status: int,
    shapes: list[Shape],
    rows: list[Catalogue],
) -> Json:
    headers = (*OF_EVERY_ANSWER, *provider.answer_headers, *OF_STATUSES.get(status, ()))
    schemas: dict[str, list[Json]] = {}
    for shape in shapes:
        schemas.setdefault(shape.media_type, []).append(_describe_shape(document, shape))
    examples: dict[str, list[tuple[str, str, Any]]] = {}
    for row in rows:
        media_type, body = _exemplify(provider, row)
        examples.setdefault(media_type, []).append((row.name, row.spec.when, body))
        known = schemas.setdefault(media_type, [])
        failure = document.refer(provider.failure) if provider.failure else {}
        if failure not in known:
            known.append(failure)
    content = {
        media_type: _describe_content(there, examples.get(media_type, []))
        for media_type, there in schemas.items()
    }
    return {
        "description": "\n".join([*([SUCCESS] if shapes else ()), *map(_describe_row, rows)]),
        "headers": {header.name: describe_header(header) for header in headers},
        "content": content,
    }


def _describe_shape(document: Document, shape: Shape) -> Json:
    content = shape.content
    return document.refer(content) if isinstance(content, type) else document.describe(content)


def _describe_content(schemas: list[Json], examples: list[tuple[str, str, Any]]) -> Json:
    content: Json = {"schema": schemas[0] if len(schemas) == 1 else {"anyOf": schemas}}
    if examples:
        content["examples"] = list_examples(examples)
    return content


def _exemplify(provider: Provider, row: Catalogue) -> tuple[str, Any]:
    """The media type and the body: as the provider's page prints it, or as it would be."""
    reply = provider.envelope(Fail(row, row.spec.when), REQUEST_ID)
    return reply.media_type, reply.body if row.spec.example is None else row.spec.example


def _describe_row(row: Catalogue) -> str:
    spec = row.spec
    code = "" if spec.code is None else f" (`{spec.code}`)"
    only = "" if spec.by_state else "; by a fault rule only"
    return f"- `{row.name}`{code}: {spec.when}{only}. Source: {spec.source}"
