"""Real servers and a real browser: what a person would see, and nothing from outside."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

TOKEN = "browser-tests"
ARTIFACTS = Path(os.environ.get("WORKBENCH_ARTIFACTS", ".artifacts"))
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_LOCAL = {"127.0.0.1", "localhost"}
_START_S = 90
# How long a machine under load may take for what is expected; nothing waits longer than it must.
expect.set_options(timeout=30_000)


def pytest_collection_modifyitems(items):
    """Everything in this folder drives a browser, one journey after the other."""
    for item in items:
        if Path(item.fspath).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(600))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium as the machine has it, else as Playwright brings it."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        yield running
        running.close()


class Watched:
    """A page, and what it must not do: log errors or ask anybody but this machine."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        self.outside: list[str] = []
        page.set_default_timeout(60_000)
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", self._on_request)

    def _on_console(self, message) -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location.get('url')})")

    def _on_request(self, request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.hostname not in _LOCAL:
            self.outside.append(request.url)

    def shot(self, name: str) -> None:
        """Keep a picture for whoever wants to look."""
        ARTIFACTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=str(ARTIFACTS / f"{name}.png"))

    def check(self) -> None:
        """Fail on what the page must not do."""
        assert self.outside == []
        assert self.errors == []


@pytest.fixture
def open_page(browser) -> Iterator[Callable[..., Watched]]:
    """Opens pages, and checks every one of them at the end."""
    opened: list[Watched] = []
    contexts = []

    def open_(url: str, width: int = 1280, height: int = 1000) -> Watched:
        contexts.append(browser.new_context(viewport={"width": width, "height": height}))
        watched = Watched(contexts[-1].new_page())
        opened.append(watched)
        watched.page.goto(url)
        return watched

    yield open_
    for number, watched in enumerate(opened):
        if not watched.page.is_closed():
            watched.shot(f"last-{number}")
    for context in contexts:
        context.close()
    for watched in opened:
        watched.check()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serving(command: list[str], address: str, environment: dict[str, str], log: Path):
    """Run a server until the block ends; enter it when ``address`` answers."""
    with log.open("w") as out:
        process = subprocess.Popen(
            command, env=os.environ | environment, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        _wait_for(address, process, log)
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(address: str, process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)  # the condition is checked again
    pytest.fail(f"no answer from {address}\n{log.read_text()}")


@pytest.fixture(scope="session")
def server_environment(tmp_path_factory) -> dict[str, str]:
    """A user who has never seen any of this: an empty home, no settings."""
    root = tmp_path_factory.mktemp("user")
    return {
        "WORKBENCH_HOME": str(root / "workbench"),
        "JUPYTER_CONFIG_DIR": str(root / "config"),
        "JUPYTER_DATA_DIR": str(root / "data"),
        "JUPYTER_RUNTIME_DIR": str(root / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(root / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(root / "workspaces"),
        "IPYTHONDIR": str(root / "ipython"),
    }


@pytest.fixture(scope="session")
def lab(server_environment, tmp_path_factory) -> Iterator[str]:
    """The address of a running JupyterLab."""
    port = free_port()
    folder = tmp_path_factory.mktemp("lab")
    command = [sys.executable, "-m", "workbench.cli.main", "lab", f"--port={port}", "--no-browser"]
    command += [f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={folder}"]
    base = f"http://127.0.0.1:{port}"
    status = f"{base}/api/status?token={TOKEN}"
    with serving(command, status, server_environment, folder / "lab.log"):
        yield f"{base}/lab?token={TOKEN}"


@pytest.fixture(scope="session")
def dashboard(server_environment, tmp_path_factory) -> Iterator[str]:
    """The address of a running dashboard."""
    port = free_port()
    folder = tmp_path_factory.mktemp("dashboard")
    command = [sys.executable, "-m", "workbench.cli.main", "dashboard", "--no-browser"]
    command += ["--port", str(port), "--token", TOKEN]
    base = f"http://127.0.0.1:{port}"
    with serving(
        command, f"{base}/static/favicon.ico", server_environment, folder / "dashboard.log"
    ):
        yield f"{base}/?token={TOKEN}"
