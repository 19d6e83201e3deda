"""The form of a run: what it proposes, what it says is wrong, what it finds in the background."""

import time

import ipywidgets
import numpy as np
import pytest

import workbench as wb
from workbench import networks
from workbench.jobs import EventWriter
from workbench.jobs.lock import OwnerLock
from workbench.panels.app import App
from workbench.training import lr_finder
from workbench.training.checkpoints import save_checkpoint
from workbench.training.plan import Plan
from workbench.training.schedules import POLICIES
from workbench.training.solvers import solvers

_PATIENCE_S = 60
CODE = """\
def build(input_shape, outputs):
    x = inputs = keras.Input(input_shape)
    x = layers.{layer}(3, 3, name="conv1")(x)
    x = layers.Flatten(name="flatten")(x)
    return keras.Model(inputs, layers.Dense(outputs, name="head")(x))
"""


@pytest.fixture(autouse=True)
def no_widget_is_left():
    before = set(ipywidgets.widgets.widget._instances)
    yield
    left = set(ipywidgets.widgets.widget._instances) - before
    assert not left, [ipywidgets.widgets.widget._instances[i] for i in left]


@pytest.fixture
def app(digits_home):
    made = App(digits_home, "train")
    yield made
    made.close()


@pytest.fixture
def form(app):
    return app.page._form


def tick_until(app, condition):
    """Let the app look for news, as its page would, until something holds."""
    deadline = time.monotonic() + _PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        app.page.tick()
        assert not app.page.error.data["text"], app.page.error.data
        time.sleep(0.01)  # between looks


def said(field):
    """What stands under a field."""
    return field.message.data["text"]


def test_the_page_comes_with_few_widgets(digits_home):
    before = len(ipywidgets.widgets.widget._instances)
    app = App(digits_home, "train")
    folded = len(ipywidgets.widgets.widget._instances) - before
    for part in app.page._form._parts:
        part.unfold()
    unfolded = len(ipywidgets.widgets.widget._instances) - before
    app.close()
    assert folded < 320
    assert unfolded > folded + 150


def test_it_begins_with_what_fits_the_dataset(form, digits):
    assert form.config() == wb.TrainConfig(dataset=digits.id)
    first = form.network.control.options[0]
    assert (first["name"], first["badge"]) == ("lenet", "fits best")
    assert not form._start.disabled
    assert form._code.data["code"].endswith("wb.train('digits', network='lenet', epochs=30)")


def test_a_search_leaves_the_networks_with_these_words(form):
    form.choice.standard._on_search("he et al 2015 50")
    assert [card["name"] for card in form.network.control.options] == ["resnet50"]
    form.choice.standard._on_search("nothing like it")
    assert form.network.control.options == []


def test_the_batch_size_follows_the_network_until_somebody_enters_one(form):
    form.network.value = "alexnet"
    assert form.basics.batch_size.value == str(networks.get("alexnet").default_batch_size)
    form.basics.batch_size.value = "17"
    form.network.value = "lenet"
    assert form.config().batch_size == 17


def test_the_rate_follows_the_solver_until_somebody_enters_one(form):
    form.optimization.unfold()
    form.optimization.inputs["solver"].value = "adam"
    assert form.config().learning_rate == solvers()["adam"].learning_rate
    assert form.optimization.inputs["momentum"].root.layout.display == "none"
    form.basics.learning_rate.value = "0.5"
    form.optimization.inputs["solver"].value = "sgd"
    assert form.config().learning_rate == 0.5


def test_a_network_too_large_for_the_images_is_refused_in_words(form):
    form.network.value = "vgg16"
    assert said(form.network) == "network VGG-16 needs images of 32 × 32 px or more"
    assert form._start.disabled


@pytest.mark.parametrize(
    ("part", "name", "entered", "message"),
    [
        ("optimization", "momentum", "1", "Momentum must be 0–0.9999, got 1"),
        ("optimization", "accumulation", "2.5", "Batches a step must be a whole number, got 2.5"),
        ("optimization", "warm_up", "", "Warm-up must be given"),
        ("augmentation", "rotation", "500", "Rotation must be 0–180 degrees, got 500"),
        ("augmentation", "crop", "-1", "Crop must be 0–16384 px, got -1"),
    ],
)
def test_what_is_wrong_stands_under_its_field(form, part, name, entered, message):
    part = getattr(form, part)
    part.unfold()
    (field,) = [field for field in part.fields if field.name.split(".")[-1] == name]
    field.value = entered
    assert said(field) == message
    assert "wb-wrong" in field.root._dom_classes
    assert form._start.disabled
    field.value = "0" if name != "accumulation" else "1"
    assert said(field) == ""
    assert not form._start.disabled


