"""Reading the TOML files that users write."""

import tomllib
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from mockserver.text.mistakes import Mistake, Mistakes


def read_toml(file: Path) -> dict[str, Any]:
    """The content, times as ISO 8601 text as they would be in JSON. Raises Mistakes."""
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise Mistakes([Mistake(str(file), "", f"cannot be read as TOML: {reason}")]) from None
    return {name: _as_json(value) for name, value in content.items()}


def _as_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _as_json(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_as_json(inner) for inner in value]
    return value.isoformat() if isinstance(value, datetime | date | time) else value
