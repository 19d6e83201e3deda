"""The results page driven as its browser side drives it: what it sends, and what comes of it."""

import json
import time

import numpy as np
import pytest

import workbench as wb
from benchmarks.results import build
from tests.panels.test_app import find, no_widget_is_left, tick_until  # noqa: F401
from workbench.api.latency import FILE, Latency
from workbench.jobs import EventWriter, Job
from workbench.panels import results_deeds
from workbench.panels.app import App
from workbench.panels.results_list import PAGE_SIZE
from workbench.panels.results_memory import FILE as LOOK
from workbench.panels.results_memory import Look, recall
from workbench.sweeps import expand


def make(home, name, accuracy=None, status="stopped", group="", parents=(), **fields):
    config = wb.TrainConfig(dataset="gone", seed=1, **fields)
    job = home.create_job("run", name, config.to_dict(), parents=parents, group=group)
    with EventWriter(job.path / "events.jsonl") as writer:
        writer.write("facts", parameters=1000 * len(name), device="CPU")
        if accuracy is not None:
            for epoch in (1.0, 2.0):
                share = accuracy * epoch / 2
                writer.write(
                    "metrics", step=int(epoch), epoch=epoch, val_accuracy=share, val_loss=1 - share
                )
        writer.write("status", status=status, sync=True)
    return job


@pytest.fixture
def home(tmp_path):
    return wb.Home(tmp_path / "results")


@pytest.fixture
def runs(home):
    """Three runs by name; the middle one is the best."""
    return {
        "bad": make(home, "bad", 0.5, learning_rate=0.1),
        "good": make(home, "good", 0.9),
        "none": make(home, "none"),
    }


@pytest.fixture
def page(home, runs):
    app = App(home, "results")
    tick_until(app, lambda: app.page.list.survey.rows)
    yield app.page
    app.close()


def tell(page, event, **values):
    """What the browser side sends."""
    page.list.grid._receive(None, {"event": event, **values}, [])
    assert page.error.data["text"] == ""


def names(page):
    """What stands in the first column, headings too."""
    rows = page.list.grid.data["rows"]
    return [row["cells"][0] if "id" in row else f"# {row['title']}" for row in rows]


def select(page, *jobs):
    page.list.grid.selected = [job.id for job in jobs]


def seen(page, condition):
    """Let the page look at the disk again until something holds."""

    def look():
        page._look_at = 0.0
        return condition()

    tick_until(page.app, look)


def test_the_best_run_stands_first_until_another_column_is_chosen(page):
    assert names(page) == ["good", "bad", "none"]
    tell(page, "sort", key="val_accuracy max")
    assert names(page) == ["bad", "good", "none"], "what is not known stays last"
    tell(page, "sort", key="val_loss min")
    assert names(page) == ["good", "bad", "none"], "of losses the least is first"
    tell(page, "sort", key="name")
    assert names(page) == ["bad", "good", "none"]
    tell(page, "sort", key="learning_rate")
    assert names(page)[0] == "bad"
    tell(page, "sort", key="no such column")
    assert page.list.grid.data["sort"] == "learning_rate"


def test_the_filter(page):
    tell(page, "filter", text="goo stopped")
    assert names(page) == ["good"]
    assert page.list.grid.data["where"] == "1 of 3 runs"
    tell(page, "filter", text="val_accuracy>=0.5")
    assert names(page) == ["good", "bad"]
    tell(page, "filter", text="nothing of this kind")
    assert page.list.grid.data["empty"] == "No run fits the filter."


def test_a_wrong_filter_says_why_and_leaves_the_list(page):
    tell(page, "filter", text="goo")
    tell(page, "filter", text="goo speed>3")
    assert names(page) == ["good"]
    data = page.list.grid.data
    assert (data["wrong"], data["message"]) == (
        True, "no run has a speed; Columns lists what can be asked for",
    )  # fmt: skip
    tell(page, "filter", text="")
    assert (page.list.grid.data["message"], len(names(page))) == ("", 3)


