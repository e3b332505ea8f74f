"""Whose call is it: the provider, and the sandbox that its credentials or its path name."""

from collections.abc import Sequence
from typing import NamedTuple

from mockserver.api.call import Call
from mockserver.api.provider import Claim
from mockserver.pipeline.endpoint import Endpoint
from mockserver.pipeline.ports import CallWorld, CallWorlds
from mockserver.text.secrets import mask_secret

CODE_DIGITS = 8


class Claimed(NamedTuple):
    """A call with its owner. ``claim`` says by which credentials.

    A ``stranger`` came by the sandbox's path, and nobody else has its credential either.
    ``unattributed`` is why no sandbox could be told, None if one was.
    """

    endpoint: Endpoint
    args: dict[str, str]
    sandbox: CallWorld
    claim: Claim
    stranger: bool = False
    unattributed: str | None = None


def claim_call(sandboxes: CallWorlds, endpoints: Sequence[Endpoint], call: Call) -> Claimed | None:
    """None where the path names a sandbox that is not there.

    Of the endpoints that share the path the first whose kind of credential the call carries owns
    it, or else the first of all. A sandbox that the path names decides over the credential, which
    is then judged there.
    """
    endpoint, args, claim = _find_owner(endpoints, call)
    provider = endpoint.provider.id
    if call.code is not None:
        return _claim_by_path(sandboxes, endpoint, args, claim, call.code)
    sandbox = _find_named(sandboxes, provider, claim)
    if sandbox is not None:
        return Claimed(endpoint, args, sandbox, claim)
    unattributed = None
    if claim.credential is not None:
        unattributed = _explain_stranger(provider, claim.credential, claim.codes)
    return Claimed(endpoint, args, sandboxes.default, claim, unattributed=unattributed)


def _find_owner(
    endpoints: Sequence[Endpoint], call: Call
) -> tuple[Endpoint, dict[str, str], Claim]:
    first = None
    for endpoint in endpoints:
        args = endpoint.read_arguments(call)
        owner = endpoint, args, endpoint.provider.claim(call, args)
        if owner[2].credential is not None:
            return owner
        first = first or owner
    assert first is not None, "a path without endpoints has no view"
    return first


def _claim_by_path(
    sandboxes: CallWorlds, endpoint: Endpoint, args: dict[str, str], claim: Claim, code: str
) -> Claimed | None:
    sandbox = sandboxes.find_by_code(code)
    if sandbox is None:
        return None
    owner = _find_named(sandboxes, endpoint.provider.id, claim)
    return Claimed(endpoint, args, sandbox, claim, stranger=owner in (None, sandbox))


def _find_named(sandboxes: CallWorlds, provider: str, claim: Claim) -> CallWorld | None:
    """The sandbox that has the credential or, where none has, the code in it."""
    sandbox = sandboxes.find_by_credential(provider, claim.credential)
    return sandbox or next(filter(None, map(sandboxes.find_by_code, claim.codes)), None)


def _explain_stranger(provider: str, credential: str, codes: Sequence[str]) -> str:
    reason = f"no account of {provider} has the credential {mask_secret(credential[:200])}"
    for code in codes:
        if len(code) == CODE_DIGITS and code.isascii() and code.isdecimal():
            return f"{reason}; its code {code} is no sandbox's: was it deleted, or has it expired?"
    return reason
