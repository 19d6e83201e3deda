"""The queue on Home, without a browser."""

from dataclasses import replace

import ipywidgets
import pytest

from workbench.jobs import Home
from workbench.jobs.lock import OwnerLock
from workbench.jobs.queue import Limits, enter, machine
from workbench.jobs.queue.entries import Entries
from workbench.panels.app import App
from workbench.panels.header import header_chips
from workbench.training.devices import Gpu


@pytest.fixture(autouse=True)
def no_widget_is_left():
    before = set(ipywidgets.widgets.widget._instances)
    yield
    assert set(ipywidgets.widgets.widget._instances) == before


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path / "home")
    made.create_job("dataset", "mnist", {})
    return made


def change(home, job, **values):
    entries = Entries(home.path)
    with entries.held():
        entries.put(replace(entries.get(job.id), **values))


@pytest.fixture
def jobs(home):
    """One that is about to begin, and three that wait and say why."""
    made = [home.create_job("run", name, {}) for name in ("begins", "a", "b", "c")]
    for job in made:
        enter(job)
    for number, job in enumerate(made[1:]):
        change(home, job, why=f"queued, {number} before it")
    return made


@pytest.fixture
def app(home, jobs):
    app = App(home)
    yield app
    app.close()


def rows(app):
    return app.page._queue._table.data["rows"]


def names(app):
    return [row["cells"][0] for row in rows(app)]


def send(app, event, job):
    app.page._queue._table._receive(None, {"event": event, "id": job.id}, None)
    app.page.tick()


def test_what_waits_stands_in_the_queue_with_the_reason(app):
    assert names(app) == ["a", "b", "c"]
    assert rows(app)[1]["cells"][1] == rows(app)[1]["sub"] == "queued, 1 before it"
    # What begins in a moment never was in a queue.
    assert [card["name"] for card in app.page._jobs.data["jobs"]] == ["begins", "mnist"]
    offered = [[action["label"] for action in row["actions"]] for row in rows(app)]
    both = ["First", "Up", "Down", "Stop"]
    assert offered == [["Down", "Stop"], both, ["First", "Up", "Stop"]]


def test_the_order_follows_the_buttons(app, home, jobs):
    Entries(home.path).remove(jobs[0].id)  # it has begun and ended
    send(app, "first", jobs[3])
    assert names(app) == ["c", "a", "b"]
    send(app, "down", jobs[3])
    assert names(app) == ["a", "c", "b"]
    send(app, "up", jobs[2])
    assert names(app) == ["a", "b", "c"]
    send(app, "stop", jobs[1])
    assert len(list((jobs[1].path / "commands").iterdir())) == 1


def test_a_run_that_went_meanwhile_is_said_to_have_gone(app, home, jobs):
    change(home, jobs[1], state="running")
    with OwnerLock(jobs[1].path):
        send(app, "up", jobs[1])
        assert "only a run that waits can be moved" in app.page.error.data["text"]
        assert names(app) == ["b", "c"]


def test_an_empty_queue_takes_no_room(app, home, jobs):
    for job in jobs:
        Entries(home.path).remove(job.id)
    app.page.tick()
    assert app.page._queue._table.layout.display == "none"


def test_limits_are_set_and_followed(app, home):
    queue = app.page._queue
    assert (queue.runs.value, queue.runs.control.placeholder, queue.gpus.value) == ("", "1", "")
    queue.runs.value, queue.gpus.value = "2", "0, 3"
    queue._set.click()
    assert home.queue.limits == Limits(2, (0, 3))
    home.queue.limit(runs_at_once=4, gpus=[])  # somewhere else
    app.page.tick()
    assert (queue.runs.value, queue.gpus.value) == ("4", "none")
    queue.runs.value = "5"  # being typed
    app.page.tick()
    assert queue.runs.value == "5"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("runs", "0", "Runs at a time must be 1–1000 runs, got 0"),
        ("runs", "many", "Runs at a time must be a whole number, got 'many'"),
        ("gpus", "one", "GPUs for runs must be whole numbers, got 'one'"),
    ],
)
def test_a_wrong_limit_is_said_under_its_field(app, home, field, value, sentence):
    wrong = getattr(app.page._queue, field)
    wrong.value = value
    app.page._queue._set.click()
    assert wrong.message.data["text"] == sentence
    assert home.queue.limits == Limits()
    app.page.tick()
    assert wrong.value == value and wrong.message.data["text"] == sentence


def test_damaged_limits_leave_home_usable(home, jobs):
    (home.path / "queue.json").write_text("{")
    app = App(home)
    assert "delete it to have the usual limits" in app.page._queue.runs.message.data["text"]
    assert names(app) == ["a", "b", "c"]
    app.close()


def test_the_header_counts_gpus_that_no_run_has_and_nobody_uses(home, jobs, monkeypatch):
    found = [Gpu(n, "H", 0, used, 100, 30) for n, used in enumerate((0, 0, 90, 0))]
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr("workbench.panels.header.gpus", lambda: found)
    monkeypatch.setattr(machine, "_uuids", lambda: ("a", "b", "c", "d"))
    assert header_chips(home)[0]["text"] == "3 of 4 GPUs free"
    change(home, jobs[1], gpus=(1,))
    assert header_chips(home)[0]["text"] == "2 of 4 GPUs free"
    home.queue.limit(gpus=[1, 2])
    chip = header_chips(home)[0]
    assert (chip["text"], chip["tone"]) == ("0 of 2 GPUs free", "plain")
