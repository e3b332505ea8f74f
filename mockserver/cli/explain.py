"""Why a call was answered as it was."""

import json
from collections.abc import Iterator
from typing import Any

import click

from mockserver.cli.asking import ask_about
from mockserver.cli.base import tell, to_a_sandbox
from mockserver.client import quote_name

MARKS = {"passed": "ok", "failed": "FAILED", "not_reached": "-"}


@click.command()
@click.argument("id", metavar="[ID|last]", default="last")
@click.option("--json", "as_json", is_flag=True, help="as JSON, in the shape of GET …/explain")
@to_a_sandbox
def explain(id: str, as_json: bool, url: str, sandbox: str) -> None:
    """Tell why a call was answered as it was: that of an ID, or the last one.

    The id is that of the header X-Mock-Request-Id. The exit code is 0 once that is told, whatever
    became of the call, and 1 where there is no such call or no server.
    """
    answer = ask_about(url, sandbox, "GET", f"/requests/{quote_name(id)}/explain")
    told = json.loads(answer)
    if as_json:
        tell(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        tell("\n".join(write_explanation(told)))


def write_explanation(told: dict[str, Any]) -> Iterator[str]:
    """The lines of an explanation, for people."""
    yield f"{told['request']}: {told['summary']}"
    yield ""
    for name in ("provider", "operation", "account", "sandbox"):
        by = told["recognised_by"].get(name)
        yield f"{name:<10} {told[name] or '-'}{': ' + by['text'] if by else ''}"
    if told["checks"]:
        yield ""
        yield "checks"
    for check in told["checks"]:
        yield f"  {MARKS[check['result']]:<7} {check['name']}"
        for part in ("expected", "came", "canonical"):
            if check.get(part):
                yield f"          {part + ':':<10} {check[part]}"
    if told["fault"]:
        natural = told["fault"]["natural"]
        yield ""
        yield f"fault {told['fault']['rule']} ({told['fault']['type']})"
        yield f"  natural answer: {natural['status']} {natural['error'] or ''}".rstrip()
    for title, lines in (
        ("found", [f"{each['code']}: {each['text']}" for each in told["findings"]]),
        ("what to do", told["advice"]),
    ):
        if lines:
            yield ""
            yield title
            yield from (f"  {line}" for line in lines)
