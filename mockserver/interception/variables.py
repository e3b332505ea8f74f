"""The variables by which programs that nobody changes end up at a server.

Nothing is read here: what there is comes in, what is to be set goes out. Who reads which variable
is told in docs/interception.md, and proved by tests/interception.
"""

import os
import re
import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

LOCAL = ("localhost", "127.0.0.1", "::1")
"""Reached directly: databases and servers of the application itself. All programs know these forms;
a network such as ``127.0.0.0/8``, and brackets around an address, are an error to some.
"""
HOOK = Path(__file__).with_name("node_hook.cjs")
PASSWORD = "sandbox"
"""Beside the sandbox's code as the user of the proxy. Nobody judges it, but Python's urllib and
requests and Node's undici send no user without a password.
"""
NODE_TOKEN = re.compile(r'(?:"(?:\\.|[^"\\])*(?:"|\\?\Z)|[^\s"])+')
JAVA_TOKEN = re.compile(r"""(?:"[^"]*"|'[^']*'|[^\s"'])+""")


class Trust(NamedTuple):
    """The files by which clients know the server's authority: all certificates to be trusted as
    PEM, the same as PKCS#12, the password of that, and a folder with settings of PHP that name the
    first.
    """

    bundle: Path
    truststore: Path
    password: str
    php: Path


def make_variables(
    url: str, sandbox: str, code: str | None, trust: Trust, given: Mapping[str, str]
) -> dict[str, str]:
    """The variables for programs that are to call the server at ``url``.

    ``code`` is that of the sandbox which calls without a credential are for as well, ``given`` the
    environment as it is: what stands in NODE_OPTIONS, JAVA_TOOL_OPTIONS and PHP_INI_SCAN_DIR stays
    there.
    """
    host, port = find_address(url)
    proxy = _write_proxy(host, port, code)
    direct = ",".join(dict.fromkeys((*LOCAL, host)))
    bundle = str(trust.bundle)
    return {
        **dict.fromkeys(_in_both_cases("HTTP_PROXY", "HTTPS_PROXY"), proxy),
        **dict.fromkeys(_in_both_cases("NO_PROXY"), direct),
        "SSL_CERT_FILE": bundle,
        "SSL_CERT_DIR": "",
        "REQUESTS_CA_BUNDLE": bundle,
        "CURL_CA_BUNDLE": bundle,
        "NODE_EXTRA_CA_CERTS": bundle,
        "NODE_USE_ENV_PROXY": "1",
        "NODE_OPTIONS": _add_hook(given.get("NODE_OPTIONS", "")),
        "JAVA_TOOL_OPTIONS": _add_properties(
            given.get("JAVA_TOOL_OPTIONS", ""), _list_properties(host, port, trust)
        ),
        "PHP_INI_SCAN_DIR": _add_folder(given.get("PHP_INI_SCAN_DIR", ""), str(trust.php)),
        "MOCKSERVER_URL": url,
        "MOCKSERVER_SANDBOX": sandbox,
    }


def find_address(url: str) -> tuple[str, int]:
    """Host and port of a server's URL. Raises ValueError where there are none."""
    parts = urlsplit(url)
    if not parts.hostname:
        raise ValueError(f"no host in {url}")
    return parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)


def _in_both_cases(*names: str) -> Iterable[str]:
    """Libraries read the one or the other: for ``http_proxy`` curl and Ruby only the lower one."""
    return (case for name in names for case in (name, name.lower()))


def _write_proxy(host: str, port: int, code: str | None) -> str:
    user = f"{code}:{PASSWORD}@" if code else ""
    return f"http://{user}[{host}]:{port}" if ":" in host else f"http://{user}{host}:{port}"


def _add_hook(options: str) -> str:
    """The options of Node with the hook behind them, once."""
    kept = [each for each in NODE_TOKEN.findall(options) if HOOK.name not in each]
    return " ".join([*kept, f"--require={_quote_for_node(str(HOOK))}"])


def _quote_for_node(path: str) -> str:
    """As NODE_OPTIONS has it: in double quotes a backslash makes the next character itself."""
    if not re.search(r'[\s"\\]', path):
        return path
    escaped = path.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _list_properties(host: str, port: int, trust: Trust) -> dict[str, str]:
    """What Java goes by. It sends no user to a proxy that does not ask for one."""
    direct = dict.fromkeys(("localhost", "*.localhost", "127.*", "[::1]", _in_brackets(host)))
    return {
        "http.proxyHost": host,
        "http.proxyPort": str(port),
        "https.proxyHost": host,
        "https.proxyPort": str(port),
        "http.nonProxyHosts": "|".join(direct),
        "jdk.http.auth.tunneling.disabledSchemes": "",
        "javax.net.ssl.trustStore": str(trust.truststore),
        "javax.net.ssl.trustStoreType": "PKCS12",
        "javax.net.ssl.trustStorePassword": trust.password,
    }


def _in_brackets(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _add_properties(options: str, properties: Mapping[str, str]) -> str:
    """The options of Java, with these properties in place of those of the same names."""
    ours = tuple(f"-D{name}=" for name in properties)
    kept = [each for each in JAVA_TOKEN.findall(options) if not each.lstrip("\"'").startswith(ours)]
    return " ".join([*kept, *(_quote_for_java(f"-D{n}={v}") for n, v in properties.items())])


def _quote_for_java(option: str) -> str:
    """As JAVA_TOOL_OPTIONS has it: quotes of either kind, with nothing escaped between them."""
    return shlex.quote(option) if re.search(r"[\s'\"]", option) else option


def _add_folder(folders: str, folder: str) -> str:
    """PHP's list with the folder at its end, once; an empty one in it is PHP's usual folder."""
    kept = [each for each in folders.split(os.pathsep) if each != folder]
    return os.pathsep.join([*kept, folder])
