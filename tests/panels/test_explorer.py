"""The explorer driven as its browser side drives it: what it sends, what becomes of a selection."""

import numpy as np
import pytest

import workbench as wb
from tests.panels.test_app import no_widget_is_left, tick_until  # noqa: F401
from workbench.data.findings import Finding
from workbench.errors import InvalidValue
from workbench.panels.app import App
from workbench.panels.edits import Edits
from workbench.panels.names import next_name
from workbench.panels.pictures import thumbnails


@pytest.fixture
def app(digits_home):
    made = App(digits_home)
    made.open_dataset(wb.dataset("digits", home=digits_home).id)
    yield made
    made.close()


@pytest.fixture
def explorer(app):
    return app.page._view.explorer


def tell(explorer, event, **values):
    """What the browser side sends."""
    explorer.grid._receive(None, {"event": event, **values}, [])
    assert explorer.error.data["text"] == ""


def ask(explorer, **query):
    asked = {"split": None, "label": None, "text": "", "sort": "", "descending": False}
    tell(explorer, "query", **(asked | query))


def sent(explorer, monkeypatch):
    """The messages to the browser from now on."""
    messages = []
    monkeypatch.setattr(
        explorer.grid, "send", lambda message, buffers=None: messages.append((message, buffers))
    )
    return messages


def test_the_first_page_has_something_of_every_class(explorer):
    data = explorer.grid.data
    assert (data["offset"], data["size"], data["total"]) == (0, 60, 600)
    assert {item["title"].split(" · ")[0] for item in data["items"]} == set("0123456789")
    assert len(explorer.grid.blob) == 60 * 28 * 28
    assert explorer.grid.options["splits"][1] == ("train", "training (450)")


def test_the_pixels_are_those_of_the_rows(explorer):
    dataset, row = explorer.dataset, explorer.grid.data["items"][17]["row"]
    pixels = np.frombuffer(explorer.grid.blob, np.uint8).reshape(60, 28, 28, 1)
    assert np.array_equal(pixels[17], dataset.record(row))


def test_filters_and_pages(explorer):
    ask(explorer, split="val", label=7)
    assert explorer.grid.data["total"] == 9
    assert explorer.grid.data["query"]["split"] == "val"
    ask(explorer, text="/3/")
    assert explorer.grid.data["total"] == 60
    ask(explorer, text="no such path")
    assert explorer.grid.data["items"] == []
    assert explorer.grid.data["total"] == 0
    ask(explorer)
    tell(explorer, "page", offset=540)
    assert (explorer.grid.data["offset"], len(explorer.grid.data["items"])) == (540, 60)
    tell(explorer, "size", size=240)
    assert (explorer.grid.data["offset"], len(explorer.grid.data["items"])) == (480, 120)


def test_an_unknown_order_is_told_beside_the_images(explorer):
    values = {"split": None, "label": None, "text": "", "sort": "taste", "descending": False}
    explorer.grid._receive(None, {"event": "query", **values}, [])
    assert "cannot be sorted by 'taste'" in explorer.error.data["text"]


def test_zoom_shows_the_record_then_the_original(app, explorer, monkeypatch):
    messages = sent(explorer, monkeypatch)
    ask(explorer)
    tell(explorer, "zoom", at=70)
    assert explorer.grid.data["offset"] == 60  # the page follows
    (message, (record,)) = messages[0]
    row = int(explorer.rows[70])
    assert record == explorer.dataset.record(row).tobytes()
    facts = dict(message["zoom"]["facts"])
    assert facts["Path"] == explorer.dataset.table.names[row]
    assert facts["Split"] in ("train", "val", "test")
    assert facts["Original"] == "28 × 28 px"
    assert message["zoom"]["place"] == "71 of 600"
    tick_until(app, lambda: len(messages) > 1)
    (message, (picture,)) = messages[1]
    assert message["original"]["row"] == row
    assert picture == record  # a digit is as large as its record


def test_of_many_images_passed_only_the_last_original_is_shown(app, explorer, monkeypatch):
    messages = sent(explorer, monkeypatch)
    for at in range(5):
        tell(explorer, "zoom", at=at)
    tick_until(app, lambda: any("original" in message for message, _ in messages))
    shown = [message["original"]["row"] for message, _ in messages if "original" in message]
    assert shown == [int(explorer.rows[4])]
    tell(explorer, "zoom", at=10_000)  # there is no such image, and nothing happens
    assert not any("original" in m and m["original"]["row"] != shown[0] for m, _ in messages)


