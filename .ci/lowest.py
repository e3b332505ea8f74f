"""Print constraints for pip: the lowest release of each runtime dependency that is allowed, those
of the extras that users install among them.

Run: python .ci/lowest.py > constraints.txt
"""

import re
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"
EXTRAS = ("tls",)
REQUIREMENT = re.compile(r"(?P<name>[\w.-]+)>=(?P<floor>[\w.]+)(?:,[^;]*)?(?P<where>;.*)?\Z")


def read_lowest(pyproject: str) -> Iterator[str]:
    """Raises ValueError for a dependency without a floor."""
    project = tomllib.loads(pyproject)["project"]
    extras = (project["optional-dependencies"][name] for name in EXTRAS)
    for written in chain(project["dependencies"], *extras):
        found = REQUIREMENT.match(written)
        if found is None:
            raise ValueError(f"{written}: expected NAME>=LOWEST at its beginning")
        yield f"{found['name']}=={found['floor']}{found['where'] or ''}"


if __name__ == "__main__":
    print("\n".join(read_lowest(PYPROJECT.read_text(encoding="utf-8"))))