def test_every_policy_has_its_own_fields_and_is_drawn_as_it_will_be(form):
    form.optimization.unfold()
    policy, schedule = form.optimization.policy, form.optimization.schedule
    for name, kind in POLICIES.items():
        policy.kind.value = name
        shown = [field.name.removeprefix("policy.") for field in policy.fields[1:]]
        assert shown == [*kind.__dataclass_fields__]
        assert form.config().policy == kind()
        plan = Plan(form.config(), form.steps_per_epoch(form.config()))
        epochs, rates = zip(*schedule.view.data["points"], strict=True)
        steps = [round(epoch * plan.steps_per_epoch) for epoch in epochs]
        assert rates == tuple(plan.rate(step) for step in steps)
        assert (steps[0], steps[-1]) == (0, plan.total - 1)
    policy.kind.value = "multistep"
    policy.fields[1].value = "10; 90"
    assert form.config().policy.at == (10, 90)
    policy.fields[1].value = "ten"
    assert said(policy.fields[1]) == "At must be percents, such as 50, 85, got 'ten'"


def test_a_folded_part_says_what_it_holds(form, digits):
    form.set(
        wb.TrainConfig(
            dataset=digits.id, solver="adam", policy=wb.Cosine(), warm_up=2, devices="gpu:0,3",
            augmentation=wb.Augmentation(flip="both", mixup=0.2), patience=3,
            mean_subtraction="none",
        )
    )  # fmt: skip
    notes = [part._head.data["note"] for part in form._parts]
    assert notes == [
        "Adam; cosine, least 0; warm-up 2 epochs",
        "no mean subtracted, flip both, Mixup 0.2",
        "kept every epoch, validated every epoch, ends after 3 epochs without progress",
        "GPU 0,3",
    ]
    assert not form.optimization.made


def test_the_preview_follows_the_sliders(form):
    form.augmentation.unfold()
    pictures = form.augmentation.preview
    before = pictures.blob
    assert len(before) == 9 * 28 * 28
    form.augmentation.random["rotation"].value = "30"
    assert pictures.blob != before


def test_a_batch_that_fits_is_told_and_taken(app, form):
    tick_until(app, lambda: "images at once fit" in form.fit._text.data["text"])
    form.fit._use.click()
    assert form.config().batch_size == 450


def test_code_that_is_no_python_is_marked_at_its_line(form):
    form.choice._on_tab("custom")
    form.choice.code._editor.value = "def build(input_shape, outputs):\n    pass\n    x = = 1\n"
    assert form.choice.code._editor.mistakes == [{"line": 3, "text": "invalid syntax"}]
    assert form.choice.code.message.data["text"] == "line 3: invalid syntax"
    assert form._start.disabled
    form.choice.code._editor.value = CODE.format(layer="Conv2D")
    assert form.choice.code._editor.mistakes == []
    assert not form._start.disabled


def test_what_does_not_fit_is_marked_at_its_line_before_anything_runs(app, form):
    form.choice._on_tab("custom")
    form.choice.code._editor.value = CODE.format(layer="Conv3D")
    form.visual._visualize.click()
    tick_until(app, lambda: form.choice.code._editor.mistakes)
    (found,) = form.choice.code._editor.mistakes
    assert found["line"] == 3
    assert "expected min_ndim=5, found ndim=4" in found["text"]
    assert form._start.disabled
    form.choice.code._editor.value = CODE.format(layer="Conv2D")
    assert not form._start.disabled
    form.visual._visualize.click()
    tick_until(app, lambda: form.visual._layers.data["layers"])
    layers = {layer["name"]: layer for layer in form.visual._layers.data["layers"]}
    assert layers["conv1"]["shape"] == "26 × 26 × 3"
    assert layers["head"]["parameters"] == f"{10 * 26 * 26 * 3 + 10:,}"
    config = form.config()
    assert (config.network, config.code) == ("custom", CODE.format(layer="Conv2D"))


