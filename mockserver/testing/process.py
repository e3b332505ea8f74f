"""A server of a program's own, in a process that does not outlive it."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence

PATIENCE_SECONDS = 3


class NotStarted(Exception):
    """The server did not start: its own words."""


class OwnServer:
    """A running server. ``url`` is where it is, ``pid`` its process."""

    def __init__(
        self, options: Sequence[str], folder: str, module: Sequence[str] = ("mockserver",)
    ) -> None:
        """Start it, in the folder, with these options of ``mockserver serve``; of what is
        configured there or in the environment it takes nothing. ``module`` is what runs it, with
        arguments of its own. Raises NotStarted.
        """
        with tempfile.TemporaryFile() as log:
            self._process = subprocess.Popen(
                write_command(options, module),
                stdin=subprocess.PIPE,  # held by us alone: it ends with us
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=folder,
                env=clean_environment(),
                start_new_session=True,  # Ctrl-C is for the program, which clears up here after it
                text=True,
            )
            assert self._process.stdout is not None
            ready = self._process.stdout.readline()
            if not ready:
                log.seek(0)
                self.stop()
                raise NotStarted(log.read().decode("utf-8", "replace").strip())
        self.url = ready.removeprefix("mockserver ready: ").strip()
        self.pid = self._process.pid

    def stop(self) -> None:
        """End it, and wait until it is gone."""
        self._process.terminate()
        try:
            self._process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._close()

    def leave(self) -> None:
        """Have it run on when we are gone."""
        assert self._process.stdin is not None
        self._process.stdin.write("stay\n")
        self._close()
        self._process.returncode = 0  # so that it is not told as forgotten

    def _close(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()


def write_command(options: Sequence[str], module: Sequence[str]) -> list[str]:
    """``-P``, so that no module of the folder is taken for one of the library's."""
    serve = [sys.executable, "-P", "-m", *module, "serve", "--config", os.devnull]
    own = ["--host", "127.0.0.1", "--port", "0", "--end-with-stdin"]
    return [*serve, "--log-level", "warning", *options, *own]


def clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("MOCKSERVER_")}
