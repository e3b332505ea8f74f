"""Every link of README and pages leads somewhere, and every page is led to."""

import posixpath
import re
import tomllib

import pytest

from tests.conftest import ROOT
from tests.docs.pages import PAGES, README

LINK = re.compile(r"\]\((?!https?:)([^)\s]+)\)")
CODE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)  # has comments that begin with #
LINKS = [(page, target) for page, text in PAGES.items() for target in LINK.findall(text)]


def place_of(page: str, target: str) -> str:
    """What a link of a page leads to, from the root of the project, without its anchor."""
    path = target.partition("#")[0]
    return posixpath.normpath(posixpath.join(posixpath.dirname(page), path)) if path else page


def anchors(page: str) -> set[str]:
    """The anchors of a page's headings, made as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", CODE.sub("", PAGES[page]), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


@pytest.mark.parametrize(("page", "target"), LINKS)
def test_link_leads_somewhere(page: str, target: str) -> None:
    place, anchor = place_of(page, target), target.partition("#")[2]
    assert (ROOT / place).exists()
    if anchor:
        assert anchor in anchors(place)


def test_readme_leads_to_every_page() -> None:
    led_to = {place_of(README, target) for page, target in LINKS if page == README}
    assert set(PAGES) - {README} <= led_to


def test_what_pages_link_to_is_in_the_source_distribution() -> None:
    """A package index shows the README alone: its links name the pages by their paths there."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packed = project["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    assert {place_of(*link).partition("/")[0] for link in LINKS} <= {*packed}
    shown = dict(re.findall(r"\[([^]]+)\]\((?!https?:)([^)\s#]+)\)", PAGES[README]))
    assert shown == {path: path for path in shown.values()}
