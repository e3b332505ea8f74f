"""The switches of a sandbox, as somebody asks for them."""

from collections.abc import Mapping
from typing import Any

from mockserver.api.provider import Provider
from mockserver.text.mistakes import Refused
from mockserver.text.shown import shown, there_are

Switches = Mapping[str, Mapping[str, Any]]
"""Values by provider and name."""


def require_switches(given: Mapping[str, Any], providers: Mapping[str, Provider], at: str) -> None:
    """Judge switches by provider and name, which stand ``at`` a path. Raises Refused."""
    for provider_id, switches in given.items():
        path = f"{at}.{shown(provider_id)[1:-1]}"
        if provider_id not in providers:
            hint = there_are(providers, provider_id)
            raise Refused("unknown_provider", f"{path}: no such provider", hint)
        if not isinstance(switches, dict):
            hint = 'such as {"d7": {"read_receipt_body": "text"}}'
            message = f"{path}: expected switches by name, came {shown(switches)}"
            raise Refused("bad_sandbox", message, hint)
        _require_known(switches, providers[provider_id], path)


def _require_known(given: Mapping[str, Any], provider: Provider, at: str) -> None:
    known = {switch.name: switch for switch in provider.switches}
    for name, value in given.items():
        path = f"{at}.{shown(name)[1:-1]}"
        if name not in known:
            raise Refused("bad_sandbox", f"{path}: unknown switch", there_are(known, name))
        choices = known[name].choices
        if not any(type(value) is type(each) and value == each for each in choices):
            message = f"{path}: expected one of {', '.join(map(str, choices))}, came {shown(value)}"
            raise Refused("bad_sandbox", message, known[name].help)


def merge_switches(*layers: Switches) -> dict[str, dict[str, Any]]:
    """Those of the first layer's providers, where a later layer wins."""
    return {
        provider: {name: value for each in layers for name, value in each.get(provider, {}).items()}
        for provider in layers[0]
    }
