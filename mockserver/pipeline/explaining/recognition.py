"""Whose a call was, and what told it."""

from collections.abc import Mapping, Sequence
from typing import Any

from mockserver.api.provider import Claim, Provider
from mockserver.pipeline.endpoint import fill_path
from mockserver.pipeline.explaining.placing import DEEPEST, Placed, list_templates
from mockserver.pipeline.explaining.recorded import Recorded


def tell_recognition(
    providers: Mapping[str, Provider],
    recorded: Recorded,
    placed: Placed,
    claim: Claim | None,
    sandbox: str,
) -> dict[str, Any]:
    """By what provider, sandbox and account were told: a word, and a sentence."""
    told = {
        "provider": _tell_provider(providers, recorded, placed),
        "sandbox": _tell_sandbox(recorded, placed, claim, sandbox),
        "account": _tell_account(recorded, claim),
    }
    return {name: {"by": by, "text": text} for name, (by, text) in told.items()}


def _tell_provider(
    providers: Mapping[str, Provider], recorded: Recorded, placed: Placed
) -> tuple[str, str]:
    if placed.by == "prefix":
        return "prefix", f"the path begins with /{placed.provider}"
    if placed.by == "host":
        return "host", f"the Host is one of {placed.provider}'s"
    provider = providers.get(recorded.provider or "")
    if recorded.hint is not None:
        return "nothing", "it was refused before anybody was looked for"
    if provider is None:
        return "nothing", "the path at the root is no provider's"
    parts = placed.path.split("/", DEEPEST)
    there = [each.title for each in providers.values() if _documents(each, parts)]
    if len(there) > 1:
        others = " and ".join(there)
        text = f"{others} document the path: {provider.title} is whose kind of credential came"
        return "credential", f"{text}, or the first of them"
    return "path", f"the path at the root is {provider.title}'s"


def _documents(provider: Provider, parts: Sequence[str]) -> bool:
    paths = [path for _, path in list_templates(provider)]
    paths += [each.path for each in provider.not_emulated]
    return any(fill_path(path, parts) is not None for path in paths)


def _tell_sandbox(
    recorded: Recorded, placed: Placed, claim: Claim | None, sandbox: str
) -> tuple[str, str]:
    if recorded.unattributed is not None:
        return "unattributed", f"{recorded.unattributed}; such calls fall into {sandbox}"
    if recorded.hint is not None:
        return "proxy_user", f"the proxy's user name is the code of {sandbox}"
    if placed.code is not None:
        return "path_code", f"the path begins with /~{placed.code[:16]}, which is that of {sandbox}"
    if claim is None or claim.credential is None:
        return "default", f"the call carries no credential, and such calls fall into {sandbox}"
    if recorded.account is None:
        return "credential_code", f"the credential has the code of {sandbox} at its place"
    return "credential", f"the credential is one of {sandbox}"


def _tell_account(recorded: Recorded, claim: Claim | None) -> tuple[str, str]:
    if recorded.account is not None:
        return "credential", f"the credential names the account {recorded.account}"
    if claim is None or claim.credential is None:
        return "nothing", "the call carries no credential that could name one"
    return "nothing", "the credential that came is no account's of the sandbox"
