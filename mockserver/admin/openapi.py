"""The OpenAPI documents: of the administration itself, and of each provider."""

from collections.abc import Callable, Iterable
from typing import Any

from mockserver.admin.accounts import make_patch_schema
from mockserver.admin.described import described
from mockserver.admin.desk import Desk, Inquiry, choose
from mockserver.api.call import Reply
from mockserver.late import load_module
from mockserver.sandbox.samples import sample_calls

# What makes the documents takes long to load, and few ask for them.
OF_PROVIDERS = "mockserver.openapi.provider"
OF_THE_ADMINISTRATION = "mockserver.openapi.administration"
SHAPES = "mockserver.admin.shapes"
ITSELF = ""


@described(200, "OpenAPI")
def tell_administration(desk: Desk, inquiry: Inquiry) -> Reply:
    """This document."""

    def describe() -> Any:
        bodies = {
            "AccountPatch": [make_patch_schema(each) for each in desk.providers.values()],
            "Rule": desk.manual(),
        }
        module, shapes = load_module(OF_THE_ADMINISTRATION), load_module(SHAPES)
        bodies |= shapes.BODIES
        choices = {"provider": list(desk.providers)}
        return module.describe_administration(desk.routes(), shapes, bodies, choices, desk.version)

    here = {"url": inquiry.call.base_url, "description": "mockserver"}
    return _tell(desk, ITSELF, describe, [here])


@described(200, "OpenAPI")
def tell_provider(desk: Desk, inquiry: Inquiry) -> Reply:
    """The calls of a provider that are emulated, as an OpenAPI document."""
    provider = desk.providers[
        choose("provider", inquiry.args["provider"], desk.providers, status=404)
    ]
    module = load_module(OF_PROVIDERS)

    def describe() -> Any:
        samples = sample_calls(provider, desk.sandboxes.seeds[provider.id])
        return module.describe_provider(provider, desk.version, samples)

    servers = module.list_servers(provider, inquiry.call.base_url)
    return _tell(desk, provider.id, describe, servers)


def _tell(
    desk: Desk, name: str, describe: Callable[[], Any], servers: Iterable[dict[str, Any]]
) -> Reply:
    """The document, which is made once; where the server is depends on who asks."""
    if name not in desk.documents:
        desk.documents[name] = describe()
    return Reply(200, {**desk.documents[name], "servers": list(servers)})
