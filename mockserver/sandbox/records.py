"""What is kept of a call: as it came and went, in bytes, within a bound.

A record is a head in JSON, which tells everything but the bodies, and after it the bodies as they
were: so a call pays for no decoding, and what must be known to the byte still is.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from struct import Struct
from typing import Any, NamedTuple

import orjson

LIMIT = 32_768
"""Bytes that an entry may have, as JSON."""
RECORD_LIMIT = LIMIT - 1_024
"""Bytes that a record may have: an entry has some more."""
BODY_LIMIT = 24_576
"""Bytes that are kept of a request's body."""
ANSWER_LIMIT = 8_192
"""Bytes that are kept of an answer's body, where the rest leaves so much."""
HEAD_LIMIT = 6_144
"""Bytes that everything else may have."""
VALUE_LIMIT = 1_024
"""Characters of a header's name and of its value, and of any other name and text."""
ITEMS_LIMIT = 100
BODIES = 3
START = Struct(f">{1 + 2 * BODIES}I")
"""What a record begins with: the bytes of the head, those kept of each body, those of each body."""
ID = b'{"id":"'
"""What a head begins with."""
ID_START = START.size + len(ID)
SECRETS = "secrets"
"""Key of a head, never of an entry: what must not be seen and cannot be found out later."""
FAILED = "failed"
"""Key of a head, never of an entry: which check failed, for whoever wants it explained."""
HINT = "hint"
"""Key of a head: what to do about what was refused before it was a call. Nothing else has it."""
HIDDEN = (SECRETS, FAILED)
WHOLE = ("cut", *HIDDEN)
"""Parts that are never cut."""
NESTED = ("request", "response")
"""Parts that are cut, and told to be cut, part by part."""
TIGHTER = ((256, 64), (96, 24), (32, 12), (12, 6))
"""Characters and items that are left where all together is still too long."""
CUT_END = " more characters)"
"""What a text that was cut ends with."""
MORE = "…"
"""Name of what tells how many items more there were."""


class Body(NamedTuple):
    """The first bytes of a body, and how many it had."""

    kept: bytes
    size: int

    @property
    def is_cut(self) -> bool:
        return self.size > len(self.kept)


class Record(NamedTuple):
    """``head`` is what stands in an entry beside the bodies, ``cut`` the parts of which something
    was left out, ``size`` how many bytes the record has.
    """

    head: dict[str, Any]
    bodies: tuple[Body, ...]
    cut: list[str]
    size: int


def write_record(
    head: dict[str, Any],
    request: bytes,
    answer: bytes,
    natural: bytes,
    find_secrets: Callable[[], Iterable[str]],
) -> tuple[bytes, bool]:
    """``head`` with the bodies of the request, of the answer, and of the answer without faults,
    cut to fit the limit; and whether that of the request was.

    Where something was cut, the secrets are added that follow from the whole, and ``cut`` to the
    head where that was.
    """
    line = orjson.dumps(head)
    many = len(head["request"]["headers"]) > ITEMS_LIMIT
    if many or (len(line) > VALUE_LIMIT and _is_long(head["request"])):
        _cut_member(head, "request", VALUE_LIMIT, ITEMS_LIMIT)
        line = orjson.dumps(head)
    for longest, most in TIGHTER:
        if len(line) < HEAD_LIMIT:
            break
        _cut_head(head, longest, most)
        line = orjson.dumps(head)
    if "cut" in head or len(request) > BODY_LIMIT:
        head[SECRETS] = [*head.get(SECRETS, ()), *find_secrets()]
        line = orjson.dumps(head)
    sizes = len(request), len(answer), len(natural)
    left = max(0, RECORD_LIMIT - START.size - len(line))
    if sum(sizes) > min(left, ANSWER_LIMIT):
        request = request[: min(BODY_LIMIT, left)]
        left -= len(request)
        natural = natural[: min(ANSWER_LIMIT, left // 2)]
        answer = answer[: min(ANSWER_LIMIT, left - len(natural))]
    kept = len(request), len(answer), len(natural)
    record = b"".join((START.pack(len(line), *kept, *sizes), line, request, answer, natural))
    return record, kept[0] != sizes[0]


def read_record(record: bytes) -> Record:
    """Without a loop over the bodies, which takes a quarter more: thousands are read at once."""
    length, first, second, _, *sizes = START.unpack_from(record)
    begin = START.size + length
    middle = begin + first
    end = middle + second
    head = orjson.loads(record[START.size : begin])
    bodies = (
        Body(record[begin:middle], sizes[0]),
        Body(record[middle:end], sizes[1]),
        Body(record[end:], sizes[2]),
    )
    return Record(head, bodies, head.pop("cut", []), len(record))


def read_id(record: bytes) -> str:
    """The id of the entry, without reading the rest."""
    return record[ID_START : record.find(b'"', ID_START)].decode()


def is_record_of(record: bytes, entry_id: str) -> bool:
    """Whether this is the entry of that id: tells it without reading."""
    return record.startswith(b'%s%s"' % (ID, entry_id.encode()), START.size)


def cut_text(text: str, longest: int) -> str:
    """A text that tells how much of it was cut off."""
    more = len(text) - longest
    return text if more <= 0 else f"{text[:longest]}… ({more}{CUT_END}"


def is_cut_text(text: str) -> bool:
    return text.endswith(CUT_END)


def cut_tree(value: Any, longest: int, most: int) -> Any:
    """A JSON value with short texts and names, and few items in each of its parts."""
    if isinstance(value, str):
        return cut_text(value, longest)
    if isinstance(value, Mapping):
        few = list(value.items())[:most]
        cut = {cut_text(name, longest): cut_tree(each, longest, most) for name, each in few}
        return cut if len(value) <= most else {**cut, MORE: f"{len(value) - most} more"}
    if isinstance(value, Sequence):
        cut_items = [cut_tree(each, longest, most) for each in value[:most]]
        more = len(value) - most
        return cut_items if more <= 0 else [*cut_items, {MORE: f"{more} more"}]
    return value


def _is_long(request: Mapping[str, Any]) -> bool:
    """Whether a part is longer than it may be; in a head shorter than one part none is."""
    for name, value in request["headers"].items():
        if len(name) > VALUE_LIMIT or len(value) > VALUE_LIMIT:
            return True
    return len(request["path"]) > VALUE_LIMIT


def _cut_head(head: dict[str, Any], longest: int, most: int) -> None:
    for name in [each for each in head if each not in WHOLE]:
        if name in NESTED and isinstance(head[name], dict):
            _cut_member(head, name, longest, most)
        else:
            _cut_part(head, head, name, name, longest, most)


def _cut_member(head: dict[str, Any], name: str, longest: int, most: int) -> None:
    member = head[name] = dict(head[name])
    for part in list(member):
        _cut_part(head, member, part, f"{name}.{part}", longest, most)


def note_cut(head: dict[str, Any], path: str) -> None:
    head["cut"] = [*(each for each in head.get("cut", []) if each != path), path]


def _cut_part(
    head: dict[str, Any], holder: dict[str, Any], name: str, path: str, longest: int, most: int
) -> None:
    """Cut one part, and note in the head that it was cut."""
    part = cut_tree(holder[name], longest, most)
    if part != holder[name]:
        holder[name] = part
        note_cut(head, path)
