"""What a call does to its sandbox: a list of changes to documents, made in one step."""

from typing import Any

Change = tuple[str, str, str, Any]
"""What is done (add, put, set or remove), the table, the document's id, and its content.

``add`` makes a new document and fails where there is one of that id; ``put`` makes one or takes
the place of the old; ``set`` changes some fields of one that is there.
"""

ADD, PUT, SET, REMOVE = "add", "put", "set", "remove"
MESSAGES = "messages/"  # and the provider's id: the table of its messages
RECORDS = "records/"  # and the provider's id, and the collection's name


def add(table: str, document_id: str, document: dict[str, Any]) -> Change:
    """A new document, a JSON object. Committing it fails where there is one of that id."""
    return (ADD, table, document_id, document)


def put(table: str, document_id: str, document: dict[str, Any]) -> Change:
    """A document, a JSON object, which takes the place of the one of that id if there is one."""
    return (PUT, table, document_id, document)


def set_fields(table: str, document_id: str, fields: dict[str, Any]) -> Change:
    """New values, JSON, of some fields. Committing it fails where there is no such document."""
    return (SET, table, document_id, fields)


def remove(table: str, document_id: str) -> Change:
    """No such document any more. Committing it fails where there is none."""
    return (REMOVE, table, document_id, None)
