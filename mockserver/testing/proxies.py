"""Keeping calls to the server away from proxies, whichever library makes them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

NAMES = ("no_proxy", "NO_PROXY")
"""Libraries read the one or the other, and where both are set some read the first alone."""


@contextmanager
def pass_by_proxies(url: str) -> Iterator[None]:
    """Have programs go straight to the URL's host, these and those that they start.

    A proxy of the environment knows no server on this machine, and shall get no call of a test.
    """
    host = urlsplit(url).hostname or ""
    before = {name: os.environ.get(name) for name in NAMES}
    known = next(filter(None, before.values()), "")
    if known.strip() != "*":  # which stands for all, but only alone
        os.environ.update(dict.fromkeys(NAMES, f"{known},{host}" if known else host))
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
