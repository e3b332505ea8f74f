"""What the journal keeps beside an entry: most questions are answered without reading more."""

from typing import Any, NamedTuple

KNOWN = 1_024
"""Traits that are remembered, so that equal ones are kept once."""
LONGEST_NUMBER = 64
"""Characters of a business number, which may be whatever a client sent."""


class Traits(NamedTuple):
    """What a call has in common with many others, named as a match names it.

    ``faults`` are the ids of all rules that struck it; ``status`` is None where nothing was
    answered; ``has_json`` tells whether the body is JSON. ``cut`` names what was left out of the
    entry and a match may ask for.
    """

    provider_id: str | None = None
    operation_name: str | None = None
    account_label: str | None = None
    status: int | None = None
    error: str | None = None
    committed: bool = False
    faults: tuple[str, ...] = ()
    business_number: str | None = None
    direction: str | None = None
    has_json: bool = False
    cut: tuple[str, ...] = ()


class KnownTraits(dict[tuple[Any, ...], Traits]):
    """Gives equal traits as one and the same: most calls to a server are of few kinds.

    It is asked with a plain tuple of their values, which takes half as long as making them.
    """

    def __missing__(self, values: tuple[Any, ...]) -> Traits:
        if len(self) >= KNOWN:
            self.clear()
        traits = Traits._make(values)
        if len(traits.business_number or "") > LONGEST_NUMBER:
            return traits._replace(business_number=None, cut=(*traits.cut, "business_number"))
        self[values] = traits
        return traits
