"""How many connections this process may have."""

import sys

if sys.platform != "win32":
    import resource

RESERVE, SHARE = 64, 1 / 4
"""Descriptors that files and the loop itself want; a part of few."""
PLENTY = 16_384


def raise_limit() -> int:
    """Raise the soft limit of descriptors to the hard one. How many connections that allows."""
    if sys.platform == "win32":
        return PLENTY
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    except (OSError, ValueError):  # macOS tells of no limit, and allows less
        hard = soft
    if hard == resource.RLIM_INFINITY:
        return PLENTY
    return hard - min(RESERVE, int(hard * SHARE))
