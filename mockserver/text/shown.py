"""Writing down what came, for a reason, a hint or a terminal."""

import difflib
import reprlib
from collections.abc import Iterable, Sequence

_CONTROLS = (
    *range(0x00, 0x09), *range(0x0B, 0x20), *range(0x7F, 0xA0),  # C0 but tab and line feed, C1
    0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A),  # of direction
    0x2028, 0x2029,  # of lines
    *range(0xD800, 0xE000),  # halves of a character, which cannot be written
)  # fmt: skip
_ESCAPES = {each: f"\\u{each:04x}" for each in _CONTROLS}
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
    return text.translate(_ESCAPES)


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
