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


def tell_owners(came: Any, providers: Iterable[Owner]) -> str:
    """Whose code or name it is, in words: ``of kaleyra``."""
    return f"of {' or '.join(each.id for each in providers if find_names(came, [each]))}"


def explain_code(came: Any, aimed: Iterable[Owner], providers: Iterable[Owner]) -> str:
    """The beginning of a hint: what those that are aimed at call it, or else which of all have it.

    Empty where nobody has such a code.
    """
    names = find_names(came, aimed)
    if names:
        others = " or ".join(name for name in names if name != came)
        return f"the catalogue calls {came} {others}; " if others else ""
    there = list(providers)
    names = find_names(came, there)
    if not names:
        return ""
    called = "" if came in names else f"{' or '.join(names)} "
    return f"{came} is {called}{tell_owners(came, there)}; "
