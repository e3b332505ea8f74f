"""The command line from outside: what it prints, where, and with which exit code it ends."""

import http.server
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.calls import (
    BY_PROVIDER,
    D7_MESSAGE,
    D7_RECEIPT,
    D7_TOKEN,
    NX_MESSAGE,
    NX_NUMBER,
    NXCLOUD_RECEIPT,
    ValidCall,
)
from tests.commands import Done
from tests.commands import run as mockserver
from tests.nxcloud_signature import TS

FIXTURES = Path(__file__).parents[2] / "fixtures"
NXCLOUD_BODY = NXCLOUD_RECEIPT.body.decode()


def assert_one_line(done: Done, code: int, *said: str) -> None:
    assert done.returncode == code
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("mockserver: ")
    assert all(part in done.stderr for part in said), done.stderr


@pytest.fixture(scope="module")
def bystander(start_server: Any) -> Any:
    """A server for commands that only ask."""
    return start_server()


@pytest.fixture
def fixtures(tmp_path: Path) -> Path:
    """A copy of the packaged fixtures, to be broken."""
    return Path(shutil.copytree(FIXTURES, tmp_path / "fixtures"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder to start in, without a mockserver.toml."""
    return tmp_path


@pytest.fixture
def taken_port() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield str(listener.getsockname()[1])


def edit(file: Path, old: str, new: str) -> None:
    content = file.read_text(encoding="utf-8")
    assert old in content
    file.write_text(content.replace(old, new, 1), encoding="utf-8")


# Start


def test_serve_prints_one_line_on_stdout_and_the_rest_on_stderr(start_server: Any) -> None:
    server = start_server()
    assert server.stop() == 0
    assert server.url.startswith("http://127.0.0.1:")
    assert server.process.stdout.read() == ""
    assert server.url in server.log.read_text()


def test_serve_accepts_when_it_says_so(bystander: Any) -> None:
    answer = requests.get(f"{bystander.url}/_mock/readyz", timeout=5)
    assert answer.json()["status"] == "ok"


def test_banner_names_every_base_url(bystander: Any) -> None:
    banner = bystander.log.read_text()
    for provider in ("d7", "kaleyra", "nxcloud", "kirim"):
        assert f"{bystander.url}/{provider}" in banner
        calls = 2 if provider == "d7" else 1  # it has reports too
        assert banner.count(f" {bystander.url}/{provider}/") == calls
    assert f"{bystander.url}/_mock/sandboxes/default" in banner


def banner_calls(server: Any) -> list[str]:
    """Of the four providers, in the order of their names."""
    lines = server.log.read_text(encoding="utf-8").splitlines()
    calls = [line.strip() for line in lines if "curl -X" in line]
    return [call for id in sorted(BY_PROVIDER) for call in calls if f"{server.url}/{id}/" in call]


def read_everything(server: Any, call: ValidCall) -> None:
    """Mark every fresh message read that lies on the first number, which the banner shows."""
    document = requests.get(server.state, timeout=5).json()
    number = document["providers"][call.provider]["accounts"][0]["numbers"][0]["number"]
    unread = f"{server.state}/messages?provider={call.provider}&account=main&unread=true"
    for message in requests.get(unread, timeout=5).json()["messages"]:
        if message["business_number"] == number:
            path = call.path.replace(call.message_id, message["id"])
            body = call.body.decode().replace(call.message_id, message["id"])
            body = body.replace(NX_NUMBER, number)
            replace(call, path=path, body=body.encode()).send(server.url)


@pytest.mark.slow
def test_banners_calls_succeed_after_everything_was_read(start_server: Any, folder: Path) -> None:
    first = start_server("--data", str(folder / "data"))
    for call in BY_PROVIDER.values():
        read_everything(first, call)
    first.stop()
    server = start_server("--data", str(folder / "data"))
    calls = banner_calls(server)
    assert not [call for call in BY_PROVIDER.values() if call.message_id in "".join(calls)]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    script = "\n".join(f"{call} --silent --show-error; echo" for call in calls)
    done = subprocess.run(
        ["bash", "-c", script],
        capture_output=True,
        env=os.environ | {"PATH": path},
        text=True,
        timeout=30,
        check=True,
    )
    d7, report, kaleyra, kirim, nxcloud = map(json.loads, done.stdout.splitlines())
    assert (d7, kaleyra["code"]) == ("Message successfully marked as read", "WA202")
    assert list(report) == ["request_id", "messages", "request_stage", "schedule_time"]
    assert (kirim["data"]["status"], nxcloud["code"]) == ("read", 0)


WRONG_STARTS = {
    "an unknown option": (["--colour", "red"], ["--colour"]),
    "a port of letters": (["--port", "http"], ["--port", "'http'"]),
    "a port too high": (["--port", "65536"], ["--port", "65535", "'65536'"]),
    "an endless port": (["--port", "9" * 5_000], ["--port"]),
    "an empty port": (["--port", ""], ["--port"]),
    "a journal of letters": (["--journal", "long"], ["--journal", "'long'"]),
    "a folder that is not there": (["--fixtures", "nowhere"], ["nowhere"]),
    "a file for a folder": (["--fixtures", __file__], [__file__]),
    "a configuration that is not there": (["--config", "nowhere.toml"], ["nowhere.toml"]),
    "data in a folder that is not there": (["--data", "nowhere/data"], ["nowhere/data"]),
}


@pytest.mark.sample(4)
@pytest.mark.parametrize(("options", "said"), WRONG_STARTS.values(), ids=WRONG_STARTS)
def test_wrong_option_is_one_line_and_2(folder: Path, options: list[str], said: list[str]) -> None:
    assert_one_line(mockserver("serve", "--port", "0", *options, cwd=folder), 2, *said)


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MOCKSERVER_PORT", "http"),
        ("MOCKSERVER_JOURNAL", "1.5"),
        ("MOCKSERVER_FIXTURES", "gone"),
        ("MOCKSERVER_STRICT_PLUGINS", "maybe"),
        ("MOCKSERVER_MAX_SANDBOXES", "0"),
        ("MOCKSERVER_JOURNAL_MEMORY", "65537"),
    ],
)
def test_wrong_variable_is_one_line_and_2(folder: Path, name: str, value: str) -> None:
    assert_one_line(mockserver("serve", cwd=folder, **{name: value}), 2, value)


WRONG_FILES = {
    "no TOML": ("port = = 1", ["mockserver.toml", "line 1"]),
    "an unknown key": ("colour = 'red'", ["mockserver.toml", "colour", "port"]),
    "a port of letters": ("port = 'http'", ["mockserver.toml", "port", "'http'"]),
    "a port that is true": ("port = true", ["mockserver.toml", "port", "True"]),
    "a number for a flag": ("strict_plugins = 1", ["mockserver.toml", "strict_plugins", "true"]),
    "a number for a folder": ("fixtures = 5", ["mockserver.toml", "fixtures", "5"]),
    "an unknown choice": (
        "[kaleyra]\nunknown_message = 'lose'",
        ["mockserver.toml", "kaleyra.unknown_message", "accept", "reject", "'lose'"],
    ),
    "a switch for a table": ("d7 = 1", ["mockserver.toml", "d7"]),
    "a rule with an unknown error": (
        "[[fault]]\nfault = {type = 'error', error = 'NOTHING'}",
        ["NOTHING"],
    ),
}


@pytest.mark.sample(3)
@pytest.mark.parametrize(("content", "said"), WRONG_FILES.values(), ids=WRONG_FILES)
def test_wrong_configuration_is_one_line_and_2(folder: Path, content: str, said: list[str]) -> None:
    (folder / "mockserver.toml").write_text(content)
    assert_one_line(mockserver("serve", cwd=folder), 2, *said)


def test_configuration_that_is_no_text_is_one_line_and_2(folder: Path) -> None:
    (folder / "mockserver.toml").write_bytes(b"port = \xff\xfe")
    assert_one_line(mockserver("serve", "--port", "0", cwd=folder), 2, "mockserver.toml")


def test_rule_in_the_configuration_is_named_with_its_file(folder: Path) -> None:
    (folder / "mockserver.toml").write_text("[[fault]]\nfault = {type = 'meteor'}")
    done = mockserver("serve", "--port", "0", cwd=folder)
    assert_one_line(done, 2, "mockserver.toml", "fault[0]", "meteor", "latency")


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[]", "kirim.json"),
        ("[" * 100_000, "cannot be read as JSON"),
        ('{"accounts": [], "conversations": [], "colour": 1}', "colour"),
    ],
)
def test_broken_fixture_is_one_line_and_2(fixtures: Path, content: str, said: str) -> None:
    (fixtures / "kirim.json").write_text(content)
    done = mockserver("serve", "--port", "0", "--fixtures", str(fixtures))
    assert_one_line(done, 2, str(fixtures / "kirim.json"), said)


def test_fixture_that_is_a_folder_is_one_line_and_2(fixtures: Path) -> None:
    (fixtures / "d7.json").unlink()
    (fixtures / "d7.json").mkdir()
    done = mockserver("serve", "--port", "0", "--fixtures", str(fixtures))
    assert_one_line(done, 2, str(fixtures / "d7.json"))


def test_taken_port_is_one_line_and_1(taken_port: str) -> None:
    done = mockserver("serve", "--port", taken_port)
    assert_one_line(done, 1, "127.0.0.1", taken_port, "--port 0 takes any free port")


@pytest.mark.sample(2)
@pytest.mark.parametrize("host", ["203.0.113.1", "a" * 300, "\udcff", "nowhere.invalid"])
def test_host_that_is_not_the_machines_is_one_line_without_a_word_of_ports(
    folder: Path, host: str
) -> None:
    done = mockserver("serve", "--host", host, "--port", "0", cwd=folder)
    assert_one_line(done, 1, "cannot listen on", "--host takes a name or an address of this")
    assert "--port" not in done.stderr


@pytest.mark.parametrize("command", ["nothing", "Serve"])
def test_unknown_command_is_one_line_and_2(command: str) -> None:
    assert_one_line(mockserver(command), 2, command)


# End


def slow_receipt(server: Any, milliseconds: int) -> None:
    rule = {"match": {"provider": "d7"}, "fault": {"type": "latency", "ms": milliseconds}}
    requests.post(f"{server.state}/faults", json=rule, timeout=5).raise_for_status()


def wait_for_call(server: Any) -> None:
    """Until the rule has struck: from then on an answer is being held back."""
    for _ in range(1_000):
        [rule] = requests.get(f"{server.state}/faults", timeout=5).json()["faults"]
        if rule["hits"]:
            return
    pytest.fail("no call came")


def d7_receipt(server: Any) -> requests.Response:
    return D7_RECEIPT.send(server.url)


@pytest.mark.sample(1)
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_with_0_after_the_answer_under_way(start_server: Any, how: int) -> None:
    server = start_server()
    slow_receipt(server, 300)
    with ThreadPoolExecutor() as pool:
        under_way = pool.submit(d7_receipt, server)
        wait_for_call(server)
        assert server.stop(how) == 0
        assert under_way.result().status_code == 200
    assert "Traceback" not in server.log.read_text()


@pytest.mark.sample(1)
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_an_idle_server_with_open_connections(start_server: Any, how: int) -> None:
    server = start_server()
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))), requests.Session() as session:
        session.get(f"{server.url}/_mock/readyz", timeout=5)
        assert server.stop(how) == 0
    assert server.process.stdout.read() == ""
    assert "Traceback" not in server.log.read_text()


@pytest.mark.slow
def test_log_that_nobody_reads_holds_up_no_call(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mockserver", "serve", "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        url = process.stdout.readline().decode().removeprefix("mockserver ready: ").strip()
        with requests.Session() as session:
            for number in range(1_500):
                path = f"/d7/nowhere/{number}?{'x' * 150}"
                assert session.get(f"{url}{path}", timeout=5).status_code == 404
            log = process.stderr.read(30_000)  # now there is room again
            assert session.get(f"{url}/d7/last", timeout=5).status_code == 404
        process.terminate()
        log += process.stderr.read()
        assert process.wait(timeout=20) == 0
    assert b"/d7/nowhere/0?" in log
    assert b"/d7/nowhere/1499?" not in log
    assert b"lines before this one were dropped" in log
    assert b"/d7/last" in log


@pytest.mark.slow
def test_port_is_free_again_after_the_end(start_server: Any) -> None:
    first = start_server()
    requests.get(f"{first.url}/_mock/readyz", timeout=5)
    port = first.url.rpartition(":")[2]
    first.stop()
    assert start_server("--port", port).url == first.url


# Settings


def journal_size(server: Any) -> int:
    """How many of five calls the journal keeps."""
    for _ in range(5):
        requests.get(f"{server.url}/d7/nothing", timeout=5)
    answer = requests.get(f"{server.state}/requests", timeout=5)
    return len(answer.json()["requests"])


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("option", "variable", "file", "kept"),
    [("2", "3", "4", 2), (None, "3", "4", 3), (None, None, "4", 4), (None, None, None, 5)],
)
def test_option_wins_over_variable_over_file_over_default(
    start_server: Any,
    folder: Path,
    option: str | None,
    variable: str | None,
    file: str | None,
    kept: int,
) -> None:
    (folder / "some.toml").write_text(f"journal = {file}" if file else "")
    options = ["--journal", option] if option else []
    variables = {} if variable is None else {"MOCKSERVER_JOURNAL": variable}
    server = start_server("--config", str(folder / "some.toml"), *options, **variables)
    assert journal_size(server) == kept


@pytest.mark.parametrize(
    ("options", "variables"),
    [(["--strict-plugins"], {}), ([], {"MOCKSERVER_STRICT_PLUGINS": "Yes"})],
)
def test_flag_wins_over_the_file(
    folder: Path, taken_port: str, options: list[str], variables: dict[str, str]
) -> None:
    (folder / "mockserver.toml").write_text("strict_plugins = 'nonsense'")
    done = mockserver("serve", "--port", taken_port, *options, cwd=folder, **variables)
    assert_one_line(done, 1, taken_port)  # the file's value was not looked at


def test_file_mockserver_toml_of_the_folder_is_read(folder: Path, taken_port: str) -> None:
    (folder / "mockserver.toml").write_text(f"port = {taken_port}")
    assert_one_line(mockserver("serve", cwd=folder), 1, taken_port)


def test_configuration_can_be_named_by_a_variable(folder: Path, taken_port: str) -> None:
    (folder / "other.toml").write_text(f"port = {taken_port}")
    assert_one_line(mockserver("serve", cwd=folder, MOCKSERVER_CONFIG="other.toml"), 1, taken_port)


def test_switches_and_rules_of_the_file_are_in_force(start_server: Any, folder: Path) -> None:
    (folder / "some.toml").write_text(
        "[d7]\nread_receipt_body = 'object'\n"
        "[[fault]]\nmatch = {provider = 'd7'}\nschedule = {times = 1}\n"
        "fault = {type = 'error', error = 'INSUFFICIENT_CREDIT'}\n"
    )
    server = start_server("--config", str(folder / "some.toml"))
    assert d7_receipt(server).status_code == 402
    assert d7_receipt(server).json() == {"message": "Message successfully marked as read"}


@pytest.mark.slow
def test_switch_of_the_environment_wins_over_the_file(start_server: Any, folder: Path) -> None:
    (folder / "some.toml").write_text("[d7]\nread_receipt_body = 'object'\n")
    server = start_server(
        "--config", str(folder / "some.toml"), MOCKSERVER_D7_READ_RECEIPT_BODY="text"
    )
    assert d7_receipt(server).text == "Message successfully marked as read"


# The other commands


def test_health_of_a_ready_server_is_0(bystander: Any) -> None:
    done = mockserver("health", "--url", bystander.url)
    assert (done.returncode, done.stdout, done.stderr) == (0, "ready\n", "")


@pytest.mark.sample(1)
@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "all_proxy"])
def test_health_asks_no_proxy(bystander: Any, name: str) -> None:
    proxy = {name: "http://127.0.0.1:1", "no_proxy": "", "NO_PROXY": ""}
    done = mockserver("health", "--url", bystander.url, **proxy)
    assert (done.returncode, done.stdout, done.stderr) == (0, "ready\n", "")


def test_health_follows_the_configured_port(bystander: Any, folder: Path) -> None:
    port = bystander.url.rpartition(":")[2]
    assert mockserver("health", cwd=folder, MOCKSERVER_PORT=port).returncode == 0
    assert mockserver("health", "--port", port, cwd=folder).returncode == 0
    (folder / "mockserver.toml").write_text(f"port = {port}")
    assert mockserver("health", cwd=folder).returncode == 0


def test_health_of_a_server_on_every_address_is_0(bystander: Any, folder: Path) -> None:
    port = bystander.url.rpartition(":")[2]
    done = mockserver("health", cwd=folder, MOCKSERVER_PORT=port, MOCKSERVER_HOST="0.0.0.0")
    assert done.returncode == 0


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://[", "http://a b"])
def test_health_without_a_server_is_one_line_and_1(url: str) -> None:
    assert_one_line(mockserver("health", "--url", url), 1, url)


def test_health_of_no_url_is_one_line_and_1() -> None:
    assert_one_line(mockserver("health", "--url", "nothing"), 1, "http://", "'nothing'")


def test_health_with_a_wrong_configuration_is_one_line_and_1(tmp_path: Path) -> None:
    (tmp_path / "mockserver.toml").write_text("bad")
    assert_one_line(mockserver("health", cwd=tmp_path), 1, "mockserver.toml")
    assert_one_line(mockserver("health", cwd=tmp_path, MOCKSERVER_PORT="abc"), 1)


def test_providers_need_no_configuration(tmp_path: Path) -> None:
    (tmp_path / "mockserver.toml").write_text("bad")
    assert "d7  http://127.0.0.1:8080/d7" in mockserver("providers", cwd=tmp_path).stdout


def test_validate_goes_on_after_a_file_that_is_no_toml(tmp_path: Path) -> None:
    (tmp_path / "mockserver.toml").write_text("bad")
    done = mockserver("validate", "--fixtures", "/nowhere", cwd=tmp_path)
    assert done.returncode == 2
    assert [line.partition(":")[0] for line in done.stdout.splitlines()] == [
        "mockserver.toml",
        "/nowhere",
    ]


@pytest.mark.parametrize("path", ["x" * 5_000, ""])
def test_path_that_is_none_is_one_line_and_2(path: str) -> None:
    assert_one_line(mockserver("serve", "--port", "0", "--fixtures", path), 2, "fixtures")


def test_health_of_a_web_server_is_one_line_and_1(tmp_path: Path) -> None:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Silent) as other:
        threading.Thread(target=other.serve_forever, args=(0.02,)).start()
        url = f"http://127.0.0.1:{other.server_port}"
        assert_one_line(mockserver("health", "--url", url), 1, "is no mockserver")
        other.shutdown()


class Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


def test_health_of_something_else_is_one_line_and_1(bystander: Any) -> None:
    assert_one_line(mockserver("health", "--url", f"{bystander.url}/d7"), 1, "not ready")


def test_validate_of_the_packaged_fixtures_is_0(folder: Path) -> None:
    done = mockserver("validate", cwd=folder)
    assert done.returncode == 0
    assert "no mistakes" in done.stdout
    assert done.stderr == ""


def test_validate_prints_every_mistake_with_file_and_path(fixtures: Path) -> None:
    edit(fixtures / "d7.json", '"age": "P2DT3H"', '"age": "two days"')
    edit(fixtures / "d7.json", '{"label": "main", ', '{"label": "main", "colour": "red", ')
    repeated = '"id": "ABGHhhdgYFCBnwIQiFTxEdgaCdrhgHh9VKy6jw"'
    edit(fixtures / "nxcloud.json", '"id": "ABGHhhdgYFCBnwIQfYiYyUm3WpoaxowfVGS9YA"', repeated)
    edit(fixtures / "kirim.json", '"account": "main"', '"account": "nobody"')
    (fixtures / "kaleyra.json").write_text("{")
    (fixtures / "nobody.json").write_text("{}")
    done = mockserver("validate", "--fixtures", str(fixtures))
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    lines = done.stdout.splitlines()
    for file, path, reason in (
        ("d7.json", "conversations[0].messages[0].age", "two days"),
        ("d7.json", "accounts[0].colour", ""),
        ("nxcloud.json", "conversations[0].messages[2].id", "conversations[0].messages[0].id"),
        ("kirim.json", "conversations[0].account", "nobody"),
        ("kaleyra.json", "", "JSON"),
        ("nobody.json", "", "nobody"),
    ):
        found = [each for each in lines if each.startswith(f"{fixtures / file}: {path}")]
        assert [each for each in found if reason in each], (file, path, done.stdout)
    assert len(lines) == 6


BROKEN = {
    "an unknown key": ('"direction": "inbound", ', '"direction": "inbound", "x": 1, ', ".x"),
    "no id": (
        f'"id": "{D7_MESSAGE}", ',
        "",
        "conversations[0].messages[2].id",
    ),
    "a wrong type": ('"type": "image"', '"type": "hologram"', "type"),
    "a wrong condition": ('"condition": "expired"', '"condition": "x"', "accounts[1].condition"),
    "a repeated token": ("d7-mock-token-expired", D7_TOKEN, "accounts[1].token"),
    "an unknown number": (
        '"business_number": "+971509752655"',
        '"business_number": "+1"',
        "conversations[0].business_number",
    ),
    "a months' age": ('"age": "P2DT3H"', '"age": "P1M"', "conversations[0].messages[0].age"),
    "an endless age": (
        '"age": "P2DT3H"',
        f'"age": "P{"9" * 400}D"',
        "conversations[0].messages[0].age",
    ),
}  # fmt: skip


@pytest.mark.sample(3)
@pytest.mark.parametrize(("old", "new", "path"), BROKEN.values(), ids=BROKEN)
def test_validate_names_the_place_of_a_mistake(
    fixtures: Path, old: str, new: str, path: str
) -> None:
    edit(fixtures / "d7.json", old, new)
    done = mockserver("validate", "--fixtures", str(fixtures))
    assert done.returncode == 2
    assert done.stdout.startswith(f"{fixtures / 'd7.json'}: ")
    assert path in done.stdout
    assert "Traceback" not in done.stderr


def test_validate_reads_the_configuration_too(folder: Path) -> None:
    (folder / "some.toml").write_text("port = 'http'\ncolour = 'red'\n[d7]\nshape = 1\n")
    done = mockserver("validate", "--config", "some.toml", cwd=folder)
    assert done.returncode == 2
    for path in ("port", "colour", "d7.shape"):
        assert f"some.toml: {path}: " in done.stdout


def test_validate_prints_every_wrong_rule(folder: Path) -> None:
    (folder / "some.toml").write_text(
        "[[fault]]\nfault = {type = 'meteor'}\n[[fault]]\nfault = {type = 'flood'}\n"
    )
    done = mockserver("validate", "--config", "some.toml", cwd=folder)
    assert done.returncode == 2
    assert "some.toml: fault[0]" in done.stdout
    assert "some.toml: fault[1]" in done.stdout


def test_validate_prints_wrong_keys_and_wrong_rules_of_one_file_at_once(folder: Path) -> None:
    (folder / "some.toml").write_text(
        "colour = 'red'\n[d7]\nread_receipt_body = 'xml'\n[[fault]]\nfault = {type = 'meteor'}\n"
    )
    done = mockserver("validate", "--config", "some.toml", cwd=folder)
    assert done.returncode == 2
    assert len(done.stdout.splitlines()) == 3
    for path in ("colour", "d7.read_receipt_body", "fault[0]"):
        assert f"some.toml: {path}: " in done.stdout


def test_validate_leaves_the_data_file_alone(folder: Path) -> None:
    (folder / "mockserver.toml").write_text("data = 'x.log'\n")
    assert mockserver("validate", cwd=folder).returncode == 0
    assert mockserver("validate", cwd=folder, MOCKSERVER_DATA="y.log").returncode == 0
    assert [each.name for each in folder.iterdir()] == ["mockserver.toml"]


def test_no_command_is_answered_with_the_help() -> None:
    done = mockserver()
    assert done.returncode == 2
    assert "Usage: " in done.stderr
    for command in ("serve", "providers", "health", "validate", "sign"):
        assert f"\n  {command} " in done.stderr
    assert done.stdout == ""


def test_providers_as_json_is_what_the_server_says(bystander: Any) -> None:
    done = mockserver("providers", "--json", "--url", bystander.url)
    assert done.returncode == 0
    listed = json.loads(done.stdout)
    ids = [each["id"] for each in listed["providers"]]
    assert ids == sorted({"d7", "kaleyra", "kirim", "nxcloud", *ids})
    assert listed == requests.get(f"{bystander.url}/_mock/providers", timeout=5).json()


def test_providers_lists_operations_and_errors() -> None:
    done = mockserver("providers")
    assert done.returncode == 0
    for text in ("/api/wa/typingIndicator", "LOW_BALANCE", "api.d7networks.com", "get_status"):
        assert text in done.stdout
    [by_rule] = [line for line in done.stdout.splitlines() if "PHONE_NUMBER_FORBIDDEN" in line]
    [by_call] = [line for line in done.stdout.splitlines() if "LOW_BALANCE" in line]
    assert (by_rule[-15:], "by rule" in by_call) == (" (by rule only)", False)


def test_providers_does_not_mind_a_closed_pipe() -> None:
    command = f"{sys.executable} -m mockserver providers | head -n 1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "options",
    [
        ["-o", "algorithm=sha256"],
        ["--option", "algorithm=md5"],
        ["--operation", "mark_as_read", "--account", "main"],
        [],
    ],
)
def test_signed_headers_are_accepted(bystander: Any, options: list[str]) -> None:
    done = mockserver("sign", "nxcloud", "--body", NXCLOUD_BODY, *options)
    assert (done.returncode, done.stderr) == (0, "")
    headers = dict(line.split(": ", 1) for line in done.stdout.splitlines())
    answer = requests.post(
        f"{bystander.url}{NXCLOUD_RECEIPT.path}", data=NXCLOUD_BODY, headers=headers, timeout=5
    )
    assert answer.json() == {"code": 0, "data": None, "message": "Request succeeded"}


@pytest.mark.parametrize(
    ("algorithm", "sign"),
    [
        ("md5", "32955ce62a2b7310f34e80f5ea702d30"),
        ("SHA256", "2242c59b7bee447d56f694897a14cf8d005bcf52161c7f7b4f1fdc98f3f55935"),
    ],
)
def test_signature_is_the_known_one(tmp_path: Path, algorithm: str, sign: str) -> None:
    body = (
        '{"business_phone":"8615800001795","messaging_product":"whatsapp",'
        f'"message_id":"{NX_MESSAGE}","status":"read"}}'
    )
    (tmp_path / "body").write_text(body)
    options = ["-o", f"algorithm={algorithm}", "-o", f"ts={TS}"]
    for given in (body, f"@{tmp_path / 'body'}"):
        done = mockserver("sign", "nxcloud", "--body", given, *options)
        assert f"sign: {sign}\n" in done.stdout
        assert f"ts: {TS}\n" in done.stdout


@pytest.mark.sample(3)
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nobody"], ["nobody", "nxcloud"]),
        (["nxcloud", "--account", "nobody"], ["nobody", "main"]),
        (["nxcloud", "--body", "@nowhere"], ["nowhere"]),
        (["nxcloud", "-o", "colour=red"], ["colour"]),
        (["nxcloud", "-o", "algorithm"], ["algorithm"]),
        (["nxcloud", "-c", "token=x"], ["token", "access_key"]),
        (["nxcloud", "-c", "access_key"], ["access_key"]),
        ([], ["PROVIDER"]),
    ],
)
def test_wrong_use_of_sign_is_one_line_and_2(
    folder: Path, arguments: list[str], said: list[str]
) -> None:
    assert_one_line(mockserver("sign", *arguments, cwd=folder), 2, *said)


# Delays


@pytest.mark.slow
def test_a_late_provider_does_not_slow_the_others(start_server: Any) -> None:
    server = start_server()
    slow_receipt(server, 1_000)
    answered = threading.Event()
    with ThreadPoolExecutor() as pool, requests.Session() as session:
        late = pool.submit(d7_receipt, server)
        late.add_done_callback(lambda _: answered.set())
        wait_for_call(server)
        for path in ("kaleyra/v2/x/whatsapp/1/messages", "kirim/v1/1/messages") * 10:
            assert session.post(f"{server.url}/{path}", timeout=5).status_code == 401
        for _ in range(10):
            answer = session.post(f"{server.url}{NXCLOUD_RECEIPT.path}", timeout=5)
            assert answer.json()["code"] == 1001
        assert not answered.is_set()
        assert late.result().status_code == 200


def test_variable_that_is_no_setting_is_told(start_server: Any) -> None:
    server = start_server(MOCKSERVER_PROT="1", MOCKSERVER_URL="http://127.0.0.1:1")
    told = [line for line in server.log.read_text().splitlines() if "no setting" in line]
    assert len(told) == 1
    assert "MOCKSERVER_PROT" in told[0]


def test_data_file_in_no_folder_is_one_line_and_2(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    done = mockserver("serve", "--port", "0", "--data", str(nowhere / "x.json"))
    assert_one_line(done, 2, f"there is no folder {nowhere}")


def test_fixtures_in_no_folder_are_one_line_and_2(tmp_path: Path) -> None:
    done = mockserver("serve", "--port", "0", "--fixtures", str(tmp_path / "nowhere"))
    assert_one_line(done, 2, "there is no such folder")


def test_taken_port_tells_what_to_do(taken_port: str) -> None:
    assert_one_line(mockserver("serve", "--port", taken_port), 1, "--port 0 takes any free port")


@pytest.mark.sample(1)
@pytest.mark.parametrize("stderr", ["2>&-", "2>/dev/full", "2> >(exec head -c 1 >/dev/null)"])
def test_log_that_cannot_be_written_holds_up_no_call(tmp_path: Path, stderr: str) -> None:
    command = f"exec {shlex.quote(sys.executable)} -m mockserver serve --port 0 {stderr}"
    with subprocess.Popen(
        ["bash", "-c", command], stdout=subprocess.PIPE, cwd=tmp_path, text=True
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().removeprefix("mockserver ready: ").strip()
        for _ in range(3):
            assert requests.get(f"{url}/d7/nowhere", timeout=5).status_code == 404
        process.terminate()
        assert process.wait(timeout=20) == 0
