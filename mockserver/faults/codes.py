"""What the catalogues call the errors that somebody names by a provider's own code."""

from collections.abc import Iterable
from typing import Any

from mockserver.api.exchange import Owner


def find_names(came: Any, providers: Iterable[Owner]) -> list[str]:
    """The names of the rows with that code, such as ``WA401`` or ``9002``, or with that name in
    other letters.
    """
    if not isinstance(came, str | int):
        return []
    wanted = str(came).casefold()
    names = {
        row.name: None
        for provider in providers
        for row in provider.errors
        if wanted
        in {str(each).casefold() for each in (row.spec.code, row.name) if each is not None}
    }
    return list(names)


def explain_code(came: Any, providers: Iterable[Owner]) -> str:
    """The beginning of a hint, empty where nobody has such a code."""
    names = find_names(came, providers)
    return f"the catalogue calls {came} {' or '.join(names)}; " if names else ""
