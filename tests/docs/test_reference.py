"""docs/client.md is what the docstrings say, and all that is public has one."""

import dataclasses
import inspect

import pytest

from mockserver import client
from tests.docs.pages import PAGES
from tests.docs.reference import SHOWN, list_members, write_page


def test_page_is_made_from_the_docstrings() -> None:
    made = "python -m tests.docs.reference > docs/client.md"
    assert PAGES["docs/client.md"] == write_page(), f"make it anew: {made}"


@pytest.mark.parametrize("name", client.__all__)
def test_what_is_public_has_a_docstring(name: str) -> None:
    found = getattr(client, name)
    doc = inspect.getdoc(found)
    assert doc
    assert not (dataclasses.is_dataclass(found) and doc.startswith(f"{name}("))
    if inspect.isclass(found):
        for member, function in list_members(found):
            assert inspect.getdoc(function), f"{name}.{member}"


def test_page_shows_what_the_rest_of_the_client_is_used_by() -> None:
    inner = {"Answer", "Connection", "find_reason", "quote_name", "write_rule"}
    assert {each.__name__ for each in SHOWN} == set(client.__all__) - inner
