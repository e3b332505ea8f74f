"""The usual slips in the body of what is signed."""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from mockserver.api.diagnosis.serialisations import (
    HUGE,
    list_key_orders,
    list_other_writings,
    list_serialisations,
)
from mockserver.api.diagnosis.signature_search import SMALL, Slip, Variant, keep_distinct
from mockserver.api.diagnosis.url_encodings import list_url_encodings

LINES = ((b"\n", "a line feed"), (b"\r\n", "CR and LF"))
USUAL_ENCODINGS = 2  # of all ways to encode for a URL
LEFT_OUT = Slip("body_left_out", "the body was left out of what is signed")
NAMELESS = Slip("body_name_missing", "the body was signed without its name in front")
NEWLINE = "trailing_newline"


def list_body_variants(
    body: bytes, name: bytes, documented: Sequence[str], earlier: Iterable[tuple[str, bytes]]
) -> list[Variant]:
    """The body behind its ``name`` as it is documented, and all that is signed in its place.

    ``documented`` is an order of its members, ``earlier`` are other bodies that were sent, by the
    ids of their requests.
    """
    found = [Variant(name + body if body else b"")]
    if body:
        found.append(Variant(b"", (LEFT_OUT,)))
        found.append(Variant(name, (LEFT_OUT,)))
        found += _without_name(body)
    written = list(_write_anew(body, documented))
    found += [each._replace(data=name + each.data) for each in written]
    found += [
        Variant(data, (*each.slips, NAMELESS), usual=each.usual)
        for each in written
        if len(each.slips) == 1
        for data in ((each.data,) if len(body) > SMALL else (each.data, b"&" + each.data))
    ]
    for request_id, other in earlier:
        text = f"the body of the earlier call {request_id} was signed"
        found.append(Variant(name + other, (Slip("other_body", text),), alone=True))
    return keep_distinct(found)


def _without_name(body: bytes) -> Iterator[Variant]:
    yield Variant(body, (NAMELESS,))
    yield Variant(b"&" + body, (NAMELESS,), usual=False)


def _write_anew(body: bytes, documented: Sequence[str]) -> Iterator[Variant]:
    """All but the body itself, without its name."""
    for end, told in LINES:
        slip = Slip(NEWLINE, f"the body was signed with {told} at its end, and sent without")
        yield Variant(body + end, (slip,))
    if body.rstrip() != body:
        text = "the body was sent with blanks or line feeds at its end, and signed without"
        yield Variant(body.rstrip(), (Slip(NEWLINE, text),))
    encodings = islice(list_url_encodings(body), None if len(body) <= HUGE else 1)
    for place, (how, encoded) in enumerate(encodings):
        slip = Slip("values_urlencoded", f"the body was signed URL-encoded {how}")
        yield Variant(encoded, (slip,), usual=place < USUAL_ENCODINGS)
    try:
        value = json.loads(body) if body else {}
    except (ValueError, RecursionError):
        return
    try:
        yield from _write_json(value, body, documented)
    except RecursionError:  # as deep as it can just be read
        return


def _write_json(value: object, body: bytes, documented: Sequence[str]) -> Iterator[Variant]:
    for written in list_serialisations(value, len(body), documented):
        text = f"the body was signed as it is written anew ({written.how}), and sent otherwise"
        slip = Slip("body_reserialised", text)
        if written.data != body:
            yield Variant(written.data, (slip,))
            for end, told in LINES:
                more = Slip(NEWLINE, f"{told} stood at the end of what was signed")
                yield Variant(written.data + end, (slip, more), usual=end == b"\n")
            if len(body) <= SMALL:
                for how, encoded in list_url_encodings(written.data):
                    more = Slip("values_urlencoded", f"it was URL-encoded {how}")
                    yield Variant(encoded, (slip, more))
    orders = list_key_orders(value, every=len(body) <= SMALL) if len(body) <= HUGE else ()
    for written in orders:
        text = f"the body was signed with its {written.how}, and sent in another order"
        yield Variant(written.data, (Slip("body_reserialised", text),), alone=True)
    for written in list_other_writings(value, body) if len(body) <= HUGE else ():
        text = f"another body than the one that came was signed: {written.how}"
        yield Variant(written.data, (Slip("other_body", text),), usual=len(written.data) < 64)
