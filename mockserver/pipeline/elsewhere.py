"""Calls to where no operation is: to a provider, and to nobody."""

import time
from collections.abc import Sequence

from mockserver.api.call import Call
from mockserver.api.provider import Provider
from mockserver.pipeline.answer import Answer, encode_json, encode_refusal
from mockserver.pipeline.check import find_nearest
from mockserver.pipeline.claim import claim_call
from mockserver.pipeline.documented import (
    Documented,
    explain_not_emulated,
    find_documented,
    list_emulated,
)
from mockserver.pipeline.endpoint import Endpoint
from mockserver.pipeline.ports import CallWorlds
from mockserver.pipeline.recording import answer_apart, answer_unknown_code
from mockserver.pipeline.way import answer_call
from mockserver.text.mistakes import Refused


def answer_elsewhere(sandboxes: CallWorlds, provider: Provider, call: Call) -> Answer:
    """Answer a call to one of the provider's addresses where it has no operation.

    What stands in a documented path may tell whose the call is.
    """
    documented = find_documented([provider], call)
    if documented is not None:
        return answer_call(sandboxes, [documented.endpoint], documented.call)
    return answer_call(sandboxes, [Endpoint(provider)], call._replace(segments=()))


def answer_unknown_path(
    sandboxes: CallWorlds, providers: Sequence[Provider], paths: Sequence[str], call: Call
) -> Answer:
    """Answer a call to a path where no provider has an operation: say which ones are like it, or
    that one documents it.
    """
    arrived = time.perf_counter()
    documented = find_documented(providers, call)
    if documented is not None:
        return _answer_not_emulated(sandboxes, documented, call, arrived)
    path = call.target.partition("?")[0]
    error = {
        "code": "not_found",
        "message": f"no provider documents {path}",
        "hint": "GET /_mock/providers lists every path",
        "nearest": find_nearest(path, paths),
    }
    sandbox = sandboxes.default if call.code is None else sandboxes.find_by_code(call.code)
    answer = encode_json(404, {"error": error}, because="the path is no provider's")
    return answer_apart(sandboxes, sandbox, call, answer, arrived)


def _answer_not_emulated(
    sandboxes: CallWorlds, documented: Documented, call: Call, arrived: float
) -> Answer:
    """In our own words, since at the root the path alone does not name the provider."""
    claimed = claim_call(sandboxes, [documented.endpoint], documented.call)
    if claimed is None:
        return answer_unknown_code(sandboxes, call, arrived)
    provider = documented.endpoint.provider
    message = explain_not_emulated(provider, documented.what, call)
    hint = f"{list_emulated(provider)}; GET /_mock/providers lists what is not"
    answer = encode_refusal(Refused("not_emulated", message, hint, status=404))
    if claimed.unattributed is not None:
        sandboxes.count_unattributed()
    return answer_apart(sandboxes, claimed.sandbox, call, answer, arrived, claimed.unattributed)
