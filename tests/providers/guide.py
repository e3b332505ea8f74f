"""The provider of docs/adding-a-provider.md, built from the page's own code blocks."""

import re
import tomllib
from pathlib import Path

from tests.conftest import ROOT
from tests.derived import PROVIDERS

# The page's own name, or another one where somebody has installed that already.
NAME = "apex" if "acme" in PROVIDERS else "acme"
PAGE = (
    (ROOT / "docs" / "adding-a-provider.md")
    .read_text(encoding="utf-8")
    .replace("acme", NAME)
    .replace("Acme", NAME.title())
)
FILES: dict[str, str] = dict(re.findall(r"^`([\w./]+)`:\n\n```\w+\n(.*?)```$", PAGE, re.M | re.S))
[COMMANDS] = re.findall(r"```bash\n(.*?)```", PAGE, re.S)
PROJECT = tomllib.loads(FILES["pyproject.toml"])
GROUP = "mockserver.providers"
[PACKAGE] = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]


def write_distribution(folder: Path) -> Path:
    """The page's files, each at its place."""
    for name, text in FILES.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def install(source: Path, site: Path, points: dict[str, str] | None = None) -> Path:
    """Put the distribution into a folder as an installer would: packages, and what is said of them.

    Nothing is downloaded for it, not even what would build a wheel. ``points`` are entry points
    in place of the project's own.
    """
    project = tomllib.loads((source / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (source / PACKAGE).rename(site / PACKAGE)
    about = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    about.mkdir()
    lines = [f"Name: {project['name']}", f"Version: {project['version']}"]
    lines += [f"Requires-Dist: {each}" for each in project["dependencies"]]
    (about / "METADATA").write_text("\n".join(["Metadata-Version: 2.1", *lines, ""]))
    named = points or project["entry-points"][GROUP]
    entries = [f"{name} = {target}" for name, target in named.items()]
    (about / "entry_points.txt").write_text("\n".join([f"[{GROUP}]", *entries, ""]))
    return site
