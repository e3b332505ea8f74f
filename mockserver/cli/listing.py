"""What the providers offer."""

import json

import click

from mockserver.admin.offer import describe_provider
from mockserver.api.catalogue import Catalogue
from mockserver.cli.base import load_providers, tell


@click.command()
@click.option(
    "--json", "as_json", is_flag=True, help="as JSON, in the shape of GET /_mock/providers"
)
@click.option(
    "--url", default="http://127.0.0.1:8080", show_default=True, help="what base URLs begin with"
)
def providers(as_json: bool, url: str) -> None:
    """List providers, operations, routes and documented errors; no server is asked."""
    found = load_providers()
    described = [describe_provider(provider, url) for provider in found.values()]
    if as_json:
        tell(json.dumps({"providers": described}, indent=2, ensure_ascii=False))
        return
    for provider in described:
        tell(f"{provider['id']}  {provider['base_url']}  {', '.join(provider['hosts'])}")
        for operation in provider["operations"]:
            for path in (operation["path"], *operation["aliases"]):
                tell(f"  {operation['name']:<18}{operation['method']:<5} {path}")
        for each in provider["not_emulated"]:
            tell(f"  {each['name']:<18}{each['method']:<5} {each['path']}  (not emulated yet)")
        for row in found[provider["id"]].errors:
            tell(f"  {_write_row(row)}")
        tell("")


def _write_row(row: Catalogue) -> str:
    spec = row.spec
    code = "" if spec.code is None else spec.code
    only = "" if spec.by_state else " (by rule only)"
    return f"{row.name:<44}{spec.status}  {code:<12} {spec.when}{only}"
