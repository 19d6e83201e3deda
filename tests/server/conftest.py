"""Servers as people start them: in a process of their own, on a free port, with a token."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

TOKEN = "a-token-of-the-tests"
_ANSWERS_WITHIN_S = 60


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Server:
    """A server under test and where it is."""

    def __init__(self, url: str, home: Path) -> None:
        self.url = url
        self.home = home

    def get(self, path: str, token: str | None = None, method: str = "GET"):
        """Return status, headers and body of an answer; follow no redirection."""
        headers = {"Authorization": f"token {token}"} if token else {}
        data = b"" if method == "POST" else None
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.build_opener(_Stay).open(request, timeout=30) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read().decode()


def _wait_for(server: Server) -> None:
    """JupyterLab names its address a moment before it listens there."""
    deadline = time.monotonic() + _ANSWERS_WITHIN_S
    while True:
        try:
            server.get("login")
            return
        except urllib.error.URLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


@contextmanager
def serving(folder: Path, *arguments: str) -> Iterator[Server]:
    """Run ``workbench ARGUMENTS`` until the block ends; it is there once it has named its URL."""
    environment = os.environ | {
        "WORKBENCH_HOME": str(folder / "home"),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "workbench.cli.main", *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    watchdog = threading.Timer(_ANSWERS_WITHIN_S, process.kill)
    watchdog.start()
    said = []
    try:
        for line in process.stdout:
            said.append(line)
            if found := re.search(r"(http://(?:127\.0\.0\.1|localhost):\d+/)\S*token=", line):
                break
        else:
            pytest.fail("the server did not start:\n" + "".join(said))
        watchdog.cancel()
        # Somebody has to read on, or the server would wait with a full pipe.
        reader = threading.Thread(target=process.stdout.read)
        reader.start()
        server = Server(found.group(1), folder / "home")
        _wait_for(server)
        yield server
    finally:
        watchdog.cancel()
        process.terminate()
        process.wait(30)
        if "reader" in locals():
            reader.join(30)
        process.stdout.close()


@pytest.fixture(scope="module")
def lab(tmp_path_factory) -> Iterator[Server]:
    """``workbench lab``."""
    folder = tmp_path_factory.mktemp("lab")
    options = ["--no-browser", "--port=0", f"--IdentityProvider.token={TOKEN}"]
    with serving(folder, "lab", *options) as server:
        yield server


@pytest.fixture(scope="module")
def board(tmp_path_factory) -> Iterator[Server]:
    """``workbench dashboard``."""
    folder = tmp_path_factory.mktemp("dashboard")
    with serving(folder, "dashboard", "--no-browser", "--token", TOKEN) as server:
        yield server
