"""A data file, and whether what it holds can be gone on with. Loaded where one is kept only."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mockserver.api.provider import Provider
from mockserver.sandbox.judging import find_wrong_document, find_wrong_rule
from mockserver.sandbox.storage.log_file import LogFile
from mockserver.text.mistakes import Mistakes, Refused


def open_file(path: Path, providers: Mapping[str, Provider]) -> LogFile:
    """Raises Mistakes, also where a document in it is not what it should be."""
    keeper = LogFile(path)
    wrong = find_wrong_document(keeper.read(), providers)
    if wrong is not None:
        refusal = keeper.refuse_document(*wrong)
        keeper.close()
        raise refusal
    return keeper


def close_file(
    keeper: LogFile, providers: Mapping[str, Provider], read: Any, error: Exception
) -> Mistakes:
    """Give up a file of whose documents no sandbox could be made; what to raise for that."""
    wrong = find_wrong_rule(keeper.read(), providers, read)
    if wrong is not None:
        refusal = keeper.refuse_document(*wrong)
    else:
        reason = error.message if isinstance(error, Refused) else repr(error)
        refusal = keeper.refuse(f"a document cannot be read: {reason}")
    keeper.close()
    return refusal
