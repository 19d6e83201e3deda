"""From an empty home to the layers of a classified digit: Lab, a cell, and the dashboard.

The journeys share a home as people do, and come in the order of this file.
"""

from __future__ import annotations

import json
import re
import statistics
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.pages import curve, field, milliseconds, wait_for_points
from workbench.jobs import EventWriter, Home
from workbench.training.config import TrainConfig

_CLICKS = 20


def events(run: Path) -> list[dict]:
    return [json.loads(line) for line in (run / "events.jsonl").read_text().splitlines()]


def written(run: Path) -> list[list[float]]:
    """The training loss as the run's own events have it."""
    return [[e["epoch"], e["train_loss"]] for e in events(run) if "train_loss" in e]


def runs(environment: dict[str, str]) -> list[Path]:
    folder = Path(environment["WORKBENCH_HOME"]) / "runs"
    return sorted(folder.glob("*/"), key=lambda path: path.stat().st_ctime)


def start_run(page, epochs: int, runner: str) -> None:
    field(page, "Epochs").fill(str(epochs))
    page.get_by_role("button", name=runner, exact=True).click()
    page.locator(".wb-train-start").click()


def show_run(page, name: str) -> None:
    page.locator(".wb-tab-results").click()
    page.locator(".wb-page-results tbody tr", has_text=name).click()


def wait_until_done(page) -> None:
    pill = page.locator(".wb-page-train .wb-title .wb-pill-done")
    expect(pill).to_be_visible(timeout=240_000)
    expect(page.locator(".wb-page-train .wb-progress")).to_have_count(0)


def expect_whole_curve(page, run: Path) -> None:
    """Every point of the events is drawn, once and in order."""
    expected = written(run)
    assert len(expected) >= 20
    wait_for_points(page, len(expected))
    assert curve(page) == expected


def test_sidebar_from_nothing_to_the_layers(lab, open_page, server_environment, capsys):
    watched = open_page(lab, width=1500, height=1100)
    page = watched.page
    expect(page.locator(".wb-app")).to_be_visible(timeout=90_000)
    watched.shot("lab-empty-home")

    page.locator(".wb-try").click()
    expect(page.locator(".wb-progress").first).to_be_visible()
    expect(page.locator(".wb-explore-grid .wb-thumb").first).to_be_visible(timeout=180_000)
    assert page.locator(".wb-explore-grid .wb-thumb").count() == 60
    watched.shot("lab-dataset")

    page.locator(".wb-train-on").click()
    expect(field(page, "Dataset")).to_have_value("mnist")
    about = page.locator(".wb-field", has=page.get_by_text(re.compile("^Epochs")))
    expect(about).to_have_attribute("title", re.compile("Passes over the training images"))
    page.evaluate("() => { window.clicked = performance.now(); }")
    start_run(page, 1, "This kernel")
    wait_for_points(page, 1)
    seconds = page.evaluate("() => (performance.now() - window.clicked) / 1000")
    watched.shot("lab-training")
    page.locator(".wb-tab-results").click()
    page.locator(".wb-page-results th").first.wait_for()
    told = [
        f"{what}: median {statistics.median(found):.0f} ms, "
        f"p95 {statistics.quantiles(found, n=20)[-1]:.0f} ms"
        for what, found in click_latencies(page).items()
    ]
    with capsys.disabled():
        print(f"\nTrain to first point {seconds:.1f} s. Clicks while training: {'; '.join(told)}")

    page.locator(".wb-tab-train").click()
    wait_until_done(page)
    (run,) = runs(server_environment)
    expect_whole_curve(page, run)
    watched.shot("lab-run-done")

    page.locator(".wb-try-image").click()
    page.locator(".wb-strip .wb-thumb").nth(12).click()
    expect(page.locator(".wb-classify-result .wb-bars")).to_be_visible(timeout=60_000)
    assert page.locator(".wb-classify-result .wb-bar-label").count() == 5
    expect(page.locator(".wb-layer").first).to_be_visible()
    titles = page.locator(".wb-layer strong").all_inner_texts()
    assert titles[0] == "input"
    assert {"conv1 · weights", "conv1 · output"} <= set(titles)
    watched.shot("lab-inspect")

    page.reload()
    expect(page.locator(".wb-app")).to_be_visible(timeout=90_000)
    page.locator(".wb-tab-train").click()
    expect_whole_curve(page, run)


def click_latencies(page) -> dict[str, list[float]]:
    """Milliseconds from a click until it is answered, until the kernel has, until a page is there.

    A tab answers at once by its mark; a column's heading when the kernel has sorted; a page is
    there when all of it has come.
    """
    found: dict[str, list[float]] = {"answered": [], "by the kernel": [], "new page": []}
    heading = ".wb-page-results th:first-child"
    for number in range(_CLICKS):
        order = ("ascending", "descending")[number % 2]
        sorted_ = f"{heading}[aria-sort={order}]"
        found["by the kernel"].append(milliseconds(page, f"{heading} button", sorted_))
    for number in range(_CLICKS):
        name = ("home", "results")[number % 2]
        tab = f".wb-tab-{name}"
        found["answered"].append(milliseconds(page, tab, f"{tab}.wb-tab-active"))
        page.locator(f".wb-page-{name}").wait_for()
        name = ("results", "home")[number % 2]
        found["new page"].append(milliseconds(page, f".wb-tab-{name}", f".wb-page-{name}"))
        page.locator(f".wb-tab-{('home', 'results')[number % 2]}").click()
        page.locator(f".wb-page-{('home', 'results')[number % 2]}").wait_for()
    return found


