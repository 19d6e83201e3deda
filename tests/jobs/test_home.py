import json
import os
import shutil

import pytest

from workbench.errors import InvalidValue, JobBusy, JobInUse, NotFound, SchemaError, StorageError
from workbench.jobs import Home, Job
from workbench.jobs.events import EventWriter
from workbench.jobs.lock import OwnerLock


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


def finish(job: Job, **metrics: float) -> Job:
    with OwnerLock(job.path), EventWriter(job.path / "events.jsonl") as events:
        events.write("status", status="running")
        if metrics:
            events.write("metrics", step=1, epoch=1.0, **metrics)
        events.write("status", status="done")
    return job


def test_the_home_is_chosen_by_argument_environment_or_jupyter(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "a"))
    assert Home().path == tmp_path / "a"
    assert Home(tmp_path / "b").path == tmp_path / "b"
    monkeypatch.delenv("WORKBENCH_HOME")
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    assert Home().path == tmp_path / "jupyter" / "workbench"


def test_reading_an_absent_home_makes_nothing(home):
    assert home.summaries() == []
    assert not home.path.exists()


def test_a_new_job_waits_and_is_listed(home):
    job = home.create_job("dataset", "mnist", {"a": [1]}, group="digits")
    (summary,) = home.summaries()
    assert (summary.id, summary.name, summary.group) == (job.id, "mnist", "digits")
    assert summary.status == job.status == "waiting"
    assert Job(job.path).config == {"a": [1]}


@pytest.mark.parametrize(
    "name", ["<b>x</b>", "a\nb", "{name}", "../up", "'; drop", "ü" * 200, "-rf", " spaced "]
)
def test_any_name_is_kept_as_it_is_and_names_no_path(home, name):
    job = home.create_job("dataset", name, {})
    assert job.name == name
    assert job.path.parent == home.datasets_dir
    assert home.job(name) == job


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("", "must not be empty"), ("x" * 201, "at most 200"), ("a\0b", "NUL")],
)
def test_an_impossible_name_leaves_nothing_behind(home, name, sentence):
    with pytest.raises(InvalidValue, match=sentence):
        home.create_job("dataset", name, {})
    assert not home.path.exists()


def test_a_job_is_found_by_id_prefix_and_unique_name(home):
    first = home.create_job("run", "lenet", {})
    second = home.create_job("run", "other", {})
    assert home.job(first.id) == home.job("lenet") == first
    length = next(n for n in range(1, 9) if first.id[:n] != second.id[:n])
    assert home.job(first.id[:length]) == first
    with pytest.raises(NotFound, match="no run 'nothing'"):
        home.job("nothing", "run")
    home.create_job("run", "lenet", {})
    with pytest.raises(InvalidValue, match="'lenet' may be any of"):
        home.job("lenet")
    with pytest.raises(NotFound):
        home.job("")  # the beginning of every id


def test_a_name_is_looked_for_in_its_kind(home):
    dataset = home.create_job("dataset", "mnist", {})
    run = home.create_job("run", "mnist", {})
    assert home.job("mnist", "dataset") == dataset
    assert home.job("mnist", "run") == run


def test_code_names_a_job_so_that_it_is_found_again(home):
    dataset = home.create_job("dataset", "mnist", {})
    home.create_job("run", "mnist", {})
    assert home.reference(dataset) == "mnist"
    twin = home.create_job("dataset", "mnist", {})
    called_like_an_id = home.create_job("dataset", dataset.id, {})
    for job in (dataset, twin, called_like_an_id):
        assert home.reference(job) == job.id
        assert home.job(home.reference(job), "dataset") == job


def test_what_others_depend_on_is_not_deleted(home):
    dataset = finish(home.create_job("dataset", "mnist", {}))
    run = finish(home.create_job("run", "lenet", {}, parents=[dataset.id]))
    with pytest.raises(JobInUse, match=rf"mnist is used by lenet \({run.id}\)"):
        home.delete(dataset)
    home.delete(run)
    home.delete(dataset)
    assert home.summaries() == []
    assert os.listdir(home.datasets_dir) == []


def test_what_is_being_executed_is_not_deleted(home):
    job = home.create_job("run", "lenet", {})
    with OwnerLock(job.path), pytest.raises(JobBusy):
        home.delete(job)
    assert job.path.is_dir()


def test_a_read_only_home_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="could not make"):
        Home(tmp_path / "file").create_job("run", "x", {})


def test_the_index_follows_every_change(home):
    job = home.create_job("run", "lenet", {"epochs": 2})
    assert home.summaries()[0].status == "waiting"
    finish(job, val_accuracy=0.5)
    job.rename("better")
    (summary,) = home.summaries()
    assert (summary.status, summary.name) == ("done", "better")
    assert summary.metrics == {"val_accuracy": 0.5}
    shutil.rmtree(job.path)
    assert home.summaries() == []


def test_deleting_or_damaging_the_index_loses_nothing(home):
    for number in range(5):
        finish(home.create_job("run", f"run {number}", {}), val_accuracy=number / 10)
    before = home.summaries()
    index = home.path / "index.sqlite"
    index.unlink()
    assert home.summaries() == before
    index.write_bytes(b"this is no database, not at all" * 100)
    assert home.summaries() == before
    assert home.summaries() == before


def test_events_are_folded_once_however_often_the_list_is_read(home):
    job = home.create_job("run", "lenet", {})
    with OwnerLock(job.path), EventWriter(job.path / "events.jsonl") as events:
        events.write("status", status="running")
        for step in range(1, 6):
            events.write("metrics", step=step, epoch=step, val_loss=1 / step)
            (summary,) = home.summaries()
            assert summary.metrics == {"val_loss": 1 / step}
            assert summary.highest == {"val_loss": 1.0}
            assert summary.status == "running"
    assert home.summaries()[0].status == "interrupted"


def test_a_damaged_job_is_left_out_and_explained_when_asked_for(home):
    good = finish(home.create_job("run", "good", {}))
    bad = home.create_job("run", "bad", {})
    (bad.path / "job.json").write_text("{")
    assert [summary.id for summary in home.summaries()] == [good.id]
    with pytest.raises(SchemaError, match="is damaged"):
        home.job(bad.id)


def test_a_job_of_a_later_version_is_refused(home):
    job = home.create_job("run", "lenet", {})
    identity = json.loads((job.path / "job.json").read_text())
    (job.path / "job.json").write_text(json.dumps(identity | {"schema": 2}))
    with pytest.raises(SchemaError, match="has format 2, this version reads 1"):
        Job(job.path)


def test_unchanged_runs_are_listed_without_being_opened(home):
    first = finish(home.create_job("run", "lenet", {"epochs": 1}), val_accuracy=0.9)
    for number in range(300):
        shutil.copytree(first.path, home.runs_dir / f"copy{number:05d}")
    assert len(home.summaries("run")) == 301
    opened = []
    real = Job.summary
    try:
        Job.summary = lambda self, tally: opened.append(self) or real(self, tally)
        assert len(home.summaries("run")) == 301
    finally:
        Job.summary = real
    assert opened == []