def test_customize_opens_a_network_as_code_that_gives_the_same_layers(app, form):
    form.visual._customize.click()
    tick_until(app, lambda: form.choice.tab == "custom")
    assert "def build" in form.choice.code.code
    form.visual._visualize.click()
    tick_until(app, lambda: form.visual._layers.data["layers"])
    names = [layer["name"] for layer in form.visual._layers.data["layers"]]
    assert names[1:4] == ["scale", "conv1", "pool1"]


def test_code_from_elsewhere_is_not_executed_before_somebody_says_so(app, form, digits, tmp_path):
    trace = tmp_path / "executed"
    code = f"open({str(trace)!r}, 'w').close()\n" + CODE.format(layer="Conv2D")
    form.set(wb.TrainConfig(dataset=digits.id, network="custom", code=code))
    for _ in range(5):
        app.page.tick()
    assert not app.page.busy
    assert not trace.exists()
    assert form._start.disabled
    assert form.visual._visualize.disabled
    assert form.choice.code._foreign.layout.display is None
    form.choice.code._trust.click()
    tick_until(app, trace.exists)
    tick_until(app, lambda: not app.page.busy)
    assert not form._start.disabled


@pytest.fixture
def trained(digits_home, digits):
    """A run with two checkpoints, and a network that is not the proposed one."""
    config = wb.TrainConfig(dataset=digits.id, network="resnet18", seed=1)
    job = digits_home.create_job("run", "before", config.to_dict(), parents=[digits.id])
    for step, accuracy in ((8, 0.5), (16, 0.75)):
        state = {"step": step, "epoch": step / 8, "metrics": {"val_accuracy": accuracy}}
        save_checkpoint(job.path / "checkpoints", [np.zeros(1)], state)
    with EventWriter(job.path / "events.jsonl") as writer:
        writer.write("metrics", step=16, epoch=2.0, val_accuracy=0.75)
        writer.write("status", status="stopped", sync=True)
    yield job
    digits_home.delete(job)


def test_a_run_goes_on_from_any_checkpoint_of_another(trained, form):
    form.choice._on_tab("previous")
    previous = form.choice._previous
    assert previous.run.value == trained.id
    assert form.config().start == wb.Start(run=trained.id)
    assert form.config().network == "resnet18"
    options = dict(previous.checkpoint.control.options)
    assert options == {
        "The best": "", "Epoch 2 · 75.00 %": "16", "Epoch 1 · 50.00 %": "8",
    }  # fmt: skip
    previous.checkpoint.value = "8"
    form.choice.fine.inputs["frozen"].value = "3"
    assert form.config().start == wb.Start(run=f"{trained.id}@8", frozen=3)
    form.choice._on_tab("standard")
    assert form.config().start.run == ""
    assert form.config().network == "lenet"


def test_weights_from_a_file_must_be_named(form):
    form.choice._on_tab("file")
    assert said(form.choice.weights) == "Weights must be a file with weights, or imagenet"
    form.choice._imagenet.click()
    assert form.config().start == wb.Start(weights="imagenet")


def test_without_another_run_there_is_nothing_to_go_on_from(tmp_path, digits_folder):
    home = wb.Home(tmp_path / "new")
    image = wb.ImageFormat(width=28, height=28, channels=1)
    source = wb.ImageFolder(digits_folder)
    wb.create_dataset("digits", source, image=image, runner="synchronous", home=home)
    app = App(home, "train")
    try:
        _check_nothing_to_go_on_from(app.page._form)
    finally:
        app.close()


def _check_nothing_to_go_on_from(form):
    form.choice._on_tab("previous")
    assert said(form.choice._previous.run) == "Run must be chosen; no run has a checkpoint yet"
    assert form._start.disabled


def test_a_rate_is_found_and_taken(app, form):
    form.optimization.unfold()
    finder = form.optimization.finder
    finder._find.click()
    assert finder._find.layout.display == "none"
    tick_until(app, lambda: finder._curve.data["points"])
    suggestion = finder._curve.data["suggestion"]
    assert 1e-4 < suggestion < 1
    assert len(finder._curve.data["points"]) > 20
    finder._use.click()
    assert form.config().learning_rate == float(f"{suggestion:.2g}")


@pytest.fixture
def endless_search(monkeypatch):
    """A search for a rate that ends when it is told to; what it was told."""
    ended = []

    def endless(config, dataset, steps, progress):
        try:
            while True:
                progress(1, steps)
                time.sleep(0.001)  # as a step takes
        except Exception as error:
            ended.append(error)
            raise

    monkeypatch.setattr(lr_finder, "find_learning_rate", endless)
    return ended


