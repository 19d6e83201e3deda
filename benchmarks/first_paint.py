"""The dashboard's first widgets in a real browser, against Voila showing one plain slider."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from benchmarks.timing import paired, report

_ROUNDS = 3
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
_SLIDER = "import ipywidgets\nipywidgets.IntSlider()"


def run() -> None:
    """Print the ratio."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        ours = [
            sys.executable,
            "-m",
            "workbench.cli.main",
            "dashboard",
            "--token=t",
            "--no-browser",
        ]
        theirs = [sys.executable, "-m", "voila", str(_notebook(Path(place))), "--no-browser"]
        with (
            _serving([*ours, "--port={port}"]) as dashboard,
            _serving([*theirs, "--port={port}"]) as plain,
        ):
            seconds, reference, ratio = paired(
                lambda: _paint(browser, f"{dashboard}/?token=t", ".wb-app .wb-tab"),
                lambda: _paint(browser, plain, ".widget-slider"),
                _ROUNDS,
            )
        browser.close()
    report("first paint / a plain slider", ratio, "", f"{seconds:.1f} s vs {reference:.1f} s")


def _notebook(place: Path) -> Path:
    cell = {
        "cell_type": "code", "execution_count": None, "id": "a", "metadata": {}, "outputs": [],
        "source": _SLIDER,
    }  # fmt: skip
    document = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path = place / "slider.ipynb"
    path.write_text(json.dumps(document))
    return path


@contextmanager
def _serving(command: list[str]):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    filled = [part.replace("{port}", str(port)) for part in command]
    server = subprocess.Popen(filled, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        while not _answers(address):
            if server.poll() is not None:
                raise RuntimeError(f"{filled} ended")
            time.sleep(0.1)
        yield address
    finally:
        server.terminate()
        server.wait()


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/static/favicon.ico", timeout=2):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def _paint(browser, address: str, selector: str) -> float:
    page = browser.new_page()
    start = time.perf_counter()
    page.goto(address)
    page.wait_for_selector(selector, timeout=60_000)
    taken = time.perf_counter() - start
    page.close()
    return taken
