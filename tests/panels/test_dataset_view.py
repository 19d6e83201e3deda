"""The page of a dataset: facts, report, notes, export, a new version, and what may go wrong."""

import threading

import numpy as np
import pytest
from PIL import Image

import workbench as wb
from tests.panels.test_app import find, no_widget_is_left, tick_until  # noqa: F401
from workbench.panels.app import App

HOSTILE = "<img src=x onerror=alert(1)>\n\"quoted\" {brace} 'n'"


@pytest.fixture
def home(tmp_path):
    """A dataset with an awkward class, an image twice in it, and one file that cannot be read."""
    random = np.random.default_rng(0)
    for label in ("plain", "other", "third"):
        (tmp_path / "in" / label).mkdir(parents=True)
        for number in range(8):
            pixels = random.integers(0, 256, (20, 30, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "in" / label / f"{number}.png")
    Image.fromarray(pixels).save(tmp_path / "in" / "plain" / "again.png")
    (tmp_path / "in" / "plain" / "bad <b>.png").write_bytes(b"x")
    home = wb.Home(tmp_path / "home")
    source = wb.ImageFolder(tmp_path / "in", validation_percent=25)
    image = wb.ImageFormat(width=24, height=24)
    wb.create_dataset(HOSTILE[:60], source, image=image, runner="synchronous", home=home)
    return home


@pytest.fixture
def app(home):
    made = App(home)
    made.open_dataset(home.summaries("dataset")[0].id)
    yield made
    made.close()


@pytest.fixture
def view(app):
    return app.page._view


def settled(app):
    tick_until(app, lambda: not app.page.busy)
    assert app.page.error.data["text"] == ""


def test_the_facts(app, view):
    facts = dict(view._facts.data["facts"])
    assert facts["Images"] == "19 train, 6 val"
    assert facts["Format"] == "24×24 colour"
    assert facts["Seed"] == "0"
    assert facts["Source"].startswith("folder ")
    assert facts["Folder"] == str(view.dataset.job.path)
    assert "Made from" not in facts
    assert view._title.data["text"] == HOSTILE[:60]
    assert view._title.data["status"] == "done"


def test_the_report_comes_and_leads_to_the_images(app, view):
    assert view.report.root.data["checking"]
    settled(app)
    findings = {finding["key"]: finding for finding in view.report.root.data["findings"]}
    assert list(findings)[0] == "two-labels"
    assert findings["two-labels"]["text"] == "1 image has two labels"
    assert findings["unreadable"]["images"] == 0
    assert findings["unreadable"]["lines"][0][0].endswith("bad <b>.png")
    view.report.root._handlers["look"](key="two-labels")
    shown = [item["title"].rsplit("/", 1)[1] for item in view.explorer.grid.data["items"]]
    assert sorted(shown) == ["7.png", "again.png"]
    charts = {chart["label"]: chart for chart in view._sizes.data["charts"]}
    assert charts["height"]["low"].endswith(" px")
    assert sum(charts["width"]["counts"]) == 25


def test_a_version_is_made_and_leads_back(app, view):
    settled(app)
    assert "wb-primary" in view._train._dom_classes
    view.edits.exclude([0])
    plain = np.flatnonzero(view.dataset.table["label"] == view.dataset.labels.index("plain"))
    moved = [int(row) for row in plain[1:3]]
    view.edits.relabel(moved, "other")
    form = view.version
    assert "wb-primary" not in view._train._dom_classes
    assert [row["cells"][0] for row in form._steps.data["rows"]] == [
        "1 image excluded",
        "2 images → other",
    ]
    parent = view.dataset
    code = form._code.data["code"]
    assert "exclude=((0, 0),)" in code
    assert f"relabel=((0, {moved[0]}, 'other'), (0, {moved[1]}, 'other'))" in code
    assert "wb.FromDatasets" in code
    assert repr(parent.id) in code
    assert form.name.value == f"{parent.name}-2"
    form._on_make()
    form._on_make()  # a double click
    tick_until(app, lambda: app.page._view not in (None, view))
    assert len(app.home.summaries("dataset")) == 2
    made = app.page._view
    assert made.dataset.name == f"{parent.name}-2"
    assert sum(made.dataset.counts["train"].values()) < 25
    assert made.dataset.image == parent.image
    assert dict(made._facts.data["facts"])["Made from"] == [
        {"text": parent.name, "event": "open_dataset", "id": parent.id}
    ]
    settled(app)
    made._facts._handlers["open_dataset"](id=parent.id)
    back = app.page._view
    assert back.dataset.id == parent.id
    assert dict(back._facts.data["facts"])["Used by"][0]["id"] == made.dataset.id
    settled(app)
    back._ask()
    assert "delete those first" in back.error.data["text"]


def test_classes_are_merged_and_the_splits_drawn_again(app, view):
    view._on_version()
    form = view.version
    form.old.value, form.new.value = "third", "other"
    find(app, "wb-rename-class").click()
    assert form.edits.classes == ["other", "plain"]
    assert [name for name, _ in form.old.control.options] == ["other", "plain"]
    find(app, "wb-drop-class").click()
    assert form.error.data["text"] == "a classifier needs two classes or more"
    form.divide.value = "again"
    assert form._shares.layout.display is None
    form.test.value = "80"
    assert find(app, "wb-make-version").disabled
    assert "must stay below 100 %, got 105 %" in form.validation.message.data["text"]
    form.test.value, form.validation.value = "20", "20"
    config = form.config()
    assert (config.source.divide, config.source.shares) == ("again", (20, 20))
    assert config.source.classes == {"third": "other"}
    form._steps._handlers["undo"](id=0)
    assert form.config().source.classes == {}
    form.name.value = ""
    assert "must not be empty" in form.name.message.data["text"]
    settled(app)


def test_an_export_is_written_in_the_background_and_never_over_another(app, view, tmp_path):
    settled(app)
    view._on_export()
    start = find(app, "wb-export-start")
    assert start.disabled
    view.export.folder.value = str(tmp_path / "out 'a'")
    assert repr(str(tmp_path / "out 'a'")) in view.export._code.data["code"]
    start.click()
    assert start.disabled
    settled(app)
    assert view.export._outcome.data["text"] == f"Written to {tmp_path / chr(111)}ut 'a'"
    assert len(list((tmp_path / "out 'a'").rglob("*.png"))) == 25
    start.click()
    settled(app)
    assert "not empty" in view.export.error.data["text"]
    assert not start.disabled


def test_a_stopped_export_leaves_nothing(app, view, tmp_path):
    settled(app)
    view._on_export()
    view.export.folder.value = str(tmp_path / "out")
    noted = view.export._note

    def stop_first(done, total):
        view.export._on_stop()
        noted(done, total)

    view.export._note = stop_first
    find(app, "wb-export-start").click()
    settled(app)
    assert view.export.error.data["text"] == "Stopped; nothing was left behind."
    assert list(tmp_path.glob("*out*")) == []


def test_an_export_goes_on_out_of_sight_and_is_found_again(app, view, tmp_path):
    settled(app)
    view._on_export()
    form, goes_on = view.export, threading.Event()
    form.folder.value = str(tmp_path / "out")
    noted = form._note

    def wait(done, total):
        assert goes_on.wait(30)
        noted(done, total)

    form._note = wait
    find(app, "wb-export-start").click()
    app.page.show_form()
    app.open_dataset(view.dataset.id)
    assert app.page._view.export is form
    assert find(app, "wb-export-start").disabled
    goes_on.set()
    settled(app)
    assert form._outcome.data["text"] == f"Written to {tmp_path / 'out'}"
    app.page.show_form()
    app.open_dataset(view.dataset.id)
    assert app.page._view.export is None
    settled(app)


def test_notes_and_names_are_on_disk_at_once(app, view, home):
    view.notes.text.value = "blurred <b>\n"
    assert view.dataset.job.notes == "blurred <b>\n"
    view._on_rename()
    view.rename.name.value = ""
    find(app, "wb-rename-save").click()
    assert view.rename.error.data["text"] == "name must not be empty"
    view.rename.name.value = "better"
    find(app, "wb-rename-save").click()
    assert view._title.data["text"] == "better"
    assert home.summaries("dataset")[0].name == "better"
    settled(app)


def test_a_name_is_changed_by_enter(app, view, home):
    view._on_rename()
    view.rename.name.value = "entered"
    view.rename.name.control._handle_custom_msg({"event": "submit"}, [])
    assert home.summaries("dataset")[0].name == "entered"
    settled(app)


def test_what_others_need_is_not_asked_about(app, view, home):
    home.create_job("run", "needs it", {}, parents=[view.dataset.id])
    settled(app)
    view._ask()
    assert "is used by needs it" in view.error.data["text"]
    assert view._confirm.root.children == ()


def test_on_a_dataset_that_is_gone_nothing_is_trained(app, view, home):
    settled(app)
    home.delete(view.dataset.job)
    find(app, "wb-train-on").click()
    assert f"there is no dataset {view.dataset.id!r}" in view.error.data["text"]
    assert app.page.name == "data"


def test_a_deleted_dataset_is_gone_from_disk_and_page(app, view, home):
    settled(app)
    view._ask()
    assert "Your own images stay" in view._confirm.root.children[0].data["text"]
    find(app, "wb-confirm").click()
    assert home.summaries("dataset") == []
    assert app.page._view is None


def test_floats_of_many_channels_are_shown(tmp_path):
    random = np.random.default_rng(0)
    np.save(tmp_path / "x.npy", random.normal(size=(40, 6, 8, 8)).astype(np.float32))
    np.save(tmp_path / "y.npy", np.arange(40) % 2)
    home = wb.Home(tmp_path / "home")
    source = wb.Arrays(tmp_path / "x.npy", tmp_path / "y.npy")
    image = wb.ImageFormat(width=8, height=6, channels=8, dtype="float32")
    ds = wb.create_dataset("floats", source, image=image, runner="synchronous", home=home)
    app = App(home)
    app.open_dataset(ds.id)
    data = app.page._view.explorer.grid.data
    assert (data["width"], data["height"], data["channels"], data["total"]) == (8, 6, 3, 40)
    pixels = np.frombuffer(app.page._view.explorer.grid.blob, np.uint8)
    assert 100 < pixels.mean() < 155
    settled(app)
    app.close()
