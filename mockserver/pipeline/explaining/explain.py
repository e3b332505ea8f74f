"""Why a call was answered as it was: made when somebody asks, of what is kept of the call."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple, Protocol

from mockserver.api.catalogue import Catalogue
from mockserver.api.diagnosis.case import Case, Finding, Remark, Surroundings
from mockserver.api.exchange import Exchange
from mockserver.api.operation import Operation
from mockserver.api.provider import Claim, Provider
from mockserver.pipeline.claim import Claimed
from mockserver.pipeline.explaining.checks import list_checks
from mockserver.pipeline.explaining.fault import FindRule, explain_fault
from mockserver.pipeline.explaining.placing import Placed, find_endpoint, place_call
from mockserver.pipeline.explaining.recognition import tell_recognition
from mockserver.pipeline.explaining.recorded import Failed, Recorded
from mockserver.pipeline.explaining.route import diagnose_route
from mockserver.pipeline.explaining.summary import summarise
from mockserver.pipeline.ports import CallWorld
from mockserver.pipeline.resolve import resolve_call

MOST_FINDINGS = 20
NOTHING_FOUND = "nothing_found"


class Surround(Protocol):
    """Makes what surrounds a call."""

    def __call__(self, exchange: Exchange, request_id: str) -> Surroundings: ...


class Explained(NamedTuple):
    """A call read again: where it was sent to, and what it is in its sandbox as that is now."""

    recorded: Recorded
    placed: Placed
    provider: Provider | None
    operation: Operation | None
    exchange: Exchange | None
    claim: Claim | None


def explain_call(
    providers: Mapping[str, Provider],
    sandbox: CallWorld,
    sandbox_id: str,
    recorded: Recorded,
    surround: Surround,
    find_rule: FindRule,
) -> dict[str, Any]:
    """Whose the call was and why, the checks, what is found out about the one that failed, and
    the fault: a JSON object, which is to be masked before it is shown.
    """
    again = read_again(providers, sandbox, recorded)
    placed = again.placed
    checks = list_checks(again.operation, recorded)
    told = list(islice(find_out(providers, again, surround), MOST_FINDINGS))
    fault, injected = explain_fault(recorded, find_rule)
    findings = [*(each for each in told if isinstance(each, Finding)), *injected]
    for remark in (each for each in told if isinstance(each, Remark)):
        next(each for each in checks if each["result"] == "failed").update(remark.data)
    title = again.provider.title if again.provider else None
    advice = [line for each in (*told, *injected) for line in each.advice]
    return {
        "request": recorded.stamp.id,
        "summary": summarise(recorded, title, checks, findings),
        "provider": recorded.provider,
        "operation": recorded.operation,
        "account": recorded.account,
        "sandbox": sandbox_id,
        "recognised_by": tell_recognition(providers, recorded, placed, again.claim, sandbox_id),
        "status": recorded.status,
        "error": _describe_row(again),
        "checks": checks,
        "findings": [each.to_json() for each in findings],
        "advice": list(dict.fromkeys(advice)),
        "fault": fault,
        "committed": recorded.committed,
        "changes": list(recorded.changes),
    }


def read_again(
    providers: Mapping[str, Provider], sandbox: CallWorld, recorded: Recorded
) -> Explained:
    placed = place_call(providers, recorded.call)
    provider = providers.get(recorded.provider or "")
    if provider is None:
        return Explained(recorded, placed, None, None, None, None)
    endpoint, call = find_endpoint(provider, recorded.call, placed.path)
    args = endpoint.read_arguments(call)
    claim = provider.claim(call, args)
    claimed = Claimed(endpoint, args, sandbox, claim, stranger=placed.code is not None)
    exchange = resolve_call(claimed, call, recorded.stamp)
    operation = provider.operation(recorded.operation or "")
    return Explained(recorded, placed, provider, operation, exchange, claim)


def find_out(
    providers: Mapping[str, Provider], again: Explained, surround: Surround
) -> Iterator[Finding | Remark]:
    """What is found out about the check that failed; nothing of a call that was not refused."""
    recorded, failed = again.recorded, again.recorded.failed
    if recorded.hint is not None:
        yield Finding("refused", recorded.because or "", (recorded.hint,))
        return
    if again.provider is None or again.exchange is None:
        if again.placed.code is not None and recorded.unattributed is not None:
            advice = "GET /_mock/sandboxes lists all with their codes"
            yield Finding("unknown_sandbox", recorded.unattributed, (advice,))
        else:
            yield from _find_route(providers, again, list(providers.values()))
        return
    if failed is None:
        return
    if recorded.unattributed is not None:
        yield Remark((f"the call is nobody's: {recorded.unattributed}",))
    found = False
    for finding in _diagnose(providers, again, again.exchange, failed, surround):
        found = found or isinstance(finding, Finding)
        yield finding
    if not found:
        text = f"nothing more is found out than the reason itself: {failed.because}"
        yield Finding(NOTHING_FOUND, text, tuple(_advise(again)))


def _diagnose(
    providers: Mapping[str, Provider],
    again: Explained,
    exchange: Exchange,
    failed: Failed,
    surround: Surround,
) -> Iterator[Finding | Remark]:
    provider, operation = again.provider, again.operation
    if operation is None and provider is not None:
        yield from _find_route(providers, again, [provider])
        return
    checks = operation.checks if operation else ()
    check = next((each for each in checks if each.name == failed.check), None)
    if check is not None and check.diagnose is not None:
        around = surround(exchange, again.recorded.stamp.id)
        whole = again.recorded.whole
        case = Case(exchange, failed.because, failed.expected, failed.came, around, whole)
        yield from check.diagnose(case)


def _find_route(
    providers: Mapping[str, Provider], again: Explained, wanted: list[Provider]
) -> Iterator[Finding]:
    call = again.recorded.call._replace(path=again.placed.path)
    yield from diagnose_route(wanted, call, providers.values())


def _describe_row(again: Explained) -> dict[str, Any] | None:
    """The documented error of the answer."""
    row = _find_row(again.provider, again.recorded.error)
    if row is None:
        return None
    spec = row.spec
    told = {"name": row.name, "status": spec.status, "code": spec.code}
    return told | {"when": spec.when, "source": spec.source}


def _find_row(provider: Provider | None, name: str | None) -> Catalogue | None:
    return provider.errors.__members__.get(name or "") if provider else None


def _advise(again: Explained) -> Iterator[str]:
    failed = again.recorded.failed
    row = _find_row(again.provider, failed.error if failed else None)
    if row is not None:
        yield f"{row.name} is answered when {row.spec.when}: see {row.spec.source}"
