"""One expectation, or several of one request."""

from collections.abc import Callable
from typing import Any

from mockserver.text.mistakes import Refused, join_refusals
from mockserver.text.shown import shown
from mockserver.verify.schema import MOST_EXPECTATIONS
from mockserver.verify.watch import Watched

Read = Callable[[Any, str], Watched]
"""Makes what calls are held against of what was sent, under this path in the request. Raises
Refused.
"""


def read_request(body: dict[str, Any], read: Read) -> tuple[list[Watched], bool]:
    """What a request expects, and whether in order. Raises Refused with all that is wrong."""
    given = dict(body)
    order = given.pop("order", False)
    if not isinstance(order, bool):
        message = f"order: expected true or false, came {shown(order)}"
        raise Refused("bad_expectation", message, "leave it out, or send true")
    if "expectations" not in given:
        return [read(given, "")], order
    listed = given.pop("expectations")
    if given:
        message = f"expected expectations and order alone, came {', '.join(map(shown, given))} too"
        raise Refused("bad_expectation", message, "put it into each of the expectations")
    if not isinstance(listed, list) or not 0 < len(listed) <= MOST_EXPECTATIONS:
        came = f"{len(listed)} of them" if isinstance(listed, list) else shown(listed)
        message = f"expectations: expected a list of 1 to {MOST_EXPECTATIONS}, came {came}"
        raise Refused("bad_expectation", message, 'send {"expectations": [{"match": …}, …]}')
    return _read_all(listed, read), order


def _read_all(listed: list[Any], read: Read) -> list[Watched]:
    watches, wrong = [], []
    for place, each in enumerate(listed):
        try:
            watches.append(read(each, f"expectations[{place}]"))
        except Refused as refused:
            wrong.append(refused)
    if wrong:
        raise join_refusals(wrong)
    return watches