def test_every_metric_and_every_hyperparameter_is_a_column(page):
    offered = {column["key"]: column for column in page.list.grid.options["columns"]}
    for metric in ("val_accuracy", "val_loss"):
        assert {f"{metric} {way}" for way in ("last", "min", "max")} <= set(offered)
    assert {"policy", "policy.gamma", "augmentation.rotation", "start.frozen"} <= set(offered)
    assert offered["policy.gamma"]["section"] == "Hyperparameters"
    keys = ["name", "policy.gamma", "val_accuracy last", "val_accuracy min", "parameters"]
    tell(page, "columns", keys=keys)
    (row,) = (row for row in page.list.grid.data["rows"] if row["cells"][0] == "good")
    assert row["cells"] == ["good", "0.1", "90.00 %", "45.00 %", "4,000"]
    tell(page, "columns", keys=[])
    assert [c["key"] for c in page.list.grid.data["columns"]][:3] == ["name", "dataset", "network"]


def test_how_the_list_looks_is_remembered(page, home):
    tell(page, "sort", key="name")
    tell(page, "columns", keys=["name", "notes"])
    tell(page, "grouped", on=False)
    other = App(wb.Home(home.path), "results")
    tick_until(other, lambda: other.page.list.survey.rows)
    data = other.page.list.grid.data
    assert (data["sort"], data["descending"], data["grouped"]) == ("name", False, False)
    assert [column["key"] for column in data["columns"]] == ["name", "notes"]
    other.close()


@pytest.mark.parametrize(
    "text", ["", "[1]", '{"columns": [3], "sort": 5, "descending": "yes", "folded": {}}']
)
def test_a_look_that_cannot_be_understood_is_the_usual_one(home, runs, text):
    (home.path / LOOK).write_text(text)
    assert recall(home) == Look()


def test_groups_have_headings_that_fold_and_a_best_run(home, runs):
    for name, accuracy in (("a", 0.6), ("b", 0.8), ("c", 0.7)):
        make(home, name, accuracy, group="tried")
    app = App(home, "results")
    page = app.page
    tick_until(app, lambda: page.list.survey.rows)
    assert names(page) == ["# tried", "b", "c", "a", "# No group", "good", "bad", "none"]
    marked = [row["cells"][0] for row in page.list.grid.data["rows"] if row.get("best")]
    assert marked == ["b"]
    tell(page, "fold", group="tried")
    assert names(page) == ["# tried", "# No group", "good", "bad", "none"]
    assert page.list.grid.data["rows"][0]["text"] == "3 runs"
    tell(page, "filter", text="c")
    assert names(page) == ["# tried"]
    tell(page, "fold", group="tried")
    assert names(page) == ["# tried", "c"]
    tell(page, "filter", text="")
    tell(page, "grouped", on=False)
    assert names(page) == ["good", "b", "c", "a", "bad", "none"]
    app.close()


def test_rows_are_sent_page_by_page(tmp_path):
    home = wb.Home(tmp_path / "many")
    ids = build(home, PAGE_SIZE * 2 + 20, epochs=2)
    app = App(home, "results")
    page = app.page
    tick_until(app, lambda: page.list.survey.rows)
    tell(page, "grouped", on=False)
    data = page.list.grid.data
    assert len(data["rows"]) == PAGE_SIZE
    assert data["where"] == f"{len(ids)} of {len(ids)} runs, rows 1–{PAGE_SIZE}"
    shown = {row["id"] for row in data["rows"]}
    for offset in (PAGE_SIZE, 2 * PAGE_SIZE):
        tell(page, "page", offset=offset)
        shown |= {row["id"] for row in page.list.grid.data["rows"]}
    assert shown == set(ids)
    assert len(page.list.grid.data["rows"]) == 20
    tell(page, "filter", text="network:lenet")
    assert page.list.grid.data["offset"] == 0
    tell(page, "select_all")
    assert set(page.list.grid.selected) == {row.id for row in page.list.found}
    tell(page, "filter", text="")
    tell(page, "grouped", on=True)
    tell(page, "page", offset=PAGE_SIZE)
    first = page.list.grid.data["rows"][0]
    assert first["title"], "a group that goes on has its heading on every page"
    app.close()


def test_a_run_made_elsewhere_appears_and_a_deleted_one_is_not_selected(page, home, runs):
    select(page, runs["bad"], runs["good"])
    make(wb.Home(home.path), "late", 0.7)
    home.delete(runs["bad"])
    seen(page, lambda: names(page) == ["good", "late", "none"])
    assert page.list.grid.selected == [runs["good"].id]


