"""What the administration answers, as an OpenAPI document."""

import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any, Protocol

from marshmallow import Schema

from mockserver.api.call import JSON
from mockserver.api.header import Header
from mockserver.openapi.document import Document, Json, describe_header, describe_parameter

PLACEHOLDER = re.compile(r"\{(\w+)(:rest)?\}")
READ = ("GET", "HEAD")
OF_EVERY_ANSWER = (Header("X-Mock-Request-Id", "the id of the answer, which no other has"),)
REASONS = {
    400: "what was sent is wrong; nothing was changed",
    401: "the administration's token is needed",
    403: "a page of another origin, or a name that is not the server's",
    404: "what the path names is not there",
    409: "it is there already, or cannot be done now",
    413: "the body is too large",
    429: "there are too many",
    500: "the server cannot use a file of its own",
    501: "the server lacks an extra that this needs",
    503: "the server cannot work",
    507: "the change could not be kept, and was not made",
}
"""Why a request is refused with each of the statuses."""
TOKEN = {
    "type": "http",
    "scheme": "bearer",
    "description": "needed where the server was started with --admin-token",
}


class Manual(Protocol):
    """What a fault rule can be: the type's settings stand in its ``fault``, beside ``type``."""

    @property
    def rule(self) -> Schema: ...
    @property
    def types(self) -> Mapping[str, tuple[str, Schema]]: ...


class Route(Protocol):
    """A handler of the administration as it describes itself."""

    @property
    def handler(self) -> Callable[..., Any]: ...
    @property
    def status(self) -> int: ...
    @property
    def shape(self) -> str | None: ...
    @property
    def query(self) -> Sequence[str]: ...
    @property
    def body(self) -> Schema | str | None: ...
    @property
    def optional(self) -> bool: ...
    @property
    def refuses(self) -> Sequence[int]: ...
    @property
    def media_type(self) -> str: ...
    @property
    def open(self) -> bool: ...
    @property
    def also(self) -> Mapping[int, str]: ...


def describe_administration(
    routes: Mapping[str, Mapping[str, Route]],
    shapes: ModuleType,
    bodies: Mapping[str, Manual | list[Schema]],
    choices: Mapping[str, Sequence[str]],
    version: str,
) -> Json:
    """The document, without servers. ``shapes`` holds schemas by their names, and ``bodies`` are
    those of requests that depend on what there is, as ``choices`` of parameters do.
    """
    text = "Sandboxes, messages, fault rules and the journal of the server."
    writer = Writer(Document("mockserver administration", version, text), shapes, choices)
    writer.add_bodies(bodies)
    writer.document.spec.components.security_scheme("token", TOKEN)
    for path, handlers in routes.items():
        operations = {
            method.lower(): writer.describe_route(path, method, route)
            for method, route in handlers.items()
        }
        writer.document.spec.path(PLACEHOLDER.sub(r"{\1}", path), operations=operations)
    return {**writer.document.to_dict(), "security": [{"token": []}, {}]}


class Writer:
    """Describes routes in a document."""

    def __init__(
        self, document: Document, shapes: ModuleType, choices: Mapping[str, Sequence[str]]
    ) -> None:
        self.document = document
        self._shapes = shapes
        self._choices = choices

    def add_bodies(self, bodies: Mapping[str, Manual | list[Schema]]) -> None:
        for name, body in bodies.items():
            if isinstance(body, list):
                schemas = [self.document.describe(each) for each in body]
                self.document.add(name, {"anyOf": schemas})
            else:
                self._add_rule(name, body)

    def _add_rule(self, name: str, manual: Manual) -> None:
        kinds = {}
        for kind, (text, settings) in manual.types.items():
            described = self.document.describe(settings)
            described["properties"]["type"] = {"type": "string", "const": kind}
            described["required"] = [*described.get("required", ()), "type"]
            titled = "".join(part.capitalize() for part in kind.split("_"))
            kinds[kind] = self.document.add(f"{titled}Fault", {**described, "description": text})
        rule = self.document.describe(manual.rule)
        rule["properties"]["fault"] = {"anyOf": list(kinds.values())}
        self.document.add(name, rule)

    def describe_route(self, path: str, method: str, route: Route) -> Json:
        summary, _, more = (inspect.getdoc(route.handler) or "").partition("\n\n")
        described: Json = {
            "operationId": route.handler.__name__,
            "tags": [route.handler.__module__.rpartition(".")[2]],
            "summary": " ".join(summary.split()),
            "parameters": [*self._list_placeholders(path), *self._list_query(route)],
            "responses": self._describe_answers(path, method, route),
        }
        if route.open:
            described["security"] = []
        if more:
            described["description"] = " ".join(more.split())
        if route.body is not None:
            content = {JSON: {"schema": self._refer(route.body)}}
            described["requestBody"] = {"required": not route.optional, "content": content}
        return described

    def _list_query(self, route: Route) -> Iterator[Json]:
        for name in route.query:
            yield describe_parameter(name, "query", {"schema": self._describe_value(name)})

    def _list_placeholders(self, path: str) -> Iterator[Json]:
        for name, rest in PLACEHOLDER.findall(path):
            step = {"minLength": 1} if rest else {"minLength": 1, "pattern": "^[^/]+$"}
            schema = step | self._describe_value(name)
            yield describe_parameter(name, "path", {"required": True, "schema": schema})

    def _describe_value(self, name: str) -> Json:
        if name in self._choices:
            return {"type": "string", "enum": list(self._choices[name])}
        known = self._shapes.PARAMETERS.get(name)
        return {"type": "string"} if known is None else self.document.describe(known)

    def _describe_answers(self, path: str, method: str, route: Route) -> Json:
        success: Json = {"description": "done"}
        if route.shape is not None:
            success["content"] = {route.media_type: {"schema": self._refer(route.shape)}}
        elif route.media_type != JSON:
            success["content"] = {route.media_type: {"schema": {"type": "string"}}}
        answers = {str(route.status): success}
        error = {JSON: {"schema": self._refer("Error")}}
        for status in sorted({*_find_refusals(path, method, route), *route.refuses}):
            answers[str(status)] = {"description": REASONS[status], "content": error}
        for status, shape in route.also.items():
            content = {JSON: {"schema": self._refer(shape)}}
            answers[str(status)] = {"description": REASONS[status], "content": content}
        headers = {each.name: describe_header(each) for each in OF_EVERY_ANSWER}
        return {status: {**answer, "headers": headers} for status, answer in answers.items()}

    def _refer(self, schema: Schema | str) -> Json:
        """By the name of a schema, or of a body that was added."""
        if not isinstance(schema, str):
            return self.document.refer(schema)
        named = getattr(self._shapes, f"{schema}Schema", None)
        if named is not None:
            return self.document.refer(named)
        if schema not in self.document.spec.components.schemas:
            raise LookupError(f"no shape has the name {schema}")
        return {"$ref": f"#/components/schemas/{schema}"}


def _find_refusals(path: str, method: str, route: Route) -> Iterator[int]:
    """What follows from what a route is."""
    if not route.open:
        yield from (401, 403)
    if "{" in path:
        yield 404
    if route.query or route.body is not None:
        yield 400
    if route.body is not None:
        yield 413
    if method not in READ:
        yield 507
