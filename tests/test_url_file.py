"""Where the server writes down where it is, and the commands that look there."""

from pathlib import Path

import pytest

from tests.commands import Done, run
from tests.conftest import Start


@pytest.fixture(scope="module")
def written(start_server: Start, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that a running server has written."""
    file = tmp_path_factory.mktemp("written") / "url"
    start_server("--url-file", str(file))
    return file


def health(file: Path | str, *options: str, **variables: str) -> Done:
    return run("health", *options, MOCKSERVER_URL_FILE=str(file), **variables)


def test_commands_find_the_server_by_its_file(written: Path, tmp_path: Path) -> None:
    assert written.read_text().startswith("http://127.0.0.1:")
    assert health(written, MOCKSERVER_PORT="1").returncode == 0
    assert run("faults", "list", MOCKSERVER_URL_FILE=str(written)).returncode == 0
    (tmp_path / "mockserver.toml").write_text(f'url_file = "{written}"\nport = 1\n')
    assert run("health", cwd=tmp_path).returncode == 0


@pytest.mark.parametrize(
    "options",
    [("--url", "http://127.0.0.1:1"), ("--port", "1"), ("--host", "127.0.0.3", "--port", "1")],
)
def test_what_is_typed_wins_over_the_file(written: Path, options: tuple[str, ...]) -> None:
    assert ":1:" in health(written, *options).stderr


def test_variable_of_the_url_wins_over_the_file(written: Path) -> None:
    assert ":1:" in health(written, MOCKSERVER_URL="http://127.0.0.1:1").stderr


@pytest.mark.parametrize("content", [None, b"", b"\n", b"nonsense", b"\xff\xfe", b"x" * 5_000])
def test_file_that_tells_nothing_leaves_it_to_the_settings(
    tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "url"
    if content is not None:
        file.write_bytes(content)
    assert "at http://127.0.0.1:1:" in health(file, MOCKSERVER_PORT="1").stderr
    assert "at http://127.0.0.1:1:" in health(tmp_path, MOCKSERVER_PORT="1").stderr


def test_server_runs_where_the_file_cannot_be_written(start_server: Start, tmp_path: Path) -> None:
    server = start_server("--url-file", str(tmp_path / "nowhere" / "url"))
    assert "cannot write the URL to" in server.log.read_text()
    assert run("health", "--url", server.url).returncode == 0
