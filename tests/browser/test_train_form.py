"""The form of a run in a real browser: own networks, their layers, and augmentation, before it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

import workbench as wb
from tests.browser.pages import field, open_form
from tests.browser.test_journey import no_horizontal_scroll

_WRONG = """def build(input_shape, outputs):
    x = keras.Input(input_shape)
    y = layers.Conv3D(3, 3)(x)
    return keras.Model(x, y)
"""
_RIGHT = """def build(input_shape, outputs):
    x = inputs = keras.Input(input_shape)
    x = layers.Conv2D(4, 3, name="edges")(x)
    x = layers.GlobalAveragePooling2D(name="mean")(x)
    return keras.Model(inputs, layers.Dense(outputs, name="head")(x))
"""


@pytest.fixture(scope="module")
def small(server_environment, digits_folder) -> str:
    """A dataset of six hundred digits in the home of the servers."""
    home = wb.Home(server_environment["WORKBENCH_HOME"])
    image = wb.ImageFormat(width=28, height=28, channels=1)
    wb.create_dataset(
        "small digits", wb.ImageFolder(digits_folder), image=image, runner="synchronous", home=home
    )
    return "small digits"


def write(page, code: str) -> None:
    page.locator(".wb-app .cm-content").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(code)


@pytest.mark.parametrize("where", ["lab", "dashboard"])
def test_an_own_network_is_written_checked_and_drawn(where, request, open_page, small):
    watched = open_page(request.getfixturevalue(where), width=1500, height=1100)
    page = watched.page
    open_form(page, small)
    page.locator(".wb-source-custom").click()
    # Typed key by key: in Lab single keys are commands elsewhere.
    page.locator(".wb-app .cm-content").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("# add a bee, mm dd yy")
    expect(page.locator(".wb-app .cm-line").first).to_have_text("# add a bee, mm dd yy")

    write(page, _WRONG)
    page.locator(".wb-visualize").click()
    expect(page.locator(".wb-editor .cm-lint-marker-error")).to_have_count(1, timeout=60_000)
    wrong = page.locator(".wb-editor .cm-lintRange-error")
    expect(wrong).to_contain_text("layers.Conv3D(3, 3)(x)")
    shown = page.locator(".wb-begin .wb-note-error:visible")
    expect(shown).to_contain_text("line 3: ")
    expect(page.locator(".wb-train-start")).to_be_disabled()
    watched.shot(f"train-form-wrong-line-{where}")

    write(page, _RIGHT)
    expect(page.locator(".wb-editor .cm-lint-marker-error")).to_have_count(0)
    page.locator(".wb-visualize").click()
    rows = page.locator(".wb-layer-table tbody tr")
    expect(rows).to_have_count(4, timeout=60_000)
    expect(rows.nth(1)).to_contain_text("edges")
    expect(rows.nth(1)).to_contain_text("26 × 26 × 4")
    expect(rows.nth(1)).to_contain_text("40")
    expect(page.locator(".wb-train-start")).to_be_enabled()
    watched.shot(f"train-form-layers-{where}")

    page.locator(".wb-app .cm-content").click()
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate("!document.activeElement.closest('.cm-editor')")


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (280, "dark")])
def test_the_preview_changes_with_the_sliders(dashboard, open_page, small, width, theme):
    watched = open_page(f"{dashboard}&voila-theme={theme}", width=width)
    page = watched.page
    open_form(page, small)
    assert no_horizontal_scroll(page)
    page.locator(".wb-part-augmentation .wb-more-button").first.click()
    pictures = page.locator(".wb-augmentation-preview canvas")
    expect(pictures).to_have_count(9)
    script = "nodes => nodes.map(node => node.toDataURL())"
    as_they_are = pictures.evaluate_all(script)
    assert len(set(as_they_are)) == 1
    page.locator(".wb-slider input[type=range]").first.fill("25")
    expect(field(page, "Rotation, degrees")).to_have_value("25")
    page.wait_for_function(
        "before => [...document.querySelectorAll('.wb-augmentation-preview canvas')]"
        ".every(node => node.toDataURL() !== before)",
        arg=as_they_are[0],
    )
    turned = pictures.evaluate_all(script)
    assert len(set(turned)) == 9
    expect(page.locator(".wb-code pre")).to_contain_text("wb.Augmentation(rotation=25.0)")
    assert no_horizontal_scroll(page)
    watched.shot(f"train-form-preview-{theme}-{width}")
