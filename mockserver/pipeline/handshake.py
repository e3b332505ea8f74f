"""What happens in a sandbox before there is a call: a TLS handshake."""

import logging

from mockserver.pipeline.ports import CallWorlds
from mockserver.pipeline.tunnels import Strike
from mockserver.text.mistakes import Refused

log = logging.getLogger("mockserver.calls")


def strike_handshake(
    sandboxes: CallWorlds, code: str | None, provider: str | None
) -> Strike | None:
    """Let the fault rules of the sandbox with that code, without one of ``default``, strike a
    handshake with a provider's host, None for the server's own name.

    Nothing strikes where no sandbox has the code, which the calls will be told, and where it could
    not be kept.
    """
    sandbox = sandboxes.default if code is None else sandboxes.find_by_code(code)
    if sandbox is None:
        return None
    with sandbox.lock:
        if sandbox.closed:
            return None
        try:
            return sandbox.faults.strike_handshake(provider)
        except Refused as refused:
            log.warning("a TLS handshake was struck by nothing: %s", refused.message)
            return None
