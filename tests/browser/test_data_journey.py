"""Datasets through the form: from a bucket, from lists, and one that was stopped half way."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import expect

from tests import s3_servers
from tests.browser.conftest import TOKEN, free_port, serving
from tests.browser.test_journey import no_horizontal_scroll, wait_until_done


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("data-home")


@pytest.fixture(scope="module")
def panel(home, server_environment, tmp_path_factory):
    """The dashboard on a home of its own."""
    port, folder = free_port(), tmp_path_factory.mktemp("data-dashboard")
    command = [sys.executable, "-m", "workbench.cli.main", "dashboard", "--no-browser"]
    command += ["--port", str(port), "--token", TOKEN]
    environment = server_environment | {"WORKBENCH_HOME": str(home)}
    base = f"http://127.0.0.1:{port}"
    with serving(command, f"{base}/static/favicon.ico", environment, folder / "log"):
        yield f"{base}/?token={TOKEN}"


def entry(page, label: str):
    """The input under a label, of the kind of source in sight."""
    shown = page.locator(".wb-field:visible", has=page.get_by_text(re.compile(f"^{label}")))
    return shown.locator("input, select, textarea").first


def choose(page, kind: str) -> None:
    page.locator(f".wb-source-{kind}").click()
    expect(page.locator(f".wb-form-{kind}")).to_be_visible()


def as_digits(page) -> None:
    """Grey, 28 × 28."""
    page.get_by_role("button", name="Grey", exact=True).click()
    entry(page, "Width, px").fill("28")
    entry(page, "Height, px").fill("28")


def open_form(open_page, address: str, width: int = 1280):
    watched = open_page(address, width=width)
    expect(watched.page.locator(".wb-app")).to_be_visible(timeout=90_000)
    watched.page.locator(".wb-page-home .wb-new-dataset").click()
    expect(watched.page.locator(".wb-create-dataset")).to_be_visible()
    return watched


def places_of(canary: str, home: Path) -> list[str]:
    """Where the secret key is found: files of the home, arguments of processes."""
    found = [
        str(path)
        for path in home.rglob("*")
        if path.is_file() and canary.encode() in path.read_bytes()
    ]
    # This process made the server's configuration; its own arguments hold no key.
    for process in psutil.process_iter(["cmdline"]):
        if any(canary in argument for argument in process.info["cmdline"] or ()):
            found.append(f"process {process.pid}")
    return found


def test_from_a_bucket_to_a_network(panel, open_page, home, digits_folder):
    server = s3_servers.running("seaweedfs")
    bucket = server.bucket(
        {
            f"mnist/train/{path.parent.name}/{path.name}": path.read_bytes()
            for path in digits_folder.rglob("*.png")
        }
    )
    watched = open_form(open_page, panel)
    page = watched.page
    choose(page, "s3")
    entry(page, "Training images URL").fill(server.endpoint)
    entry(page, "Bucket name").fill(bucket)
    entry(page, "Path").fill("mnist/train/")
    as_digits(page)

    # A wrong key is told where the keys are, and nothing is made.
    entry(page, "Access key").fill(s3_servers.ACCESS)
    entry(page, "Secret key").fill("wrong-secret-key")
    page.locator(".wb-connect").click()
    expect(page.locator(".wb-form-s3 .wb-error")).to_contain_text("does not accept the keys")
    watched.shot("s3-wrong-key")
    assert not list((home / "datasets").glob("*"))

    entry(page, "Secret key").fill(s3_servers.SECRET)
    page.locator(".wb-connect").click()
    expect(page.locator(".wb-form-s3")).to_contain_text("10 classes, 600 images found")
    page.locator(".wb-see-example").click()
    expect(page.locator(".wb-mode canvas")).to_have_count(4)
    expect(page.get_by_text("to make.")).to_be_visible()
    assert s3_servers.SECRET not in page.locator(".wb-app").inner_text()
    watched.shot("s3-found")

    page.locator(".wb-create-dataset").click()
    expect(page.locator(".wb-explore-grid .wb-thumb").first).to_be_visible(timeout=120_000)
    watched.shot("s3-dataset")
    assert places_of(s3_servers.SECRET, home) == []

    page.locator(".wb-train-on").click()
    entry(page, "Epochs").fill("1")
    page.locator(".wb-train-start").click()
    wait_until_done(page)


def test_from_lists_stopped_changed_and_made(panel, open_page, home, digits_folder, tmp_path):
    """In the width of a sidebar, in the dark."""
    lists = tmp_path / "train.txt"
    lines = [f"{path} {path.parent.name}\n" for path in sorted(digits_folder.rglob("*.png"))]
    # Enough of them that there is time to stop.
    lists.write_text("".join(lines * 100))
    watched = open_form(open_page, f"{panel}&voila-theme=dark", width=280)
    page = watched.page
    choose(page, "lists")
    entry(page, "Training list").fill(str(lists))
    expect(page.locator(".wb-form-lists")).to_contain_text("10 classes, 60,000 images found")
    as_digits(page)
    entry(page, "Name").fill("<b>from lists</b>")
    expect(page.get_by_text("to make.")).to_be_visible()
    assert no_horizontal_scroll(page)
    watched.shot("lists-narrow")

    page.locator(".wb-create-dataset").click()
    expect(page.locator(".wb-page-data .wb-progress")).to_be_visible()
    page.locator(".wb-page-data .wb-stop").click()
    expect(page.locator(".wb-title .wb-pill-stopped")).to_be_visible()
    expect(page.locator(".wb-resume")).to_be_visible()
    expect(page.locator(".wb-title h2")).to_have_text("<b>from lists</b>")
    assert no_horizontal_scroll(page)
    watched.shot("lists-stopped")

    page.locator(".wb-change").click()
    expect(entry(page, "Training list")).to_have_value(str(lists))
    lists.write_text("".join(lines))
    entry(page, "Name").fill("from lists")
    page.locator(".wb-create-dataset").click()
    expect(page.locator(".wb-explore-grid .wb-thumb").first).to_be_visible(timeout=120_000)
    expect(page.locator(".wb-title h2")).to_have_text("from lists")

    # One can go on by keys from the very first image, whose way back is barred.
    page.locator(".wb-explore-grid .wb-thumb").first.click()
    place = page.locator(".wb-zoom-head .wb-muted")
    expect(place).to_contain_text("1 of")
    first = place.inner_text()
    page.keyboard.press("ArrowRight")
    expect(place).not_to_have_text(first)
    page.keyboard.press("ArrowLeft")
    expect(place).to_have_text(first)
    page.keyboard.press("ArrowRight")
    expect(place).not_to_have_text(first)
    watched.shot("zoom-narrow")
    page.keyboard.press("Escape")

    # The one that was stopped is still there, and can be made from the list of all.
    page.locator(".wb-tab-home").click()
    stopped = page.locator(".wb-page-home tbody tr", has_text="<b>from lists</b>")
    stopped.get_by_role("button", name="Resume").click()
    expect(stopped.locator(".wb-pill-done")).to_be_visible(timeout=120_000)

    # A question is asked where one is.
    stopped.get_by_role("button", name="Delete").click()
    expect(page.locator(".wb-page-home .wb-keep")).to_be_in_viewport()
    watched.shot("delete-narrow")
