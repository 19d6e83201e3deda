"""The page of a sweep and the part of a form that begins one, without a browser."""

import threading

import ipywidgets
import pytest

import workbench as wb
from tests.panels.test_app import find, no_widget_is_left  # noqa: F401
from tests.sweeps.conftest import Stage
from workbench.api import as_code
from workbench.jobs import EventWriter, JobContext, commands
from workbench.jobs.lock import OwnerLock
from workbench.panels.app import App
from workbench.panels.sweep_figure import axis
from workbench.panels.sweep_form import SweepForm
from workbench.panels.view import close_tree, note
from workbench.sweeps import Range, Stopping, expand
from workbench.sweeps.sweeper import Sweeper
from workbench.training import Cosine, TrainConfig


@pytest.fixture
def home(tmp_path):
    return wb.Home(tmp_path / "home")


@pytest.fixture
def played(home):
    """A sweep over three rates: one run done, one failed, one under way at 60 %."""
    config = expand(
        {"dataset": "nobody", "epochs": 2, "seed": 1, "learning_rate": [0.1, 0.01, 0.001]},
        at_once=1,
    )
    job = home.create_job("sweep", "rates", config.to_dict(), parents=["nobody"])
    stage = Stage()
    with OwnerLock(job.path), EventWriter(job.path / "events.jsonl") as events:
        events.write("status", status="running")
        sweeper = Sweeper(job, JobContext(job, events), stage.start)
        sweeper.step()
        stage.runs[1].validate(0.5, 0.4)
        stage.runs[1].end()
        sweeper.step()
        stage.runs[2].end("failed", error="the loss became nan")
        sweeper.step()
        stage.runs[3].validate(0.6)
        yield wb.Sweep(job), stage, sweeper, events
    stage.close()


def shown(view):
    return {figure["label"]: figure["value"] for figure in view._figures.data["figures"]}


def test_the_page_shows_how_far_it_is_and_the_best_first(played, home):
    sweep, stage, sweeper, events = played
    app = App(home)
    app.open_sweep(sweep.id)
    view = app.page._view
    assert shown(view)["best val accuracy, run 3"] == "60.00 %"
    assert shown(view)["runs ended"] == "2 of 3"
    assert shown(view)["failed"] == "1"
    rows = view._table.data["rows"]
    assert [row["cells"][0] for row in rows] == ["rates-3 ★", "rates-1", "rates-2"]
    assert rows[1]["cells"][1:] == ["0.1", "50.00 %, epoch 1", {"status": "done", "text": "done"}]
    assert "the loss became nan" in rows[2]["sub"]
    assert find(app, "wb-stop").layout.display is None
    assert find(app, "wb-danger").layout.display == "none"
    figure = app.page.figure.figure
    assert figure["results"] == [0.5, 0.6]
    assert figure["axes"][0]["values"] == [2, 0]
    assert figure["best"] == [0.5]
    assert (figure["best_at"], figure["best_name"]) == (0, "best: run 1")
    stage.runs[3].validate(0.8)
    app.page.tick()
    assert shown(view)["best val accuracy, run 3"] == "80.00 %"
    find(app, "wb-stop").click()
    assert [command.name for command in commands.take(sweep.job.path)] == ["stop"]
    stage.runs[3].end()
    sweeper.step()
    events.write("status", status="done")
    app.page.tick()
    assert view._title.data["status"] == "done"
    assert app.page.figure.figure["best"] == [0.5, 0.8]
    assert app.page.figure.figure["best_name"] == "best: run 3"
    find(app, "wb-danger").click()
    assert "Delete the sweep rates with its 3 runs" in view._confirm.root.children[0].data["text"]
    assert not app.page.error.data["text"]
    app.close()


def test_a_sweep_is_deleted_with_its_runs(played, home):
    sweep, stage, _, events = played
    stage.runs[3].end("stopped")
    events.write("status", status="stopped")
    app = App(home)
    app.open_sweep(sweep.id)
    assert find(app, "wb-resume").layout.display is None
    view = app.page._view
    view._ask()
    find(app, "wb-confirm").click()
    # The test itself still holds the sweep's lock.
    assert "is already being executed" in app.page.error.data["text"]
    assert home.summaries("run") == []
    app.close()


def test_the_cell_that_repeats_a_sweep_makes_the_same_configuration(monkeypatch):
    vary = {
        "policy": ["step", Cosine(least=0.1)],
        "learning_rate": Range(1e-4, 0.1, log=True),
        "augmentation.rotation": [0, 10],
    }
    config = expand(
        {"dataset": "mnist", "epochs": 3, "seed": 4}, vary,
        trials=5, at_once=2, stopping=Stopping("median", grace=2),
    )  # fmt: skip
    made = {}

    def sweep(dataset, *, name, vary=None, **given):
        options = ("method", "trials", "at_once", "objective", "goal", "stopping")
        chosen = {key: given.pop(key) for key in options if key in given}
        made[name] = expand({"dataset": dataset, **given}, vary, **chosen)

    monkeypatch.setattr(wb, "sweep", sweep)
    exec(as_code.repeat_sweep(config, "mnist", "it's"), {})
    assert made == {"it's": config}


def test_axes_of_lists_and_ranges():
    assert axis("batch_size", (128, 32, 64), [64, 128]) == {
        "label": "batch_size", "values": [1, 2], "range": [0, 2], "ticks": [0, 1, 2],
        "texts": ["32", "64", "128"],
    }  # fmt: skip
    log = axis("learning_rate", Range(1e-3, 1e-1, log=True), [0.01])
    assert log["values"] == pytest.approx([-2])
    assert log["texts"] == ["0.001", "0.01", "0.1"]
    assert axis("momentum", Range(0, 0.9), [0.5])["range"] == [0, 0.9]


