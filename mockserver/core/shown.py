"""Writing down what came, for a reason or a hint."""

import reprlib
from collections.abc import Iterable

_REPR = reprlib.Repr()
_REPR.maxstring = _REPR.maxother = _REPR.maxlong = 120
_REPR.maxlevel = 3


def shown(value: object) -> str:
    """A value of the client's as Python writes it, cut where it is long or deep."""
    return _REPR.repr(value)


def there_are(names: Iterable[str]) -> str:
    """A hint that lists what exists."""
    return f"there are {', '.join(names) or 'none'}"
