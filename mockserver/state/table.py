"""TinyDB with changes in place, so that a change costs the same whatever the table holds.

TinyDB as it comes copies the whole table for every change, and turns every document id into a
number.
"""

from collections.abc import Callable
from typing import Any

from tinydb import TinyDB
from tinydb.table import Table

Change = tuple[str, str, dict[str, Any]]
"""Table, document id, the fields to set; the document is made where there is none."""


class DocumentTable(Table):
    """A table of documents with text ids."""

    document_id_class = str  # type: ignore[assignment]

    def fetch(self, document_id: str) -> dict[str, Any] | None:
        """The document itself, not a copy: for reading only."""
        return self.rows().get(document_id)

    def rows(self) -> dict[str, dict[str, Any]]:
        tables: dict[str, dict[str, dict[str, Any]]] = self._storage.read()  # type: ignore[assignment]
        return tables.setdefault(self.name, {})

    def _update_table(self, updater: Callable[[dict[Any, Any]], None]) -> None:
        """TinyDB's own methods change in place too."""
        updater(self.rows())
        self._storage.write(self._storage.read())  # type: ignore[arg-type]


class Database(TinyDB):
    """Tables of the class above, and one way to change them."""

    table_class = DocumentTable

    def documents(self, table: str) -> DocumentTable:
        # Without its query cache, which would not notice changes made in place.
        found = self.table(table, cache_size=0)
        assert isinstance(found, DocumentTable)
        return found

    def change(self, changes: list[Change]) -> None:
        """Make all of the changes or, where the storage cannot keep them, none."""
        self.storage.append(changes)  # type: ignore[attr-defined]
        for table, document_id, fields in changes:
            self.documents(table).rows().setdefault(document_id, {}).update(fields)
