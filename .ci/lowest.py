"""Print constraints for pip: the lowest release of each runtime dependency that is allowed.

Run: python .ci/lowest.py > constraints.txt
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"
REQUIREMENT = re.compile(r"(?P<name>[\w.-]+)>=(?P<floor>[\w.]+)(?:,[^;]*)?(?P<where>;.*)?\Z")


def read_lowest(pyproject: str) -> Iterator[str]:
    """Raises ValueError for a dependency without a floor."""
    for written in tomllib.loads(pyproject)["project"]["dependencies"]:
        found = REQUIREMENT.match(written)
        if found is None:
            raise ValueError(f"{written}: expected NAME>=LOWEST at its beginning")
        yield f"{found['name']}=={found['floor']}{found['where'] or ''}"


if __name__ == "__main__":
    print("\n".join(read_lowest(PYPROJECT.read_text(encoding="utf-8"))))