def test_nothing_new_sends_nothing(page):
    before, survey = page.list.grid.data, page.list.survey
    page._look_at = 0.0
    tick_until(page.app, lambda: page._look_at > 0.0 and page._look is None)
    assert page.list.survey is survey
    assert page.list.grid.data is before


def test_comparing_shows_curves_figures_and_differences(page, runs):
    select(page, runs["good"], runs["bad"])
    tell(page, "compare")
    view = page._compare
    assert page.chart.figure["lines"] == [["good", 2], ["bad", 2]]
    values = np.frombuffer(page.chart.blob).reshape(2, 2, 2)
    assert values[0].tolist() == [[1, 2], [45, 90]]
    assert page.chart.figure["title"] == "val accuracy, %"
    cells = {row["cells"][0]: row["cells"] for row in view._figures.data["rows"]}
    assert cells["good"][2:7] == ["90.00 %", "90.00 %", "90.00 %", "2", "2 / 30"]
    differ = view._differences.data
    assert [column["label"] for column in differ["columns"]] == ["Name", "learning_rate"]
    assert [row["cells"] for row in differ["rows"]] == [["good", "0.01"], ["bad", "0.1"]]
    view.metric.value = "val_loss"
    assert np.frombuffer(page.chart.blob).reshape(2, 2, 2)[0, 1].tolist() == [
        0.55,
        pytest.approx(0.1),
    ]
    assert page._all.layout.display == "none"
    find(page.app, "wb-results-back").click()
    assert page._all.layout.display is None
    assert page._compare is None
    assert page.list.grid.selected == [runs["good"].id, runs["bad"].id]


def test_runs_of_one_configuration_differ_in_nothing(page, runs):
    select(page, runs["good"], runs["none"])
    tell(page, "compare")
    assert page._compare._differences.data["rows"] == []
    assert page._compare._differences.data["empty"] == "Their configurations are the same."
    assert page.chart.figure["lines"] == [["good", 2], ["none", 0]]


def test_a_comparison_follows_a_run_that_goes_on(page, home, runs):
    job = home.create_job("run", "live", wb.TrainConfig(dataset="gone").to_dict())
    seen(page, lambda: "live" in names(page))
    select(page, runs["good"], job)
    tell(page, "compare")
    assert page.chart.figure["lines"][1] == ["live", 0]
    with EventWriter(job.path / "events.jsonl") as writer:
        writer.write("metrics", step=1, epoch=1.0, val_accuracy=0.25)
        writer.write("status", status="done")
    tick_until(page.app, lambda: page.chart.figure["lines"][1] == ["live", 1])


def test_too_many_to_compare_is_a_sentence(page):
    page.list.grid.selected = [page.list.survey.rows[0].id] * 27
    page.list.grid._receive(None, {"event": "compare"}, [])
    assert page.error.data["text"] == "at most 24 runs can be compared, 27 are selected"


def test_clone_opens_the_form_filled(digits_home, digits):
    config = wb.TrainConfig(dataset=digits.id, epochs=7, learning_rate=0.25, seed=3)
    job = digits_home.create_job("run", "to clone", config.to_dict(), parents=[digits.id])
    app = App(digits_home, "results")
    page = app.page
    tick_until(app, lambda: page.list.survey.rows)
    select(page, job)
    tell(page, "clone")
    assert app.page.name == "train"
    assert app.page._form.config() == config
    app.close()
    digits_home.delete(job)


def test_a_group_is_set_for_all_that_are_selected(page, home, runs):
    select(page, runs["good"], runs["bad"])
    tell(page, "group")
    field = find(page.app, "wb-panel").children[0].children[0]
    assert field.description == "Group of 2 runs (good, bad)"
    field.value = " second "
    find(page.app, "wb-group-save").click()
    seen(page, lambda: "# second" in names(page))
    assert {Job(runs[name].path).group for name in ("good", "bad")} == {"second"}
    assert runs["none"].group == ""
    tell(page, "group")
    find(page.app, "wb-panel").children[0].children[0].value = ""
    find(page.app, "wb-group-save").click()
    seen(page, lambda: names(page) == ["good", "bad", "none"])


