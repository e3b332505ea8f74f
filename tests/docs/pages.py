"""The README and the pages under docs/, and what stands in them.

A block of ``bash`` is run against a server; one of ``sh`` needs more than that, such as docker.
"""

import re

from tests.conftest import ROOT

README = "README.md"
GUIDE = "docs/adding-a-provider.md"  # its commands need its provider: tests/providers runs them
PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in (ROOT / README, *sorted((ROOT / "docs").rglob("*.md")))
}


def blocks(page: str, language: str) -> list[str]:
    """The code blocks of a page in that language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGES[page], re.DOTALL | re.MULTILINE)


def section(page: str, heading: str) -> str:
    """What stands under a heading, up to the next one of its level."""
    return PAGES[page].split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]


def table(text: str, *heading: str) -> list[list[str]]:
    """The rows of the one table in a text whose heading begins with these cells."""
    lines = text.splitlines()
    begin = "".join(f"| {cell} " for cell in heading) + "|"
    [start] = [number for number, line in enumerate(lines) if line.startswith(begin)]
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split(" | ")])
    return rows


def names(rows: list[list[str]]) -> list[str]:
    """The first cells of a table, without their backticks."""
    return [row[0].strip("`") for row in rows]


[FOUR_CALLS] = [block for block in blocks(README, "bash") if block.startswith('PATH="')]
ASSIGNMENTS = "".join(
    f"{line}\n" for line in FOUR_CALLS.splitlines() if not line.startswith(("curl", "#"))
)
"""The variables that the commands of all pages use."""
