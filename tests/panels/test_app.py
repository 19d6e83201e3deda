"""The widget tree without a browser: what it shows follows from the disk, and errors are shown."""

import time

import ipywidgets
import pytest

import workbench as wb
from workbench.jobs import EventWriter
from workbench.panels.app import App

_PATIENCE_S = 60


@pytest.fixture(autouse=True)
def no_widget_is_left():
    before = set(ipywidgets.widgets.widget._instances)
    yield
    left = set(ipywidgets.widgets.widget._instances) - before
    assert not left, [ipywidgets.widgets.widget._instances[i] for i in left]


@pytest.fixture
def app(digits_home):
    made = App(digits_home)
    yield made
    made.close()


def tick_until(app, condition):
    """Let the app look for news, as its page would, until something holds."""
    deadline = time.monotonic() + _PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        app.page.tick()
        time.sleep(0.01)  # between looks


def find(app, name):
    """The one widget in sight with that class."""
    found, left = [], [app.root]
    while left:
        widget = left.pop()
        if name in getattr(widget, "_dom_classes", ()):
            found.append(widget)
        left += getattr(widget, "children", ())
    assert found, name
    return found[0]


def test_every_page_opens(app):
    for name in ("home", "data", "train", "results", "inspect", "home"):
        app.open(name)
        assert f"wb-page-{name}" in app.page.root._dom_classes
        assert not app.page.error.data["text"]
        app.page.tick()


def test_an_empty_home_offers_two_ways_in(tmp_path):
    app = App(wb.Home(tmp_path / "new"))
    assert "Try it on 70,000" in app.page._welcome.data["text"]
    assert find(app, "wb-try").layout.display is None
    assert app.page._train.layout.display == "none"
    assert app.page._runs.layout.display == app.page._datasets.layout.display == "none"
    app.close()


def test_a_dataset_from_the_form(tmp_path, digits_folder):
    app = App(wb.Home(tmp_path / "new"))
    app.open("data")
    form = app.page._form
    assert find(app, "wb-create-dataset").disabled
    form.path.value = str(digits_folder)
    tick_until(app, lambda: "600 images" in form.path.message.data["text"])
    assert form.path.message.data["text"] == "10 classes, 600 images found"
    form.width.value = form.height.value = "28"
    form.channels.value = 1
    form.test.value = "80"
    assert form.validation.message.data["text"] == (
        "validation and test together must stay below 100 %, got 105 %"
    )
    assert find(app, "wb-create-dataset").disabled
    form.test.value = "ten"
    assert "Test must be 0–100, got 'ten'" in form.test.message.data["text"]
    form.test.value = "10"
    form.name.value = "mine"
    code = form._code.data["code"]
    assert "wb.create_dataset" in code
    assert repr(str(digits_folder)) in code
    find(app, "wb-create-dataset").click()
    tick_until(app, lambda: app.page._view is not None)
    assert app.dataset.name == "mine"
    sheet = find(app, "wb-explore-grid")
    assert len(sheet.data["items"]) == 60
    assert len(sheet.blob) == 60 * 28 * 28
    app.close()


def test_a_run_from_the_form_to_the_layers(app, digits_home):
    app.new_run(wb.dataset("digits", home=digits_home).id)
    app.page._view = None
    form = app.page.body.children
    assert form
    start = find(app, "wb-train-start")
    start.click()  # refused: nothing is wrong, but a run of thirty epochs is not wanted here
    run = app.run
    run.stop()
    tick_until(app, lambda: not app.page._view.live)
    run.job.events()
    run.delete()
    app.page.close_run()
    trained = wb.train("digits", epochs=1, seed=1, runner="synchronous", home=digits_home)
    app.open_run(trained.id)
    view = app.page._view
    shown = dict(app.page.curves.figure["lines"])
    assert shown["train loss"] == len(trained.history["train_loss"])
    figures = {figure["label"]: figure["value"] for figure in view._figures.data["figures"]}
    accuracy = trained.checkpoints[-1].metrics["val_accuracy"]
    assert figures["val accuracy, epoch 1"] == f"{100 * accuracy:.2f} %"
    app.inspect(trained.id)
    page = app.page
    tick_until(app, lambda: page._predictor is not None)
    page._pick(40)
    assert len(page._bars.data["rows"]) == 5
    assert "true class: 4" in page._bars.data["caption"]
    titles = [layer["title"] for layer in page._layers.data["layers"]]
    assert titles[0] == "input"
    assert "conv1 · weights" in titles
    last = page._layers.data["layers"][-1]
    assert last["offset"] + 4 * last["width"] * last["height"] == len(page._layers.blob)
    page.path.value = "/gone.png"
    page._on_path()
    assert page.path.message.data["text"] == "there is no file /gone.png"
    assert not page.error.data["text"]
    trained.delete()


def test_an_unexpected_error_is_shown_with_its_traceback(app, monkeypatch):
    app.open("results")

    def broken():
        raise RuntimeError("boom")

    monkeypatch.setattr(app.page, "refresh", broken)
    app.page.tick()
    assert app.page.error.data["text"] == "RuntimeError: boom"
    assert "in broken" in app.page.error.data["details"]


def test_home_follows_a_run_that_somebody_else_makes(app, digits_home):
    config = wb.TrainConfig(dataset=wb.dataset("digits", home=digits_home).id, epochs=4)
    job = digits_home.create_job("run", "elsewhere", config.to_dict(), parents=[config.dataset])
    app.page.tick()
    (card,) = app.page._jobs.data["jobs"]
    assert (card["name"], card["status"]) == ("elsewhere", "waiting")
    with EventWriter(job.path / "events.jsonl") as writer:
        writer.write("status", status="stopped", sync=True)
    app.page.tick()
    assert app.page._jobs.data["jobs"] == []
    rows = {row["cells"][0]: row for row in app.page._runs.data["rows"]}
    assert [a["label"] for a in rows["elsewhere"]["actions"]] == ["Resume", "Delete"]
    app.page._ask(job.id)
    assert "Delete the run elsewhere" in app.page._confirm.root.children[0].data["text"]
    find(app, "wb-confirm").click()
    assert "elsewhere" not in [s.name for s in digits_home.summaries("run")]


def test_a_run_shown_as_done_has_all_its_points(app, digits_home):
    config = wb.TrainConfig(dataset=wb.dataset("digits", home=digits_home).id, seed=1)
    job = digits_home.create_job("run", "ends", config.to_dict(), parents=[config.dataset])
    app.open_run(job.id)
    view = app.page._view

    def summary(tally):
        """The run ends while it is looked at."""
        with EventWriter(job.path / "events.jsonl") as writer:
            writer.write("metrics", step=1, epoch=1.0, train_loss=0.5, learning_rate=0.1)
            writer.write("status", status="done", sync=True)
        return job.summary(tally)

    view.job.summary = summary
    view.refresh()
    assert view._title.data["status"] == "done"
    assert dict(app.page.curves.figure["lines"])["train loss"] == 1
    digits_home.delete(job)
