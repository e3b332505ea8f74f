"""Asking the server why, as a client would."""

from typing import Any

import requests


def explain(state: str, request_id: str = "last") -> Any:
    """The explanation of a call, as ``GET …/requests/<id>/explain`` gives it."""
    answer = requests.get(f"{state}/requests/{request_id}/explain", timeout=10)
    assert answer.status_code == 200, answer.text
    return answer.json()


def codes(told: Any) -> list[str]:
    return [each["code"] for each in told["findings"]]


def failed(told: Any) -> Any:
    """The one check that failed, with those around it as they must be."""
    results = [each["result"] for each in told["checks"]]
    place = results.index("failed")
    assert results[:place] == ["passed"] * place
    assert results[place + 1 :] == ["not_reached"] * (len(results) - place - 1)
    return told["checks"][place]