def test_a_finding_shows_its_rows_in_order_until_all_are_asked_for(explorer):
    rows = np.array([50, 51, 7, 300, 8, 9])
    explorer.show_finding(Finding("twins", "images are there twice", "info", 3, rows))
    assert [item["row"] for item in explorer.grid.data["items"]] == rows.tolist()
    assert explorer.grid.data["finding"]["title"] == "3 images are there twice"
    tell(explorer, "everything")
    assert explorer.grid.data["total"] == 600
    assert explorer.grid.data["finding"] is None


def test_all_that_is_found_can_be_selected(explorer):
    ask(explorer, split="test")
    tell(explorer, "select_all")
    assert explorer.grid.selected == explorer.rows.tolist()
    assert len(explorer.grid.selected) == 60


def test_all_but_the_first_of_each_set_can_be_selected(explorer, monkeypatch):
    twin = np.full(600, -1, np.int32)
    twin[[4, 9, 40]], twin[[5, 6]] = 0, 1
    monkeypatch.setitem(explorer.dataset.table.__dict__, "_twin", twin)
    rows = np.array([4, 9, 40, 5, 6])
    explorer.show_finding(Finding("twins", "twice", "info", 2, rows, sets="twin"))
    assert [item["set"] for item in explorer.grid.data["items"]] == [0, 0, 0, 1, 1]
    tell(explorer, "select_repeats")
    assert explorer.grid.selected == [9, 40, 6]


def test_edits_are_marked_and_collected(app, explorer):
    ask(explorer)
    tell(explorer, "edit", kind="exclude", rows=[0, 1])
    tell(explorer, "edit", kind="relabel", rows=[2], name="a <b> 'new' one")
    marks = [item["mark"] for item in explorer.grid.data["items"][:4]]
    assert marks == ["excluded", "excluded", "→ a <b> 'new' one", ""]
    assert explorer.grid.options["names"][-1] == "a <b> 'new' one"
    assert app.page._view.version.visible


def test_a_class_without_a_name_is_refused_beside_the_images(explorer):
    explorer.grid._receive(None, {"event": "edit", "kind": "relabel", "rows": [1], "name": " "}, [])
    assert "must not be empty" in explorer.error.data["text"]
    assert len(explorer.edits) == 0


@pytest.fixture
def edits(digits):
    return Edits(digits)


def test_later_edits_prevail_and_each_can_be_undone(digits, edits):
    row = int(np.flatnonzero(digits.table["label"] == 3)[0])
    edits.exclude([row])
    edits.relabel([row], "8")
    edits.rename("8", "eight")
    edits.leave_out("5")
    source = edits.source()
    assert source.exclude == ()
    assert source.relabel == ((0, row, "eight"),)
    assert source.classes == {"8": "eight", "5": ""}
    assert "5" not in edits.classes
    edits.undo(1)
    assert edits.source().exclude == ((0, row),)
    assert [str(edit) for edit in edits.log] == [
        "1 image excluded",
        "8 → eight",
        "leave out class 5",
    ]


def test_an_image_relabelled_as_what_it_is_does_not_change(digits, edits):
    edits.exclude([0])
    edits.relabel([0], digits.labels[digits.table["label"][0]])
    assert edits.source().exclude == ()
    assert edits.source().relabel == ()


def test_merging_goes_along_with_what_was_merged_before(edits):
    edits.rename("1", "7")
    edits.rename("7", "strokes")
    assert edits.source().classes == {"1": "strokes", "7": "strokes"}
    assert len(edits.classes) == 9


def test_what_cannot_be_is_refused(edits):
    with pytest.raises(InvalidValue, match="is called '3' already"):
        edits.rename("3", "3")
    with pytest.raises(InvalidValue, match="no class 'x' any more"):
        edits.leave_out("x")
    for label in "23456789":
        edits.leave_out(label)
    with pytest.raises(InvalidValue, match="two classes or more"):
        edits.leave_out("1")


def test_the_next_name_is_one_that_is_free(tmp_path):
    home = wb.Home(tmp_path)
    assert next_name(home, "digits") == "digits-2"
    for name in ("digits-2", "digits-3"):
        home.create_job("dataset", name, {})
    assert next_name(home, "digits") == "digits-4"
    assert next_name(home, "digits-3") == "digits-4"
    assert next_name(home, "2024-") == "2024--2"


def test_thumbnails_of_large_and_deep_images():
    random = np.random.default_rng(0)
    images = random.integers(0, 65536, (2, 100, 200, 8), dtype=np.uint16)
    found = thumbnails(images)
    assert found.shape == (2, 40, 80, 3)
    assert found.dtype == np.uint8
    assert abs(found.mean() - images[..., :3].mean() / 257) < 1
    assert thumbnails(images[:0]).shape == (0, 100, 200, 3)
