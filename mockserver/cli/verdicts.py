"""What is to be said of the client that called a running server."""

import json
from typing import Any

import click

from mockserver.cli.asking import ask_about
from mockserver.cli.base import tell, to_a_sandbox

THRESHOLDS = ("attempts", "window", "back_off")


@click.command()
@click.option("--attempts", metavar="N", help="how often a call may be tried")
@click.option("--window", metavar="SECONDS", help="within which an equal call is another try")
@click.option("--back-off", metavar="PERCENT", help="by which an interval may be shorter")
@click.option("--json", "as_json", is_flag=True, help="print what the server says")
@to_a_sandbox
def verdicts(as_json: bool, url: str, sandbox: str, **thresholds: str | None) -> int:
    """Judge how a client behaved; exit with 1 when one verdict is not ok.

    What is not given is as the server's settings have it.
    """
    given = [f"{name}={value}" for name, value in thresholds.items() if value is not None]
    query = f"?{'&'.join(given)}" if given else ""
    text = ask_about(url, sandbox, "GET", f"/verdicts{query}")
    found: list[dict[str, Any]] = json.loads(text)["verdicts"]
    if as_json:
        tell(text)
    else:
        _print_table(found)
    return 0 if all(each["ok"] for each in found) else 1


def _print_table(found: list[dict[str, Any]]) -> None:
    width = max(len(each["name"]) for each in found)
    for each in found:
        tell(f"{each['name']:<{width}}  {'ok    ' if each['ok'] else 'not ok'}  {each['text']}")
        for requests in (each["requests"], each["undecidable"]):
            if requests:
                tell(f"{'':<{width + 10}}{' '.join(requests[:10])}")
