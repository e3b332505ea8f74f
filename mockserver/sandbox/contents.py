"""Whether the content of a message, which is JSON as text, is that of its type."""

import json
from typing import Any

import orjson
from marshmallow import ValidationError

from mockserver.api.content import ContentSchema
from mockserver.sandbox.storage.memory import Document
from mockserver.text.validation import check_plain, first_mistake


def find_wrong_content(message: Document) -> str | None:
    """What is wrong with it. What is right is taken at a glance: 100,000 cost 0.1 s, where the
    schema of contents would take seconds; so that only tells what is wrong.
    """
    kind, text = message["type"], message["content"]
    content: Any = None
    try:
        content = orjson.loads(text)  # which also refuses what could not be written again
        if not _is_flat(content):
            content = json.loads(text)  # as it is read later: whole numbers are of any size
            check_plain(content)
        if not _has_form(kind, content):
            ContentSchema().load({"type": kind, kind: content})
    except ValidationError as error:
        path, reason = first_mistake(error, {kind: content})
        return f"{path}: {reason}" if path else reason
    except (ValueError, RecursionError) as error:
        return f"expected JSON as text: {error}"
    return None


def _is_flat(content: Any) -> bool:
    """Whether it is an object of nothing but texts, as nearly all are."""
    return type(content) is dict and all(type(value) is str for value in content.values())


def _has_form(kind: str, content: Any) -> bool:
    """What the schema of contents says of plain JSON."""
    if kind == "contacts":
        return type(content) is list and all(type(each) is dict for each in content)
    return type(content) is dict and (kind != "text" or type(content.get("body")) is str)
