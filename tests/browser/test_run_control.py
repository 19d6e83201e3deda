"""A run is steered while it goes on, in a real browser: rest, another rate, more epochs."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

import workbench as wb
from tests.browser.pages import field, open_form
from tests.browser.test_journey import events, no_horizontal_scroll, runs, start_run


@pytest.fixture(scope="module")
def few(server_environment, digits_folder) -> str:
    """A dataset of six hundred digits in the home of the servers."""
    home = wb.Home(server_environment["WORKBENCH_HOME"])
    image = wb.ImageFormat(width=28, height=28, channels=1)
    source = wb.ImageFolder(digits_folder)
    wb.create_dataset("few digits", source, image=image, runner="synchronous", home=home)
    return "few digits"


@pytest.mark.parametrize("where", ["lab", "dashboard"])
def test_a_run_rests_goes_on_at_another_rate_and_for_longer(
    where, request, open_page, few, server_environment
):
    width = 1500 if where == "lab" else 280
    watched = open_page(request.getfixturevalue(where), width=width, height=1100)
    page = watched.page
    open_form(page, few)
    start_run(page, 2000, "Its own process")
    pause = page.locator(".wb-pause")
    expect(pause).to_be_visible(timeout=120_000)
    pause.click()
    expect(page.locator(".wb-page-train .wb-title .wb-pill-paused")).to_be_visible()
    expect(pause).to_be_hidden()
    page.locator(".wb-page-train .wb-more-button", has_text="Change or extend this run").click()
    field(page, "New rate").fill("0")
    page.locator(".wb-set-rate").click()
    wrong = page.locator(".wb-field", has=page.get_by_text("New rate")).first
    expect(wrong).to_contain_text("must be")
    field(page, "New rate").fill("0.004")
    page.locator(".wb-set-rate").click()
    page.locator(".wb-resume").click()
    expect(page.locator(".wb-page-train .wb-title .wb-pill-running")).to_be_visible()
    field(page, "More epochs").fill("5")
    page.locator(".wb-extend").click()
    run = runs(server_environment)[-1]
    marks = "() => JSON.stringify(document.querySelector('.wb-curves .js-plotly-plot').layout)"
    page.wait_for_function(f"() => ({marks})().includes('rate 0.004')")
    page.wait_for_function(f"() => ({marks})().includes('2005 epochs')")
    assert where == "lab" or no_horizontal_scroll(page)
    watched.shot(f"run-control-{where}")
    other_layers_are_watched(page)
    assert where == "lab" or no_horizontal_scroll(page)
    watched.shot(f"live-layers-{where}")
    page.locator(".wb-stop").click()
    expect(page.locator(".wb-page-train .wb-title .wb-pill-stopped")).to_be_visible()
    found = [(e["what"], e["value"]) for e in events(run) if e["type"] == "change"]
    assert found == [("learning_rate", 0.004), ("epochs", 2005)]
    rates = [e["learning_rate"] for e in events(run) if "learning_rate" in e]
    assert rates[-1] == 0.004


def other_layers_are_watched(page):
    """A layer and an image are chosen; what they give shows while the run goes on."""
    layers = page.locator(".wb-live-layers")
    titles = layers.locator(".wb-layer strong")
    expect(titles.nth(1)).to_have_text("conv1 · weights")
    layers.get_by_role("button", name="Watch other layers or another image").click()
    field(page, "Layers").select_option(["fc1"])
    layers.locator(".wb-strip button").nth(5).click()
    expect(titles.filter(has_text="fc1 · output")).to_be_visible()
    expect(titles.filter(has_text="conv1")).to_have_count(0)
    expect(layers).not_to_contain_text("validation image 0")
    layers.locator(".wb-heading").first.scroll_into_view_if_needed()