def test_own_process_survives_a_kernel_restart(lab, open_page, server_environment):
    watched = open_page(lab, width=1500, height=1100)
    page = watched.page
    expect(page.locator(".wb-app")).to_be_visible(timeout=90_000)
    page.locator(".wb-tab-home").click()
    page.locator(".wb-new-run").click()
    start_run(page, 1, "Its own process")
    wait_for_points(page, 2)
    page.locator(".workbench-restart").click()
    accept = page.locator(".jp-Dialog .jp-mod-accept")
    if accept.is_visible():
        accept.click()
    expect(page.locator(".wb-page-home")).to_be_visible(timeout=90_000)
    expect(page.locator(".wb-job")).to_be_visible()
    watched.shot("lab-after-restart")
    page.locator(".wb-tab-train").click()
    wait_until_done(page)
    expect_whole_curve(page, runs(server_environment)[-1])


def test_cell(lab, open_page, server_environment):
    watched = open_page(lab, width=1500, height=1100)
    page = watched.page
    expect(page.locator(".wb-app")).to_be_visible(timeout=90_000)
    page.locator(".jp-LauncherCard[data-category='Workbench']", has_text="Notebook").click()
    editor = page.locator(".jp-NotebookPanel .jp-CodeCell .cm-content").first
    expect(editor).to_contain_text("wb.app()")
    cell = page.locator(".jp-NotebookPanel .wb-app")
    expect(cell).to_be_visible(timeout=90_000)
    cell.locator(".wb-tab-results").click()
    expect(cell.locator("tbody tr")).to_have_count(2)
    watched.shot("lab-cell")
    cell.locator("tbody tr").first.click()
    before = page.locator(".jp-NotebookPanel .jp-CodeCell").count()
    cell.locator(".wb-insert").first.click()
    expect(page.locator(".jp-NotebookPanel .jp-CodeCell")).to_have_count(before + 1)
    # Without its kernel it says so in one line.
    page.locator(".jp-NotebookPanel [data-command='notebook:restart-kernel']").first.click()
    page.locator(".jp-Dialog .jp-mod-accept").click()
    said = "document.querySelector('.jp-NotebookPanel .wb-app')"
    page.wait_for_function(
        f"getComputedStyle({said}, '::before').content.includes('run this cell again')"
    )
    watched.shot("lab-cell-without-kernel")
    page.locator(".jp-NotebookPanel .jp-CodeCell .cm-content").first.click()
    page.keyboard.press("Shift+Enter")
    page.wait_for_function(f"{said} && getComputedStyle({said}, '::before').content === 'none'")
    expect(cell.locator(".wb-page-home")).to_be_visible(timeout=90_000)


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (280, "dark")])
def test_dashboard_shows_the_same_runs(dashboard, open_page, server_environment, width, theme):
    watched = open_page(f"{dashboard}&voila-theme={theme}", width=width)
    page = watched.page
    expect(page.locator(".wb-app")).to_be_visible(timeout=90_000)
    name = f"{theme}-{width}"
    watched.shot(f"dashboard-home-{name}")
    assert no_horizontal_scroll(page)
    show_run(page, "lenet-1")
    expect_whole_curve(page, runs(server_environment)[0])
    watched.shot(f"dashboard-run-{name}")
    assert no_horizontal_scroll(page)
    page.locator(".wb-try-image").click()
    page.locator(".wb-strip .wb-thumb").nth(12).click()
    expect(page.locator(".wb-layer").first).to_be_visible(timeout=60_000)
    watched.shot(f"dashboard-inspect-{name}")
    assert no_horizontal_scroll(page)


def test_a_narrow_home_has_room_for_long_names_and_actions(
    dashboard, open_page, server_environment
):
    home = Home(server_environment["WORKBENCH_HOME"])
    config = TrainConfig(dataset="gone").to_dict()
    job = home.create_job("run", "a <b>name</b> that is rather long for a sidebar", config)
    with EventWriter(job.path / "events.jsonl") as writer:
        writer.write("metrics", step=1, epoch=0.05, train_loss=2.3, learning_rate=0.01)
        writer.write("status", status="interrupted", sync=True)
    watched = open_page(dashboard, width=280)
    page = watched.page
    row = page.locator(".wb-page-home tbody tr", has_text=job.name)
    expect(row.get_by_role("button", name="Resume")).to_be_visible()
    watched.shot("dashboard-home-narrow-actions")
    assert no_horizontal_scroll(page)
    row.get_by_role("button", name="Delete").click()
    expect(page.locator(".wb-confirm")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".wb-confirm")).to_have_count(0)
    expect(row).to_be_visible()
    row.click()
    # One point is no line, and must be seen all the same.
    expect(page.locator(".wb-curves .js-plotly-plot .points path").first).to_be_visible()
    home.delete(job)


def test_second_visitor_sees_the_run_live(dashboard, open_page, server_environment):
    first = open_page(dashboard).page
    expect(first.locator(".wb-app")).to_be_visible(timeout=90_000)
    first.locator(".wb-new-run").click()
    field(first, "Epochs").fill("1")
    first.locator(".wb-train-start").click()
    wait_for_points(first, 1)
    second = open_page(dashboard).page
    expect(second.locator(".wb-job")).to_be_visible(timeout=90_000)
    second.locator(".wb-tab-train").click()
    wait_for_points(second, 3)
    # The page that started it goes; the run does not.
    first.close()
    wait_until_done(second)
    expect_whole_curve(second, runs(server_environment)[-1])


def no_horizontal_scroll(page) -> bool:
    script = """() => {
      const app = document.querySelector('.wb-app');
      const right = app.getBoundingClientRect().right + 1;
      return [...app.querySelectorAll('*')].every(
        node => node.closest('svg, dialog') || node.getBoundingClientRect().right <= right);
    }"""
    return page.evaluate(script)
