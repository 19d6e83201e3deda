"""A page that misses the widgets which were there before it shows the workbench all the same."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path

from jupyter_client import BlockingKernelClient
from playwright.sync_api import expect

from tests.browser.conftest import TOKEN

_FORGET = """
import ipywidgets, workbench
del ipywidgets.widgets.widget._instances[workbench.sidebar().root.model_id]
"""


def execute_in_sidebar(lab: str, environment: dict[str, str], code: str) -> None:
    """Execute code in the kernel of the sidebar."""
    base = lab.split("/lab?")[0]
    with urllib.request.urlopen(f"{base}/api/sessions?token={TOKEN}") as answer:
        sessions = json.load(answer)
    kernel = next(s["kernel"]["id"] for s in sessions if s["path"] == ".workbench-sidebar")
    file = Path(environment["JUPYTER_RUNTIME_DIR"]) / f"kernel-{kernel}.json"
    client = BlockingKernelClient(connection_file=str(file))
    client.load_connection_file()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        reply = client.execute_interactive(code, timeout=60, allow_stdin=False)
        assert reply["content"]["status"] == "ok", reply["content"]
    finally:
        client.stop_channels()


def test_lost_widgets_are_made_anew(lab, open_page, server_environment):
    watched = open_page(lab)
    expect(watched.page.locator(".wb-app")).to_be_visible(timeout=90_000)
    execute_in_sidebar(lab, server_environment, _FORGET)
    watched.page.reload()
    expect(watched.page.locator(".wb-app")).to_be_visible(timeout=60_000)
    watched.page.locator(".wb-tab-data").click()
    expect(watched.page.locator(".wb-page-data")).to_be_visible()
    assert any("widget model not found" in error for error in watched.errors)
    watched.errors.clear()
    # And the next page finds what was made anew.
    again = open_page(lab)
    expect(again.page.locator(".wb-app")).to_be_visible(timeout=90_000)
