"""The documents of a server, and what stands in them."""

import functools
from collections.abc import Iterator
from typing import Any

import requests

from tests.derived import PROVIDERS

Json = dict[str, Any]
ADMINISTRATION = "openapi.json"
DOCUMENTS = (ADMINISTRATION, *(f"openapi/{id}.json" for id in PROVIDERS))


@functools.cache
def fetch(url: str, path: str) -> Json:
    """What the administration of the server answered when it was first asked."""
    answer = requests.get(f"{url}/_mock/{path}", timeout=10)
    answer.raise_for_status()
    told: Json = answer.json()
    return told


def operations_of(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def contents_of(document: Json) -> Iterator[tuple[str, Json]]:
    """Everything that has a schema and may have examples, and where it is."""
    for path, method, operation in operations_of(document):
        where = f"{method.upper()} {path}"
        for parameter in operation.get("parameters", ()):
            yield f"{where} {parameter['name']}", parameter
        for content in operation.get("requestBody", {}).get("content", {}).values():
            yield f"{where} body", content
        for status, response in operation["responses"].items():
            for content in response.get("content", {}).values():
                yield f"{where} {status}", content


def list_examples(content: Json) -> list[Any]:
    told = [each["value"] for each in content.get("examples", {}).values()]
    return [*told, content["example"]] if "example" in content else told


def examples_of(document: Json, path: str, method: str) -> tuple[dict[str, str], Any]:
    """What stands in the path of the example, and its body."""
    operation = document["paths"][path][method.lower()]
    arguments = {
        each["name"]: each["example"] for each in operation["parameters"] if "example" in each
    }
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    return arguments, list_examples(body)[0] if body else None
