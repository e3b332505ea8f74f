"""Why a fault struck a call, and what would have to change so that it does not."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mockserver.api.diagnosis.case import Finding
from mockserver.pipeline.explaining.recorded import Recorded

INJECTED = "injected"
BY_HEADER = "header"
HEADER = "X-Mock-Fault"
LISTED = 8  # values of a match that are told

FindRule = Callable[[str], Mapping[str, Any] | None]
"""The rule of an id as it is now, None where it is gone."""


def explain_fault(
    recorded: Recorded, find_rule: FindRule
) -> tuple[dict[str, Any] | None, list[Finding]]:
    """The fault that is reported, with all that struck, and a finding for each of them."""
    if not recorded.injected:
        return None, []
    told = [_tell_hit(recorded, hit, find_rule(hit["rule"])) for hit in recorded.injected]
    reported = next((each for each in told if each["rule"] == recorded.fault), told[0])
    failed = recorded.failed
    natural = {
        "status": recorded.natural,
        "error": failed.error if failed else None,
        "because": failed.because if failed else None,
    }
    fault = {**reported, "when": recorded.when, "natural": natural}
    if len(told) > 1:
        fault["others"] = [each for each in told if each is not reported]
    return fault, [_make_finding(each, natural) for each in told]


def _tell_hit(
    recorded: Recorded, hit: Mapping[str, Any], rule: Mapping[str, Any] | None
) -> dict[str, Any]:
    """``to_avoid``: each of these alone would have spared the call."""
    probability = (rule or {}).get("schedule", {}).get("probability", 1.0)
    return {
        "rule": hit["rule"],
        "name": (rule or {}).get("name"),
        "type": hit["fault"].get("type"),
        "settings": {name: each for name, each in hit["fault"].items() if name != "type"},
        "call": hit["call"],
        "seed": hit["seed"],
        "draw": hit["draw"],
        "probability": None if hit["draw"] is None or rule is None else probability,
        "to_avoid": list(_spare(hit, rule)),
    }


def _spare(hit: Mapping[str, Any], rule: Mapping[str, Any] | None) -> Iterator[str]:
    if hit["rule"] == BY_HEADER:
        yield f"leave out the header {HEADER}, by which the call asked for it"
        return
    if rule is None:
        yield "nothing: the rule is gone by now"
        return
    yield from _spare_by_match(rule.get("match", {}))
    yield from _spare_by_schedule(rule.get("schedule", {}), hit)
    yield f"remove the rule: DELETE …/faults/{hit['rule']}, or mockserver faults remove"


def _spare_by_match(match: Mapping[str, Any]) -> Iterator[str]:
    for name, wanted in match.items():
        values = wanted if isinstance(wanted, list) else [wanted]
        listed = " or ".join(str(each) for each in values[:LISTED])
        yield f"a call whose {name} is not {listed}: the rule matches that alone"
    if not match:
        yield "a match: the rule has none, and so is about every call"


def _spare_by_schedule(schedule: Mapping[str, Any], hit: Mapping[str, Any]) -> Iterator[str]:
    call = hit["call"]
    if schedule.get("probability", 1.0) < 1:
        yield (
            f"a probability of at most {hit['draw']:.6f}, which is what call {call} of the rule "
            f"draws with the seed {hit['seed']}, or another seed with which it draws at least "
            f"{schedule['probability']}"
        )
    if schedule.get("times") is not None:
        yield f"a later call: times is {schedule['times']}, after which the rule is spent"
    elif not {"every", "ordinals", "sequence"} & schedule.keys():
        yield f"a skip of at least {call}: it was call {call} of those that the rule matches"
    for name in ("every", "ordinals", "sequence"):
        if name in schedule:
            yield f"another turn: call {call} is one that {name} names"
    for name, word in (("from", "before"), ("until", "after")):
        if name in schedule:
            yield f"a call {word} {schedule[name]}"


def _make_finding(told: Mapping[str, Any], natural: Mapping[str, Any]) -> Finding:
    what = " ".join(filter(None, (told["type"], told["settings"].get("error"))))
    if told["rule"] == BY_HEADER:
        why = f"the header {HEADER} of the call asked for {what}"
    else:
        named = f" ({told['name']})" if told["name"] else ""
        why = f"the rule {told['rule']}{named} struck with {what}: it was call {told['call']}"
        why += " of those that the rule matches"
        if told["probability"] not in (None, 1, 1.0):
            why += f", which draws {told['draw']:.6f}, below the probability {told['probability']}"
    without = f"{natural['status']}" + (f" {natural['error']}" if natural["error"] else "")
    text = f"{why}; without it the answer would have been {without}"
    advice = tuple(f"so that it does not strike: {each}" for each in told["to_avoid"])
    return Finding(INJECTED, text, advice)