def begin_search(app, form):
    form.optimization.unfold()
    finder = form.optimization.finder
    finder._find.click()
    tick_until(app, lambda: "1 of 100 steps" in finder._progress.data["text"])
    return finder


def test_a_search_for_a_rate_ends_with_its_form(app, form, endless_search):
    begin_search(app, form)
    app.page.show_form()
    tick_until(app, lambda: endless_search and not app.page.busy)
    assert app.page.error.data["text"] == ""


def test_a_search_for_a_rate_can_be_cancelled(app, form, endless_search):
    finder = begin_search(app, form)
    finder._cancel.click()
    tick_until(app, lambda: endless_search and not app.page.busy)
    assert finder._find.layout.display is None
    assert finder._problem.data["text"] == ""


def test_several_numbers_in_a_field_are_several_runs(form, monkeypatch):
    form.basics.learning_rate.value = "0.1, 0.01"
    form.basics.batch_size.value = "32,64"
    assert form._start.description == "Train 4 runs"
    # They have processes of their own and the sweep's name for a heading.
    assert form.basics.runner.root.layout.display == form._group.layout.display == "none"
    code = form._code.data["code"]
    assert "wb.sweep(" in code
    assert "learning_rate=[0.1, 0.01]" in code
    assert "batch_size=[32, 64]" in code
    begun = []
    monkeypatch.setattr(form, "_start_sweep", begun.append)
    form._start.click()
    (sweep,) = begun
    assert sweep.total == 4
    assert dict(sweep.space) == {"batch_size": (32, 64), "learning_rate": (0.1, 0.01)}
    form.basics.learning_rate.value = "0,1"
    form.basics.batch_size.value = "32"
    assert form._start.description == "Train"
    assert form.config().learning_rate == 0.1


def test_what_no_field_here_can_vary_is_varied_by_name(form):
    form.several._on_open()
    row = form.several.form._rows[0]
    row.field.value, row.values.value = "policy.gamma", "0.1, 0.5, 0.9"
    assert form._start.description == "Train 3 runs"
    assert "vary={'policy.gamma': [0.1, 0.5, 0.9]}" in form._code.data["code"]
    row.values.value = "0.1, 50"
    assert "policy.gamma must be 0.000001–10, got 50" in row.values.message.data["text"]
    assert form._start.disabled
    row.field.value = row.values.value = ""
    assert form._start.description == "Train"
    assert not form._start.disabled


def test_a_dataset_in_the_making_can_be_waited_for(tmp_path, digits):
    home = wb.Home(tmp_path / "new")
    job = home.create_job("dataset", "later", digits.job.config)
    with OwnerLock(job.path), EventWriter(job.path / "events.jsonl") as writer:
        writer.write("status", status="running", sync=True)
        app = App(home, "train")
        form = app.page._form
        assert dict(form.basics.dataset.control.options) == {"later, being made": job.id}
        assert form.config().dataset == job.id
        assert not form._start.disabled
        app.close()


def test_an_empty_home_says_what_is_missing(tmp_path):
    app = App(wb.Home(tmp_path / "new"), "train")
    form = app.page._form
    assert form._empty.data["text"] == "There is no finished dataset yet; make one on Data."
    assert form._start.disabled
    app.close()


def test_network_and_solver_bring_what_suits_them(form):
    form.network.value = "alexnet"
    assert (form.basics.batch_size.value, form.basics.learning_rate.value) == ("128", "0.001")
    form.optimization.open()
    form.optimization.inputs["solver"].value = "adam"
    assert form.basics.learning_rate.value == "0.0001"
    form.network.value = "resnet18"
    assert (form.basics.learning_rate.value, form.augmentation.mean) == ("0.001", "none")
    form.basics.learning_rate.value = "0.5"
    form.augmentation.open()
    form.augmentation.plain["mean_subtraction"].value = "pixel"
    form.network.value = "lenet"
    assert (form.basics.learning_rate.value, form.augmentation.mean) == ("0.5", "pixel")
    assert form.config().mean_subtraction == "pixel"


def test_a_sweep_says_when_the_queue_is_narrower(form):
    form.basics.learning_rate.value = "0.1, 0.01"
    note = "the queue on Home lets 1 train at a time"
    assert note not in form.several._head.data["note"]
    form.several.form.at_once.value = "2"
    assert note in form.several._head.data["note"]
