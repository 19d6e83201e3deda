"""A page that looks at its job again and again reads only what is new."""

import pytest

import workbench as wb
from tests.panels.test_app import no_widget_is_left  # noqa: F401
from workbench.jobs import EventWriter
from workbench.jobs import job as module
from workbench.jobs.events import read_events
from workbench.panels.app import App
from workbench.sweeps import expand
from workbench.training import TrainConfig


def run_of(home):
    config = TrainConfig(dataset="nobody", epochs=2, seed=1)
    return home.create_job("run", "lenet", config.to_dict())


def dataset_of(home):
    home.path.mkdir()
    config = wb.DatasetConfig(name="digits", source=wb.ImageFolder(home.path))
    return home.create_job("dataset", "digits", config.to_dict())


def sweep_of(home):
    config = expand({"dataset": "nobody", "epochs": 2, "seed": 1, "learning_rate": [0.1, 0.01]})
    return home.create_job("sweep", "rates", config.to_dict())


@pytest.mark.parametrize(
    ("make", "show"),
    [(run_of, App.open_run), (dataset_of, App.open_dataset), (sweep_of, App.open_sweep)],
)
def test_a_tick_reads_what_is_new_and_nothing_else(tmp_path, monkeypatch, make, show):
    home = wb.Home(tmp_path / "home")
    job = make(home)
    path = job.path / "events.jsonl"
    with EventWriter(path) as events:
        events.write("status", status="running")
        for done in range(200):
            events.write("progress", done=done, total=400)
        app = App(home)
        show(app, job.id)
        app.page.tick()
        offsets = []

        def watched(path, offset=0):
            offsets.append(offset)
            return read_events(path, offset)

        monkeypatch.setattr(module, "read_events", watched)
        for done in range(200, 203):
            before = path.stat().st_size
            events.write("progress", done=done, total=400)
            app.page.tick()
            assert offsets and min(offsets) == before
            offsets.clear()
        assert not app.page.error.data["text"]
        app.close()
