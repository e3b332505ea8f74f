"""The variables, and what stood in them before."""

import os
import subprocess
from pathlib import Path
from urllib.request import proxy_bypass

import pytest
import requests.utils

from mockserver.interception.variables import HOOK, Trust, make_variables

URL = "http://127.0.0.1:8080"
CODE = "76242381"
TRUST = Trust(Path("/trust/bundle.pem"), Path("/trust/store.p12"), "changeit", Path("/trust/php"))


def make(
    url: str = URL, code: str | None = None, trust: Trust = TRUST, **given: str
) -> dict[str, str]:
    return make_variables(url, "mine", code, trust, given)


def test_all_of_them() -> None:
    direct = "localhost,127.0.0.1,::1"
    assert make() == {
        "HTTP_PROXY": URL,
        "http_proxy": URL,
        "HTTPS_PROXY": URL,
        "https_proxy": URL,
        "NO_PROXY": direct,
        "no_proxy": direct,
        "SSL_CERT_FILE": "/trust/bundle.pem",
        "SSL_CERT_DIR": "",
        "REQUESTS_CA_BUNDLE": "/trust/bundle.pem",
        "CURL_CA_BUNDLE": "/trust/bundle.pem",
        "NODE_EXTRA_CA_CERTS": "/trust/bundle.pem",
        "NODE_USE_ENV_PROXY": "1",
        "NODE_OPTIONS": f"--require={HOOK}",
        "JAVA_TOOL_OPTIONS": "-Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=8080 "
        "-Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=8080 "
        "-Dhttp.nonProxyHosts=localhost|*.localhost|127.*|[::1]|127.0.0.1 "
        "-Djdk.http.auth.tunneling.disabledSchemes= "
        "-Djavax.net.ssl.trustStore=/trust/store.p12 -Djavax.net.ssl.trustStoreType=PKCS12 "
        "-Djavax.net.ssl.trustStorePassword=changeit",
        "PHP_INI_SCAN_DIR": ":/trust/php",
        "MOCKSERVER_URL": URL,
        "MOCKSERVER_SANDBOX": "mine",
    }


@pytest.mark.parametrize(
    ("url", "code", "proxy"),
    [
        ("http://[::1]:8080", None, "http://[::1]:8080"),
        ("http://[::1]:8080", CODE, f"http://{CODE}:sandbox@[::1]:8080"),
        ("http://mock", CODE, f"http://{CODE}:sandbox@mock:80"),
        ("https://mock.test:8080", None, "http://mock.test:8080"),
        ("https://mock.test", None, "http://mock.test:443"),
    ],
)
def test_proxy_is_the_server_and_its_user_the_code(url: str, code: str | None, proxy: str) -> None:
    assert make(url, code)["https_proxy"] == proxy


def test_code_is_sent_by_a_client_that_wants_a_password() -> None:
    found = requests.utils.get_auth_from_url(make(code=CODE)["HTTPS_PROXY"])
    assert found == (CODE, "sandbox")


@pytest.mark.parametrize(
    ("host", "direct"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("mock.test", True),
        ("api.kirim.chat", False),
        ("example.com", False),
        ("notlocalhost.example.com", False),
    ],
)
def test_only_this_machine_and_the_server_are_reached_directly(
    host: str, direct: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    variables = make("http://mock.test:8080", NO_PROXY="*", no_proxy="api.kirim.chat")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert bool(requests.utils.should_bypass_proxies(f"https://{host}/", None)) == direct
    assert bool(proxy_bypass(host)) == direct


SPACED = '--max-old-space-size=99 --require "/my own/a.js"'


@pytest.mark.parametrize("given", ["", "--trace-warnings", SPACED])
def test_options_of_node_stay(given: str) -> None:
    made = make(NODE_OPTIONS=given)["NODE_OPTIONS"]
    assert made == f"{given} --require={HOOK}".strip()
    assert make(NODE_OPTIONS=made)["NODE_OPTIONS"] == made


def test_hook_is_found_where_its_path_has_a_blank(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = tmp_path / 'it\'s "here" \\ now' / HOOK.name
    odd.parent.mkdir()
    odd.write_text("console.log('loaded')")
    monkeypatch.setattr("mockserver.interception.variables.HOOK", odd)
    environment = {**make(), "PATH": os.environ["PATH"], "NODE_EXTRA_CA_CERTS": ""}
    done = subprocess.run(
        ["node", "-e", ""], env=environment, capture_output=True, text=True, timeout=20
    )
    assert (done.stdout, done.stderr) == ("loaded\n", "")


KEPT = "-Xmx64m '-Dmy.own=a b' -Dx=\"c d\""


def test_options_of_java_stay_but_for_those_that_lead_elsewhere() -> None:
    other = f"-Dhttps.proxyHost=corp '-Djavax.net.ssl.trustStore=/my own/store' {KEPT}"
    made = make(JAVA_TOOL_OPTIONS=other)["JAVA_TOOL_OPTIONS"]
    assert made == f"{KEPT} {make()['JAVA_TOOL_OPTIONS']}"
    assert make(JAVA_TOOL_OPTIONS=made)["JAVA_TOOL_OPTIONS"] == made


def test_java_reads_paths_with_blanks_and_quotes(tmp_path: Path) -> None:
    odd = '/it\'s "my" own\\store.p12'
    variables = make(trust=TRUST._replace(truststore=Path(odd)))
    environment = {**variables, "PATH": os.environ["PATH"]}
    done = subprocess.run(
        ["java", "-XshowSettings:properties", "-version"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    told = {line.strip() for line in done.stderr.splitlines()}
    assert f"javax.net.ssl.trustStore = {odd}" in told
    assert "http.nonProxyHosts = localhost|*.localhost|127.*|[::1]|127.0.0.1" in told


@pytest.mark.parametrize("given", ["", "/my/own", "/my/own:"])
def test_folders_of_php_stay(given: str) -> None:
    made = make(PHP_INI_SCAN_DIR=given)["PHP_INI_SCAN_DIR"]
    assert made == f"{given}:/trust/php"
    assert make(PHP_INI_SCAN_DIR=made)["PHP_INI_SCAN_DIR"] == made


def test_server_without_a_host_is_refused() -> None:
    with pytest.raises(ValueError, match="no host"):
        make("http:///path")