def test_notes_are_written_and_found(page, runs):
    select(page, runs["bad"])
    tell(page, "notes")
    panel = find(page.app, "wb-panel")
    panel.children[0].children[0].value = "Too fast a rate\nsecond line"
    assert runs["bad"].notes == "Too fast a rate\nsecond line"
    find(page.app, "wb-keep").click()
    tell(page, "columns", keys=["notes"])
    seen(page, lambda: "Too fast a rate" in [r["cells"][1] for r in page.list.grid.data["rows"]])
    tell(page, "filter", text="notes:fast")
    assert names(page) == ["bad"]


def test_deleting_asks_once_and_names_what_goes(page, runs):
    select(page, runs["good"], runs["none"])
    tell(page, "delete")
    tick_until(page.app, lambda: page.deeds._confirm.root.children)
    question = page.deeds._confirm.root.children[0].data["text"]
    assert question.startswith("Delete 2 runs (good, none) with their checkpoints, ")
    assert question.endswith(" on disk?")
    assert runs["good"].path.exists()
    find(page.app, "wb-confirm").click()
    tick_until(page.app, lambda: names(page) == ["bad"])
    assert not runs["good"].path.exists()
    assert page.list.grid.selected == []


def test_what_others_depend_on_is_not_deleted_but_named(page, home, runs):
    child = make(home, "child", parents=["gone", runs["good"].id])
    seen(page, lambda: "child" in names(page))
    select(page, runs["good"])
    tell(page, "delete")
    tick_until(page.app, lambda: page.deeds._confirm.root.children)
    find(page.app, "wb-confirm").click()
    tick_until(page.app, lambda: page.deeds._told.data["tone"] == "error")
    assert page.deeds._told.data["text"] == (
        f"good is used by child ({child.id}); delete those first"
    )
    assert runs["good"].path.exists()
    select(page, runs["good"], child)
    tell(page, "delete")
    tick_until(page.app, lambda: page.deeds._confirm.root.children)
    find(page.app, "wb-confirm").click()
    tick_until(page.app, lambda: names(page) == ["bad", "none"])


def test_stop_is_sent_to_those_that_run(page, home, runs):
    job = home.create_job("run", "live", wb.TrainConfig(dataset="gone").to_dict())
    seen(page, lambda: "live" in names(page))
    select(page, job, runs["good"])
    tell(page, "stop")
    told = page.deeds._told.data["text"]
    assert told == "Stopping the run live; a checkpoint is kept. 1 did not run."
    assert [json.loads(p.read_text())["name"] for p in (job.path / "commands").iterdir()] == [
        "stop"
    ]
    select(page, runs["good"])
    tell(page, "stop")
    assert page.deeds._told.data["text"] == "None of them runs."


def write_latency(job, milliseconds):
    found = Latency(milliseconds, "CPU, 2 cores", 100, 1.5)
    (job.path / FILE).write_text(json.dumps(vars(found)))
    return found


def test_latency_is_measured_for_those_selected(page, runs, monkeypatch):
    asked = []

    def measure(run):
        asked.append(run.name)
        if run.name == "none":
            raise wb.NotFound("none has no checkpoint")
        return write_latency(run.job, 1.5)

    monkeypatch.setattr(results_deeds, "measure_latency", measure)
    select(page, runs["good"], runs["none"])
    tell(page, "latency")
    assert page.deeds._progress.data["text"].startswith("Measuring latency, ")
    tick_until(page.app, lambda: page.deeds._told.data["tone"] == "error")
    assert page.deeds._told.data["text"] == "none has no checkpoint"
    assert sorted(asked) == ["good", "none"]
    tell(page, "columns", keys=["latency"])
    seen(page, lambda: ["good", "1.50"] in [r["cells"] for r in page.list.grid.data["rows"]])
    tell(page, "filter", text="latency<2")
    assert names(page) == ["good"]


