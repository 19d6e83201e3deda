"""Hundreds of runs in a real browser: found, sorted, compared, and the look of the list kept."""

from __future__ import annotations

import sys

import pytest
from playwright.sync_api import expect

import workbench as wb
from benchmarks.results import build
from tests.browser.conftest import TOKEN, free_port, serving

RUNS = 240


@pytest.fixture
def many_runs(tmp_path):
    """The address of a dashboard on a home of many runs, in groups of twenty."""
    home = wb.Home(tmp_path / "home")
    build(home, RUNS, epochs=10)
    port = free_port()
    command = [sys.executable, "-m", "workbench.cli.main", "dashboard", "--no-browser"]
    command += ["--port", str(port), "--token", TOKEN]
    base = f"http://127.0.0.1:{port}"
    environment = {"WORKBENCH_HOME": str(home.path)}
    with serving(command, f"{base}/static/favicon.ico", environment, tmp_path / "log"):
        yield f"{base}/?token={TOKEN}"


def open_results(page) -> None:
    page.locator(".wb-tab-results").click()
    page.locator(".wb-results tbody tr").first.wait_for()


def test_many_runs_are_found_sorted_compared_and_looked_at_again(many_runs, open_page):
    watched = open_page(many_runs)
    page = watched.page
    open_results(page)
    where = page.locator(".wb-results .wb-where")
    expect(where).to_contain_text(f"{RUNS} of {RUNS} runs")
    assert page.locator(".wb-results tbody tr").count() <= 51
    expect(page.locator(".wb-results-heading").first).to_contain_text("20 runs")

    page.locator(".wb-results-filter").fill("network:lenet val_accuracy>60%")
    expect(where).not_to_contain_text(f"{RUNS} of {RUNS}")
    expect(page.locator(".wb-results th", has_text="val accuracy max")).to_have_attribute(
        "aria-sort", "descending"
    )
    page.locator(".wb-results-tools input[type=checkbox]").uncheck()
    expect(page.locator(".wb-results-heading")).to_have_count(0)
    shares = page.locator(".wb-results-figure").all_inner_texts()
    values = [float(share.removesuffix(" %")) for share in shares]
    assert values == sorted(values, reverse=True)
    assert min(values) > 60

    rows = page.locator(".wb-results tbody tr")
    rows.first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".wb-results tr[aria-selected=true]")).to_have_count(2)
    names = rows.locator(".wb-strong").all_inner_texts()[:2]
    watched.shot("results-selected")
    page.locator(".wb-do-compare").click()
    lines = page.locator(".wb-results-compare .wb-results-plot .legendtext")
    expect(lines).to_have_text(names)
    differences = page.locator(".wb-results-compare table").nth(1)
    expect(differences.locator("th").first).to_have_text("Name")
    expect(differences).to_contain_text("seed")
    watched.shot("results-compare")
    page.locator(".wb-results-back").click()
    expect(page.locator(".wb-results tr[aria-selected=true]")).to_have_count(2)

    page.locator(".wb-results-choose").click()
    page.get_by_label("Find a column").fill("gamma")
    page.get_by_label("policy.gamma").check()
    expect(page.locator(".wb-results th", has_text="policy.gamma")).to_be_visible()
    page.locator(".wb-results th button", has_text="policy.gamma").click()
    expect(page.locator(".wb-results th", has_text="policy.gamma")).to_have_attribute(
        "aria-sort", "descending"
    )
    page.reload()
    open_results(page)
    expect(page.locator(".wb-results th", has_text="policy.gamma")).to_have_attribute(
        "aria-sort", "descending"
    )
    expect(page.locator(".wb-results-heading")).to_have_count(0)

    rows.first.focus()
    name = rows.first.locator(".wb-strong").inner_text()
    page.keyboard.press("Enter")
    expect(page.locator(".wb-page-train h2").first).to_have_text(name)


def test_a_narrow_page_has_two_lines_a_run_and_never_moves_sideways(many_runs, open_page):
    watched = open_page(f"{many_runs}&voila-theme=dark", width=280, height=900)
    page = watched.page
    open_results(page)
    row = page.locator(".wb-results tbody tr:not(.wb-results-heading)").first
    expect(row.locator(".wb-sub")).to_be_visible()
    row.locator(".wb-results-check").click()
    page.locator(".wb-results tbody tr:not(.wb-results-heading)").nth(1).locator(
        ".wb-results-check"
    ).click()
    watched.shot("results-narrow")
    wide = "() => [document.documentElement, document.querySelector('.wb-results-place')]"
    wide += ".map(node => node.scrollWidth - node.clientWidth)"
    assert page.evaluate(wide) == [0, 0]
    page.locator(".wb-do-compare").click()
    expect(page.locator(".wb-results-compare .legendtext")).to_have_count(2)
    watched.shot("results-narrow-compare")
    assert page.evaluate("document.documentElement.scrollWidth") == 280
    page.locator(".wb-results-back").click()
    page.locator(".wb-results-show-plot").click()
    expect(page.locator(".wb-results-scatter .points path").first).to_be_visible()
    watched.shot("results-narrow-plot")
