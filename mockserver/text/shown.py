"""Writing down what came, for a reason, a hint or a terminal."""

import difflib
import re
import reprlib
from collections.abc import Iterable, Sequence

_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but tab and line feed, C1
    r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # of direction
    r"\u2028\u2029"  # of lines
    r"\ud800-\udfff]"  # halves of a character, which cannot be written
)
_REPR = reprlib.Repr()
_REPR.maxstring = _REPR.maxother = _REPR.maxlong = 120
_REPR.maxlevel = 3


def shown(value: object) -> str:
    """A value of the client's as Python writes it, cut where it is long or deep."""
    return _REPR.repr(value)


def escape_controls(text: str) -> str:
    """The text with all that would steer a terminal, or turn around what it shows, as JSON has it:
    ``\\u009b``. What was JSON still is, and says the same.
    """
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def there_are(names: Iterable[str], came: object = None) -> str:
    """A hint that lists what exists, and first of all what is most like that which came."""
    listed = list(names)
    return f"{_meant(listed, came)}there are {', '.join(listed) or 'none'}"


def there_are_keys(names: Iterable[str], path: str) -> str:
    """The same for the keys of an object, of which the one at the end of the path is wrong."""
    listed = list(names)
    return f"{_meant(listed, path.rpartition('.')[2])}the keys here are {', '.join(listed)}"


def ask_whether_meant(names: Iterable[str], came: object) -> str:
    """A question after what is most like that which came, empty where nothing is."""
    return _meant(list(names), came)


def _meant(names: Sequence[str], came: object) -> str:
    if not isinstance(came, str) or came in names:
        return ""
    nearest = difflib.get_close_matches(came[:200], names, n=1)
    return f"did you mean {nearest[0]}? " if nearest else ""
