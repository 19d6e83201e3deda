"""What journeys look for on a page."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect


def field(page: Page, label: str):
    """The input that stands under a label."""
    named = page.locator(".wb-field", has=page.get_by_text(re.compile(f"^{re.escape(label)}")))
    return named.locator("input, select, textarea").first


def curve(page: Page, name: str = "train loss") -> list[list[float]]:
    """The points of one line, as they are drawn."""
    script = """name => {
      const plot = document.querySelector('.wb-curves .js-plotly-plot');
      const line = plot && plot.data && plot.data.find(trace => trace.name === name);
      return line ? Array.from(line.x, (x, i) => [x, line.y[i]]) : [];
    }"""
    return page.evaluate(script, name)


def wait_for_points(page: Page, count: int, timeout_s: float = 120) -> None:
    """Wait until the training loss has so many points."""
    script = """count => {
      const plot = document.querySelector('.wb-curves .js-plotly-plot');
      return plot && plot.data && plot.data[0].x.length >= count;
    }"""
    page.wait_for_function(script, arg=count, timeout=1000 * timeout_s)


def open_form(page: Page, dataset: str) -> None:
    """The form of a new run on a dataset."""
    expect(page.locator(".wb-app")).to_be_visible(timeout=90_000)
    page.locator(".wb-tab-home").click()
    page.locator(".wb-new-run").click()
    field(page, "Dataset").select_option(label=dataset)


def milliseconds(page: Page, click: str, until: str) -> float:
    """How long it takes from a click on one thing until another is there, drawn."""
    script = """([click, until]) => new Promise((resolve) => {
      const start = performance.now();
      const check = () => document.querySelector(until)
        ? requestAnimationFrame(() => resolve(performance.now() - start)) : setTimeout(check, 2);
      document.querySelector(click).click();
      check();
    })"""
    return page.evaluate(script, [click, until])
