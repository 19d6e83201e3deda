"""Two rates by two batch sizes, begun, followed and compared: in Lab, and on the dashboard."""

from __future__ import annotations

import io
import statistics
from contextlib import contextmanager

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

import workbench as wb
from tests.browser.pages import field, milliseconds, open_form
from tests.browser.test_journey import no_horizontal_scroll

RATES, BATCHES = (0.05, 0.002), (16, 64)
_CLICKS = 20
_ROWS = ".wb-page-sweep table tbody tr"
_TITLE = ".wb-page-sweep .wb-title .wb-pill"


@pytest.fixture(scope="module")
def bars(server_environment, tmp_path_factory) -> str:
    """A dataset of 96 small pictures in the home of the servers: bars at one of three places."""
    folder, chance = tmp_path_factory.mktemp("bars"), np.random.default_rng(1)
    for place in range(3):
        (folder / f"bar {place}").mkdir()
        for number in range(32):
            image = chance.integers(0, 200, (28, 28)).astype(np.uint8)
            image[4:24, 4 + 8 * place : 10 + 8 * place] += 25
            Image.fromarray(image).save(folder / f"bar {place}" / f"{number}.png")
    home = wb.Home(server_environment["WORKBENCH_HOME"])
    image = wb.ImageFormat(width=28, height=28, channels=1)
    wb.create_dataset("bars", wb.ImageFolder(folder), image=image, runner="synchronous", home=home)
    return "bars"


def open_sweep_form(page, dataset: str) -> None:
    """The form of a new run, with the part for several runs unfolded."""
    open_form(page, dataset)
    field(page, "Epochs").fill("2")
    page.locator(".wb-part-sweep .wb-more-button").first.click()
    page.locator(".wb-sweep-form").wait_for()


def vary(page, number: int, name: str, values: str) -> None:
    """Fill one row of what varies; it is made where it is not there."""
    rows = page.locator(".wb-sweep-form .wb-pair", has=page.get_by_text("Values or range"))
    if rows.count() <= number:
        page.locator(".wb-sweep-add").click()
    rows.nth(number).locator("input").nth(0).fill(name)
    rows.nth(number).locator("input").nth(1).fill(values)


def expect_error(page, label: str, sentence: str) -> None:
    """What is wrong stands under its field, and nothing can be begun."""
    wrong = page.locator(".wb-sweep-form .wb-field", has=page.get_by_text(label, exact=True))
    expect(wrong.locator(".wb-note-error").first).to_contain_text(sentence)
    expect(page.locator(".wb-train-start")).to_be_disabled()


def begin(page, name: str) -> None:
    """Begin the two by two, after every slip that a person may make."""
    vary(page, 0, "learning_rate", "")
    expect_error(page, "Values or range", "learning_rate has an empty value")
    vary(page, 0, "learning_rate", "0.05, fast")
    expect_error(page, "Values or range", "learning_rate must be a number, got 'fast'")
    vary(page, 0, "learning_rate", ", ".join(map(str, RATES)))
    vary(page, 1, "batch_size", ", ".join(map(str, BATCHES)))
    field(page, "Runs at a time").fill("0")
    expect_error(page, "Runs at a time", "must be 1–256")
    field(page, "Runs at a time").fill("2")
    field(page, "Name").fill(name)
    start = page.get_by_role("button", name="Train 4 runs")
    expect(start).to_be_enabled()
    start.click()
    expect(page.locator(".wb-page-sweep h2").first).to_have_text(name)


def lines(page) -> list[list[float]]:
    """The runs as parallel coordinates: places on the axes of rate, batch size and result."""
    script = """() => {
      const plot = document.querySelector('.wb-sweep-plot');
      const drawn = plot && !plot.hidden && plot.data
        && plot.data.find((trace) => trace.type === 'parcoords');
      return drawn ? drawn.dimensions.map((axis) => Array.from(axis.values)) : [];
    }"""
    axes = page.evaluate(script)
    return [list(line) for line in zip(*axes, strict=True)]


