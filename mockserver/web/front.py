"""What stands at the root itself: what this server is, and where its pages are."""

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from mockserver.api.call import JSON, Call
from mockserver.api.provider import Provider
from mockserver.pipeline.answer import Answer, encode_json

HTML = "text/html"
LONGEST_ACCEPT = 1_000  # characters; browsers send some 150
PAGES = {
    "administration": "/_mock/sandboxes/default",
    "messages": "/_mock/sandboxes/default/messages",
    "requests": "/_mock/sandboxes/default/requests",
    "providers": "/_mock/providers",
    "readyz": "/_mock/readyz",
}
PAGE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>mockserver</title><link rel="icon" href="data:,"></head>
<body>
<h1>mockserver {version}</h1>
<p>{what}</p>
<ul>
{links}
</ul>
</body>
</html>
"""
LINK = '<li><a href="{path}">{name}</a></li>'


def answer_front(
    providers: Mapping[str, Provider],
    version: str,
    finish: Callable[[Answer], Answer],
    call: Call,
) -> Answer:
    """JSON to programs, a page to whoever would rather have one. ``finish`` is for both."""
    titles = [each.title for each in providers.values()]
    what = f"A local stand-in for the WhatsApp APIs of {', '.join(titles)}"
    if _prefers_a_page(call.header("accept")):
        answer = _write_page(version, what)
    else:
        answer = encode_json(200, _describe(providers, version, what, call.base_url))
    answer.headers["Vary"] = "Accept"
    return finish(answer)


def _prefers_a_page(accept: str) -> bool:
    if len(accept) > LONGEST_ACCEPT:
        return False
    wishes = parse_accept_header(accept, MIMEAccept)
    return wishes.quality(HTML) > wishes.quality(JSON)


def _describe(
    providers: Mapping[str, Provider], version: str, what: str, base_url: str
) -> dict[str, Any]:
    return {
        "name": "mockserver",
        "version": version,
        "what": what,
        "providers": {each.id: f"{base_url}/{each.id}" for each in providers.values()},
        "pages": {name: f"{base_url}{path}" for name, path in PAGES.items()},
    }


def _write_page(version: str, what: str) -> Answer:
    """Nothing of the request stands in it, and no script may run in it."""
    links = "\n".join(LINK.format(name=name, path=path) for name, path in PAGES.items())
    page = PAGE.format(version=version, what=escape(what), links=links)
    headers = {
        "Content-Type": f"{HTML}; charset=utf-8",
        "Content-Security-Policy": "default-src 'none'; img-src data:; frame-ancestors 'none'",
    }
    return Answer(200, headers, page.encode())