def test_the_plot_shows_accuracy_speed_and_size(page, runs):
    find(page.app, "wb-results-show-plot").click()
    figure = page.chart.figure
    assert figure["xTitle"] == "parameters"
    assert [(p["name"], p["x"], p["y"]) for p in figure["points"]] == [
        ("good", 4000, 90), ("bad", 3000, 50),
    ]  # fmt: skip
    write_latency(runs["bad"], 0.5)
    seen(page, lambda: page.chart.figure["xTitle"] == "latency, ms an image")
    (point,) = page.chart.figure["points"]
    assert (point["id"], point["x"], point["size"]) == (runs["bad"].id, 0.5, 3000)
    assert point["text"] == "50.00 % · lenet · 3,000 parameters · 0.50 ms on CPU, 2 cores"
    assert "1 of 3 runs" in page._plot.note.data["text"]
    page._plot.axis.value = "parameters"
    tell(page, "filter", text="good")
    assert [p["name"] for p in page.chart.figure["points"]] == ["good"]
    opened = []
    page.app.open_run = opened.append
    page.chart._receive(None, {"event": "open", "id": runs["good"].id}, [])
    assert opened == [runs["good"].id]
    find(page.app, "wb-results-show-plot").click()
    assert page._plot is None


def test_an_empty_home_says_so(tmp_path):
    app = App(wb.Home(tmp_path / "empty"), "results")
    tick_until(app, lambda: app.page._read)
    assert app.page.list.grid.data["empty"] == "No runs yet. Train one on Train."
    app.close()


def test_a_long_look_keeps_nobody_waiting(home, runs, monkeypatch):
    import threading

    gate = threading.Event()
    app = App(home, "home")
    app._page("results")
    read = app._pages["results"]._rows.read
    monkeypatch.setattr(app._pages["results"]._rows, "read", lambda: gate.wait(60) and read())
    begun = time.monotonic()
    app.open("results")
    assert time.monotonic() - begun < 10
    assert app.page._reading.data["text"] == "Looking through the runs …"
    assert app.page.list.grid.data["rows"] == []
    gate.set()
    tick_until(app, lambda: len(app.page.list.grid.data["rows"]) == 3)
    assert app.page._reading.data["fraction"] is None
    app.close()


def make_sweep(home, name, status="done", **facts):
    config = expand({"dataset": "gone", "seed": 1, "learning_rate": [0.1, 0.01]})
    job = home.create_job("sweep", name, config.to_dict(), parents=["gone"])
    with EventWriter(job.path / "events.jsonl") as writer:
        if facts:
            writer.write("facts", **facts)
            writer.write("progress", done=1.5, total=2, unit="runs", message="Training")
        writer.write("status", status=status, sync=True)
    return job


def test_sweeps_are_listed_and_opened_from_their_button_and_from_their_runs(page, home):
    assert page.sweeps.button.layout.display == "none"
    job = make_sweep(home, "rates", "stopped", best=0.75)
    make(home, "rates-1", 0.75, group="rates", parents=("gone", job.id))
    make_sweep(home, "new", "interrupted")
    seen(page, lambda: page.sweeps.button.description == "Sweeps (2)")
    assert page.sweeps.button.layout.display is None
    assert page.sweeps.root.layout.display == "none"
    page.sweeps.button.click()
    assert page.sweeps.root.layout.display is None
    rows = {row["cells"][0]: row["cells"][1:] for row in page.sweeps._table.data["rows"]}
    status = {"status": "stopped", "text": "stopped"}
    assert rows["rates"] == ["learning_rate", "1.5 of 2", "75.00 %", status]
    assert rows["new"][1:3] == ["none yet", "–"]
    headings = [row for row in page.list.grid.data["rows"] if "id" not in row]
    assert {row["title"]: row["sweep"] for row in headings} == {"rates": job.id, "No group": ""}
    tell(page, "open_sweep", id=job.id)
    assert page.app.page.name == "sweep"
    assert page.app.page._view.job == job


def test_a_sweep_that_goes_on_is_seen_to(page, home):
    job = make_sweep(home, "rates", best=0.75)
    seen(page, lambda: page.sweeps.button.description == "Sweeps (1)")
    page.sweeps.button.click()
    with EventWriter(job.path / "events.jsonl") as writer:
        writer.write("facts", best=0.8)
        writer.write("status", status="done", sync=True)
    seen(page, lambda: page.sweeps._table.data["rows"][0]["cells"][3] == "80.00 %")