def wait_for_lines(page, count: int) -> None:
    page.wait_for_function(
        "count => { const plot = document.querySelector('.wb-sweep-plot:not([hidden])');"
        " const drawn = plot && plot.data && plot.data.find(t => t.type === 'parcoords');"
        " return drawn && drawn.dimensions[0].values.length >= count; }",
        arg=count,
        timeout=90_000,
    )


def expect_all_in_sight(page) -> None:
    """The axis of the results holds the result of every run."""
    page.wait_for_function("""() => {
      const plot = document.querySelector('.wb-sweep-plot');
      const [low, high] = plot._fullLayout.yaxis.range;
      const runs = plot.data.find((trace) => trace.name === 'each run').y;
      return runs.length === 4 && runs.every((result) => low < result && result < high);
    }""")


def coloured(page) -> int:
    """How many pixels of the parallel coordinates are neither background nor ink."""
    place = page.locator(".wb-sweep-plot").first
    place.scroll_into_view_if_needed()
    shown = np.asarray(Image.open(io.BytesIO(place.screenshot())).convert("RGB")).astype(int)
    upper = shown[: shown.shape[0] // 2]
    return int((upper.max(axis=2) - upper.min(axis=2) > 40).sum())


def click_latencies(page) -> list[float]:
    """Milliseconds until a click on a tab is answered."""
    found = []
    for number in range(_CLICKS):
        name = ("home", "results")[number % 2]
        tab = f".wb-tab-{name}"
        found.append(milliseconds(page, tab, f"{tab}.wb-tab-active"))
        page.locator(f".wb-page-{name}").wait_for()
    return found


def expect_four_runs(page, sweep: wb.Sweep) -> None:
    """The page shows what is on disk: the best first and marked, a line and a point a run."""
    trials = sweep.trials
    rows = page.locator(_ROWS)
    expect(rows.first.locator(".wb-strong")).to_have_text(f"{sweep.name}-{trials[0].number} ★")
    expect(page.locator(f"{_ROWS} .wb-strong", has_text="★")).to_have_count(1)
    results = [100 * trial.objective for trial in sorted(trials, key=lambda t: t.number)]
    places = [[rate, size] for rate in (1, 0) for size in (0, 1)]
    expected = [[*place, value] for place, value in zip(places, results, strict=True)]
    wait_for_lines(page, 4)
    assert np.allclose(lines(page), expected)
    assert coloured(page) > 200
    drawn = page.evaluate(
        "() => document.querySelector('.wb-sweep-plot').data"
        ".map((trace) => [trace.name, Array.from(trace.y || [])])"
    )
    named = {name: values for name, values in drawn if name}
    assert np.allclose(named["best so far"], np.maximum.accumulate(named["each run"]))
    assert np.allclose(named[f"best: run {trials[0].number}"], [max(results)])


def compare_first_two(page, watched, place: str) -> None:
    """Compare two runs of a sweep that differ in their batch size alone."""
    page.locator(".wb-tab-results").click()
    page.locator(".wb-results-filter").fill("rates-in-lab learning_rate:0.05")
    rows = page.locator(".wb-results tbody tr:not(.wb-results-heading)")
    expect(rows).to_have_count(2)
    for number in range(2):
        rows.nth(number).locator(".wb-results-check").click()
    page.locator(".wb-do-compare").click()
    drawn = page.locator(".wb-results-compare .scatterlayer .js-line")
    expect(drawn).to_have_count(2)
    expect(page.locator(".wb-results-compare .legendtext")).to_have_count(2)
    differences = page.locator(".wb-results-compare table").nth(1)
    assert differences.locator("th").all_text_contents() == ["Name", "batch_size"]
    script = """rows => rows.map(
      (row) => [row.querySelector('.wb-strong').textContent, row.cells[1].textContent])"""
    told = dict(differences.locator("tbody tr").evaluate_all(script))
    assert told == {"rates-in-lab-1": "16", "rates-in-lab-2": "64"}
    watched.shot(f"sweep-compare-{place}")
    page.locator(".wb-results-back").click()
    page.locator(".wb-results-filter").fill("")


@contextmanager
def dark_theme(page):
    """Lab's dark theme; what the person had comes back."""
    choose_theme(page, "JupyterLab Dark", "false")
    yield
    choose_theme(page, "JupyterLab Light", "true")


def choose_theme(page, name: str, light: str) -> None:
    page.locator(".lm-MenuBar-itemLabel", has_text="Settings").click()
    page.locator(".lm-Menu-itemLabel", has_text="Theme").first.hover()
    page.locator(".lm-Menu-itemLabel", has_text=name).first.click()
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", light)


def test_two_by_two_is_begun_followed_and_compared_in_lab(
    lab, open_page, bars, server_environment, capsys
):
    watched = open_page(lab, width=1500, height=1300)
    page = watched.page
    expect(page.locator(".wb-app")).to_be_visible(timeout=90_000)
    with dark_theme(page):
        open_sweep_form(page, bars)
        begin(page, "rates-in-lab")
        expect(page.locator(_ROWS).first).to_be_visible()
        clicks = click_latencies(page)
        with capsys.disabled():
            print(
                f"\nClicks while a sweep trains: median {statistics.median(clicks):.0f} ms, "
                f"p95 {statistics.quantiles(clicks, n=20)[-1]:.0f} ms"
            )
        page.locator(".wb-results-open-sweep", has_text="Open the sweep").first.click()
        wait_for_lines(page, 1)
        watched.shot("sweep-lab-under-way")
        expect(page.locator(f"{_TITLE}-done")).to_be_visible(timeout=120_000)
        expect(page.locator(_ROWS)).to_have_count(4)
        sweep = wb.find_sweep("rates-in-lab", wb.Home(server_environment["WORKBENCH_HOME"]))
        expect_four_runs(page, sweep)
        expect_all_in_sight(page)
        watched.shot("sweep-lab-done")
        assert no_horizontal_scroll(page)
        page.locator(_ROWS).nth(1).click()
        expect(page.locator(".wb-page-train h2").first).to_have_text(
            f"rates-in-lab-{sweep.trials[1].number}"
        )
        compare_first_two(page, watched, "lab")


def test_a_sweep_goes_on_whatever_becomes_of_the_narrow_page_that_began_it(
    dashboard, open_page, bars, server_environment
):
    watched = open_page(f"{dashboard}&voila-theme=dark", width=280, height=1700)
    page = watched.page
    open_sweep_form(page, bars)
    begin(page, "rates-on-a-page")
    expect(page.locator(_ROWS).first).to_be_visible()
    page.reload()
    page.locator(".wb-job").get_by_role("button", name="rates-on-a-page", exact=True).click()
    wait_for_lines(page, 1)
    assert coloured(page) > 50
    assert no_horizontal_scroll(page)
    watched.shot("sweep-narrow-under-way")
    page.locator(".wb-page-sweep .wb-stop").click()
    expect(page.locator(f"{_TITLE}-stopped")).to_be_visible()
    expect(page.locator(".wb-page-sweep .wb-resume")).to_be_visible()
    watched.shot("sweep-narrow-stopped")

    page.locator(".wb-tab-results").click()
    page.locator(".wb-results-show-sweeps").click()
    page.locator(".wb-results-sweeps tbody tr", has_text="rates-in-lab").click()
    home = wb.Home(server_environment["WORKBENCH_HOME"])
    expect_four_runs(page, wb.find_sweep("rates-in-lab", home))
    assert no_horizontal_scroll(page)
    watched.shot("sweep-narrow-done")
    page.locator(".wb-open-best").click()
    expect(page.locator(".wb-page-train h2").first).to_contain_text("rates-in-lab-")
    compare_first_two(page, watched, "narrow")
    assert no_horizontal_scroll(page)
    wb.find_sweep("rates-on-a-page", home).delete()
