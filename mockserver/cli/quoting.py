"""Variables as a shell or a file of variables takes them, whatever stands in their values."""

import json
import re
import shlex
from collections.abc import Callable, Mapping

Variables = Mapping[str, str]

PLAIN = re.compile(r"[\w@%+=:,./|*\[\]-]*", re.ASCII)
"""Values that files of variables may hold as they are, also for programs that read no quotes."""
POWERSHELL_QUOTES = re.compile("['\u2018\u2019\u201a\u201b]")
"""All that ends a text in single quotes there; twice it stands for itself."""


def write_sh(variables: Variables) -> str:
    """For ``eval`` in sh, bash and zsh."""
    return _write_lines(variables, lambda name, value: f"export {name}={shlex.quote(value)}")


def write_fish(variables: Variables) -> str:
    """For ``| source`` in fish: between single quotes only those and backslashes are escaped."""

    def write(name: str, value: str) -> str:
        escaped = re.sub(r"(['\\])", r"\\\1", value)
        return f"set -gx {name} '{escaped}'"

    return _write_lines(variables, write)


def write_powershell(variables: Variables) -> str:
    """For ``| Out-String | Invoke-Expression`` in PowerShell."""

    def write(name: str, value: str) -> str:
        doubled = POWERSHELL_QUOTES.sub(r"\g<0>\g<0>", value)
        return f"$env:{name} = '{doubled}'"

    return _write_lines(variables, write)


def write_dotenv(variables: Variables) -> str:
    """For files of variables, which every program reads in its own way. Nothing is quoted without
    need, as docker keeps quotes; in single ones backslashes and quotes are escaped, in double ones
    there is nothing that would be.
    """

    def write(name: str, value: str) -> str:
        if PLAIN.fullmatch(value):
            return f"{name}={value}"
        if "'" in value and not re.search(r'["\\$`]', value):
            return f'{name}="{value}"'
        escaped = re.sub(r"(['\\])", r"\\\1", value)
        return f"{name}='{escaped}'"

    return _write_lines(variables, write)


def write_json(variables: Variables) -> str:
    """One flat object."""
    return json.dumps(variables, indent=2, ensure_ascii=False)


def _write_lines(variables: Variables, write: Callable[[str, str], str]) -> str:
    return "\n".join(write(name, value) for name, value in variables.items())


FORMATS: Mapping[str, Callable[[Variables], str]] = {
    "sh": write_sh,
    "fish": write_fish,
    "powershell": write_powershell,
    "dotenv": write_dotenv,
    "json": write_json,
}
