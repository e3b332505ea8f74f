"""Who may steer the server: programs and the server's own pages, but no other page of the web.

Any page that is open on a machine can send requests to a server there, and one whose own name is
made to lead to that server can read the answers as well (DNS rebinding). Browsers tell of both in
headers that no page can set: Host, Origin and Sec-Fetch-Site (Fetch Metadata, W3C).
"""

import re
from collections.abc import Iterable
from hmac import compare_digest
from ipaddress import ip_address

from mockserver.api.call import Call
from mockserver.text.mistakes import Refused
from mockserver.text.shown import shown

HOST = re.compile(
    r"(?:\[(?P<v6>[0-9a-f:.]{2,45})\]|(?P<name>[a-z0-9_-][a-z0-9_.-]{0,253}))(?::[0-9]{0,5})?\Z"
)
OF_THIS_MACHINE = ("localhost", "host.docker.internal")
OWN_SITES = ("none", "same-origin")  # another port of the same machine is "same-site"
USUAL_PORTS = {"http": ":80", "https": ":443"}
CHALLENGE = 'Bearer realm="mockserver administration"'
FOR_PAGES = (
    "only pages of this server itself may, and no option opens it to others; "
    "programs such as curl send no such header"
)


class Gate:
    """``allowed_hosts`` are further names that the server is asked by; with a ``token`` every
    request must carry it."""

    def __init__(self, allowed_hosts: Iterable[str] = (), token: str | None = None) -> None:
        self._hosts = {*OF_THIS_MACHINE, *(simplify_name(each) for each in allowed_hosts)}
        self._token = token

    def check(self, call: Call) -> None:
        """Raises Refused: 403 for what may come from a foreign page, 401 without the token."""
        self._require_own_host(call)
        _require_own_page(call)
        if self._token is not None:
            _require_token(call, self._token)

    def _require_own_host(self, call: Call) -> None:
        """Also of HTTP/1.0, which can do without: no browser does."""
        host = call.header("host")
        name = read_name(host)
        if name is not None and (simplify_name(name) in self._hosts or is_near(name)):
            return
        came = f"the name {shown(host)}" if host else "a request without Host"
        hint = (
            "ask by localhost, an IP address or a name without a dot; "
            f"if the name is yours, start the server with --allowed-hosts {name or 'NAME'} "
            "(MOCKSERVER_ALLOWED_HOSTS)"
        )
        raise _forbid("host_not_allowed", f"the administration does not answer to {came}", hint)


def read_name(host: str) -> str | None:
    """The name or address in a Host, in lower case, without port and brackets.

    None for what is no host. A final dot stays where the name is of one word: with it that is a
    top level of the web, and no neighbour's.
    """
    found = HOST.match(host.lower())
    if found is None:
        return None
    name = found["name"]
    if name:
        return name if name.find(".") == len(name) - 1 else simplify_name(name)
    return found["v6"] if _is_address(found["v6"]) else None


def simplify_name(name: str) -> str:
    """Names that differ in letter case or a final dot are one."""
    return name.lower().removesuffix(".")


def is_near(name: str) -> bool:
    """Whether no page of the web can have such a name: a loopback one, an address, or one without
    a dot, as containers have among themselves.
    """
    return "." not in name or name.endswith(".localhost") or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _require_own_page(call: Call) -> None:
    origin, site = call.headers.get("origin"), call.headers.get("sec-fetch-site")
    own = _read_origin(call.base_url)
    if origin is not None and _read_origin(origin) != own:
        message = f"a page of {shown(origin)} may not steer this server, which is {shown(own)}"
        raise _forbid("origin_not_allowed", message, f"Origin: {FOR_PAGES}")
    if site is not None and site not in OWN_SITES:
        message = f"a page of another origin may not steer this server: it is {shown(site)}"
        raise _forbid("origin_not_allowed", message, f"Sec-Fetch-Site: {FOR_PAGES}")


def _read_origin(text: str) -> str:
    """Scheme, host and port; the scheme's usual port is left out, as browsers do."""
    scheme, _, host = text.lower().partition("://")
    return f"{scheme}://{host.removesuffix(USUAL_PORTS.get(scheme, ''))}"


def _require_token(call: Call, token: str) -> None:
    scheme, _, came = call.header("authorization").partition(" ")
    if scheme.lower() == "bearer" and compare_digest(came.strip().encode(), token.encode()):
        return
    message = "another token came" if scheme else "no token came"
    hint = (
        "send Authorization: Bearer TOKEN with what the server was given as --admin-token; "
        "the command line and mockserver.client send what is in MOCKSERVER_ADMIN_TOKEN"
    )
    raise Refused("token_needed", f"the administration needs its token: {message}", hint, 401)


def _forbid(code: str, message: str, hint: str) -> Refused:
    return Refused(code, message, hint, status=403)
