"""The layers of a run as they learn, without a browser."""

import ipywidgets
import numpy as np
import pytest

import workbench as wb
from workbench.jobs import EventWriter, commands
from workbench.jobs.lock import OwnerLock
from workbench.networks.probe import LayerState
from workbench.panels.app import App
from workbench.training.layer_records import Look, looks, save_look
from workbench.training.supply import INPUT


@pytest.fixture(autouse=True)
def no_widget_is_left():
    before = set(ipywidgets.widgets.widget._instances)
    yield
    assert set(ipywidgets.widgets.widget._instances) == before


@pytest.fixture(scope="module")
def job(digits_home):
    dataset = wb.dataset("digits", home=digits_home)
    run = wb.train(
        dataset, network="lenet", epochs=2, batch_size=64, runner="synchronous", home=digits_home
    )
    yield run.job
    digits_home.delete(run.job)


@pytest.fixture
def app(digits_home, job):
    app = App(digits_home)
    app.open_run(job.id)
    yield app
    app.close()


@pytest.fixture
def live(digits_home, job):
    """The run as if it went on: somebody holds its lock."""
    with OwnerLock(job.path), EventWriter(job.path / "events.jsonl") as events:
        events.write("status", status="running")
        yield events
        events.write("status", status="done", sync=True)


def titles(view):
    return [layer["title"] for layer in view._layers._view.data["layers"]]


def test_each_epoch_shows_what_the_watched_layers_were(app):
    view = app.page._view
    shown = ["input", "conv1 · weights", "conv1 · bias", "conv1 · output"]
    assert titles(view)[:4] == shown
    assert view._layers._caption.data["text"] == "Epoch 2 · validation image 0"
    newest = view._layers._view.blob
    assert [label for label, _ in view._layers._epoch.control.options] == [
        "newest",
        "epoch 2",
        "epoch 1",
    ]
    view._layers._epoch.value = view._layers._epoch.control.options[-1][1]
    assert view._layers._caption.data["text"] == "Epoch 1 · validation image 0"
    assert view._layers._view.blob != newest


def test_a_tile_tells_its_numbers(app):
    layers = app.page._view._layers
    sent = []
    layers._view.send = sent.append
    layers._view._receive(None, {"event": "tile", "layer": "conv1 · output", "number": 3}, None)
    assert sent[0]["tile"] == "conv1 · output/3"
    assert sent[0]["text"].startswith("24 × 24 · least ")


def test_of_thinned_arrays_the_whole_is_told(live, app, job, digits):
    kernel = np.zeros((800, 500), np.float32)
    layer = LayerState("fc1", "Dense", 400_500, {"kernel": kernel}, np.zeros(500))
    look = Look(99, 6.6, "val", 0, digits.splits["val"].images[0], ("fc1",), (layer,))
    path = save_look(job.path, look)
    live.write("layers", step=99, epoch=6.6, file=path.name)
    layers = app.page._view._layers
    layers._loaded_at = 0.0
    app.page.tick()
    row = layers._view.data["layers"][1]
    assert (row["title"], row["shape"]) == ("fc1 · weights", "800 × 500")
    assert row["parameters"] == "400,000 parameters"
    assert row["note"] == "thinned to 200 × 250; Inspect shows all"
    path.unlink()


def test_what_has_ended_offers_no_other_layers(app):
    assert app.page._view._layers._choice.layout.display == "none"


def test_a_record_that_is_gone_is_said(app, job):
    layers = app.page._view._layers
    step = layers._epoch.control.options[-1][1]
    path = looks(job.path)[0]
    content = path.read_bytes()
    path.unlink()
    try:
        layers._epoch.value = step
        assert "look at another epoch" in app.page.error.data["text"]
    finally:
        path.write_bytes(content)


def test_other_layers_and_another_image_are_wished_of_the_run(live, app, job):
    layers = app.page._view._layers
    assert layers._choice.layout.display is None
    assert layers._layers.value == ("conv1", "conv2")
    layers._layers.value = ("fc1", "fc2")
    layers._strip._receive(None, {"event": "pick", "index": 7}, None)
    (command,) = commands.take(job.path)
    assert command.name == "watch"
    assert command.values["layers"] == ["fc1", "fc2"]
    assert (command.values["split"], command.values["index"]) == ("val", 7)
    layers._layers.value = tuple(layers._layers.control.options)[:9]
    layers._on_layers()
    assert "at most 8" in layers._layers.message.data["text"]
    assert not commands.take(job.path)


def test_what_limits_the_run_and_what_is_wrong_is_said(live, app):
    view = app.page._view
    assert dict(view._facts.data["facts"])["Limited by"] == "not known yet"
    live.write("bottleneck", what=INPUT, step=1, epoch=0.1)
    finding = {"name": "conv2", "verdict": "dead", "dead": 40, "channels": 50, "greatest": 1.0}
    live.write("health", layers=[finding], step=1, epoch=0.1)
    live.write("progress", done=1, total=2, unit="epochs", message="Training")
    app.page.tick()
    assert dict(view._facts.data["facts"])["Limited by"].startswith("the images;")
    assert view._findings.data["text"].startswith("conv2 is dying: 40 of its 50 channels")
