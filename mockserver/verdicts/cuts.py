"""What of a request the journal did not keep."""

from mockserver.sandbox.records import Record

PARTS = frozenset(("request.method", "request.path", "request.headers"))


def is_head_cut(record: Record) -> bool:
    """Whether something is missing before the body."""
    return not PARTS.isdisjoint(record.cut)


def is_cut(record: Record) -> bool:
    """Whether something of the request is missing."""
    return record.bodies[0].is_cut or is_head_cut(record)
