"""The OpenAPI documents."""

import json
from dataclasses import replace

import click

from mockserver.admin.desk import Inquiry
from mockserver.admin.openapi import tell_administration, tell_provider
from mockserver.api.call import Call, Reply
from mockserver.app import create_desk
from mockserver.cli.base import load_providers, require, stop, tell
from mockserver.cli.options import settings_options
from mockserver.config import Given, load_settings
from mockserver.sandbox.clock import SystemClock
from mockserver.text.mistakes import Mistakes


@click.command(short_help="Print an OpenAPI document of a provider, or of the administration.")
@click.argument("provider", metavar="[PROVIDER]", required=False)
@click.option(
    "--url", default="http://127.0.0.1:8080", show_default=True, help="the server that it tells of"
)
@settings_options("fixtures")
def openapi(provider: str | None, url: str, given: Given) -> None:
    """Print an OpenAPI document of a provider, or of the administration.

    mockserver openapi kirim > kirim.json

    It is what GET /_mock/openapi/PROVIDER.json and GET /_mock/openapi.json answer; no server is
    asked.
    """
    providers = load_providers()
    args = {} if provider is None else {"provider": require("provider", provider, providers)}
    try:
        settings = replace(load_settings(providers, given), data=None)
        desk = create_desk(settings, providers, SystemClock())
    except Mistakes as wrong:
        stop(str(wrong.mistakes[0]), code=2)
    tell_document = tell_provider if args else tell_administration
    call = Call("GET", "", "", {}, base_url=url.rstrip("/"))
    reply = tell_document(desk, Inquiry(call, args, None))
    assert isinstance(reply, Reply), "a document is told at once"
    tell(json.dumps(reply.body, indent=2, ensure_ascii=False))