class Host:
    def __init__(self):
        self.lock, self.error = threading.RLock(), note(tone="error")


@pytest.fixture
def form():
    host = Host()
    calls = []
    made = SweepForm(host, lambda: calls.append(1))
    made.calls = calls
    yield made
    close_tree(made.root)
    close_tree(host.error)


BASE = TrainConfig("d", epochs=2)


def enter(form, *rows):
    for number, (field, text) in enumerate(rows):
        if number >= len(form._rows):
            form._on_add()
        form._rows[number].field.value, form._rows[number].values.value = field, text


def test_the_form_gives_what_was_entered(form):
    assert not form.active and form.look(BASE) is None
    enter(form, ("learning_rate", "0.1, 0.01"), ("batch_size", "32,64"))
    assert form.calls
    assert form.value == {"learning_rate": [0.1, 0.01], "batch_size": [32, 64]}
    config = form.look(BASE)
    assert config.total == 4
    assert form._summary.data["text"] == "4 runs, 1 at a time, compared by val accuracy"
    assert form.look(BASE, {"seed": [1, 2, 3]}).total == 12


def test_the_form_is_filled_from_a_configuration(form):
    config = expand(
        {"dataset": "d", "epochs": 2, "batch_size": 64},
        {"learning_rate": Range(1e-4, 0.1, log=True), "solver": ["sgd", "adam"]},
        method="bayesian", trials=7, at_once=3, stopping=Stopping("halving", grace=2.5),
    )  # fmt: skip
    form.set(config)
    assert form.config(config.base) == config


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([("learning_rate", "0.1, -1")], "learning_rate -1: learning_rate must be"),
        ([("learning_rate", "fast")], "learning_rate must be a number, got 'fast'"),
        ([("speed", "1")], "there is no field 'speed' to vary"),
        ([("", "1")], "say which field varies"),
    ],
)
def test_an_error_stands_under_its_row(form, rows, sentence):
    enter(form, *rows)
    assert form.look(BASE) is None
    assert sentence in form._rows[0].values.message.data["text"]
    enter(form, ("learning_rate", "0.1, 0.2"))
    assert form.look(BASE).total == 2
    assert not form._rows[0].values.message.data["text"]


def test_errors_of_the_other_fields_stand_under_them(form):
    enter(form, ("learning_rate", "log:1e-4..1e-1"))
    assert form.look(BASE) is None
    assert "a grid needs a list of values" in form._summary.data["text"]
    form.method.value = "random"
    assert form.look(BASE).total == 20
    form.trials.value = "many"
    assert form.look(BASE) is None
    assert "Runs at most must be" in form.trials.message.data["text"]
    form.trials.value, form.at_once.value = "5", "0"
    form.look(BASE)
    assert "Runs at a time must be" in form.at_once.message.data["text"]
    form.at_once.value, form.rule.value, form.grace.value = "2", "median", "0"
    form.look(BASE)
    assert form.grace.message.data["text"]
    assert form.grace.root.layout.display is None


def test_opening_the_page_again_and_again_leaves_nothing(played, home):
    app = App(home)
    app.open_sweep(played[0].id)
    app.page.tick()
    before = len(ipywidgets.widgets.widget._instances)
    for _ in range(10):
        app.open_sweep(played[0].id)
    assert len(ipywidgets.widgets.widget._instances) == before
    app.close()


def test_a_sweep_that_was_deleted_elsewhere_says_so_once(home):
    config = expand({"dataset": "nobody", "seed": 1, "learning_rate": [0.1, 0.01]})
    job = home.create_job("sweep", "rates", config.to_dict(), parents=["nobody"])
    app = App(home)
    app.open_sweep(job.id)
    home.delete(job)
    for _ in range(2):
        app.page.tick()
        assert app.page.error.data["text"] == ""
        assert app.page.body.children[0].data["text"] == "The sweep was deleted."
    app.close()


def test_policies_and_their_parameters_may_vary_together(home):
    vary = {"policy": ["step", "exponential"], "policy.gamma": [0.5, 0.9]}
    config = expand({"dataset": "nobody", "seed": 1}, vary)
    job = home.create_job("sweep", "policies", config.to_dict(), parents=["nobody"])
    stage = Stage()
    with OwnerLock(job.path), EventWriter(job.path / "events.jsonl") as events:
        sweeper = Sweeper(job, JobContext(job, events), stage.start)
        while sweeper.step():
            for run in stage.runs.values():
                if run.job.status == "running":
                    run.validate(0.5)
                    run.end()
    stage.close()
    app = App(home)
    app.open_sweep(job.id)
    policies, gammas = app.page.figure.figure["axes"]
    assert (policies["values"], gammas["values"]) == ([0, 0, 1, 1], [0, 1, 0, 1])
    assert policies["texts"] == ["step", "exponential"]
    assert [run.config.policy.gamma for run in wb.Sweep(job).runs] == [0.5, 0.9, 0.5, 0.9]
    app.close()


def test_without_a_number_the_form_says_how_many_runs_there_are_at_most(form):
    assert form.look(BASE) is None
    assert form.trials.control.placeholder == "all"
    form.method.value = "random"
    form.look(BASE)
    assert form.trials.control.placeholder == "20"
