"""A Ray cluster, here two workers of one machine, trains a run: equal weights, a loss noticed."""

import importlib.util
import time
from contextlib import suppress

import numpy as np
import psutil
import pytest

import workbench as wb
from tests.runners.networks import NETWORK
from workbench import runners
from workbench.errors import InvalidValue, JobFailed, JobInterrupted, MissingExtra, NotFound
from workbench.jobs import Home
from workbench.runners import ray
from workbench.runners.ray.share import Share, share
from workbench.runners.ray.train import reason
from workbench.training.checkpoints import list_checkpoints, load_checkpoint
from workbench.training.trust import trust

FIELDS = {
    "network": "custom", "code": NETWORK, "epochs": 12, "seed": 3, "batch_size": 64,
    "learning_rate": 0.05, "snapshot_interval": 0.25,
}  # fmt: skip
_PATIENCE_S = 240
needs_ray = pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="without Ray")
_POLL_S = 0.1


def until(condition, job):
    deadline = time.monotonic() + _PATIENCE_S
    while not condition():
        assert job.live and time.monotonic() < deadline, job.read_log()
        time.sleep(_POLL_S)  # the condition is checked again


def processes_of(job):
    """The process that leads the run, and all that it has started."""
    waiting = [event for event in job.events()[0] if event.get("process")]
    leader = psutil.Process(waiting[-1]["process"]["pid"])
    return [leader, *leader.children(recursive=True)]


def workers_among(processes):
    found = []
    for process in processes:
        with suppress(psutil.Error):  # it has ended meanwhile
            found += [process] if "RayTrainWorker" in " ".join(process.cmdline()) else []
    return found


def kill_one_while_training(job, which):
    """End a process of the run once it has written a checkpoint more; return all of them."""
    before = len(list_checkpoints(job))
    until(lambda: len(list_checkpoints(job)) > before, job)
    everyone = processes_of(job)
    assert len(workers_among(everyone)) == 2
    which(everyone).kill()
    return everyone


def assert_gone(processes):
    _, left = psutil.wait_procs(processes, timeout=90)
    assert not left


def weights(job):
    values, _ = load_checkpoint(list_checkpoints(job)[-1].path)
    return values


@pytest.fixture
def run(digits_home, digits, monkeypatch):
    """A run that two workers of a cluster of this machine begin to execute."""
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    trust(digits_home, NETWORK)
    run = wb.train(digits, runner="ray", workers=2, home=digits_home, **FIELDS)
    yield run
    run.stop()
    run.delete()


@needs_ray
@pytest.mark.timeout(600)
def test_workers_train_to_the_same_weights_and_a_lost_one_interrupts(run, digits_home, digits):
    job = run.job
    alone = wb.train(digits, runner="synchronous", home=digits_home, **FIELDS)
    assert alone.status == "done"
    everyone = kill_one_while_training(
        job, lambda everyone: next(w for w in workers_among(everyone) if w.pid != job.owner_pid)
    )
    assert job.wait(30) == "interrupted"
    # The first worker says so; where it was ended too, the process that leads does in its place.
    deadline = time.monotonic() + 30
    while not job.summary().error and time.monotonic() < deadline:
        time.sleep(_POLL_S)  # the condition is checked again
    assert "was lost" in job.summary().error
    assert_gone(everyone)
    assert 0 < list_checkpoints(job)[-1].step < 96
    run.resume("ray")
    everyone = set()
    while job.live:
        with suppress(psutil.Error):  # the process that leads has ended meanwhile
            everyone.update(processes_of(job))
        time.sleep(_POLL_S)  # the condition is checked again
    assert job.status == "done"
    assert len(everyone) > 2
    assert_gone(everyone)
    for one, other in zip(weights(alone.job), weights(job), strict=True):
        np.testing.assert_allclose(one.astype(np.float64), other, atol=1e-6)
    assert not (job.path / "ray").exists()
    alone.delete()


@needs_ray
def test_stop_is_obeyed_before_the_cluster_is_there(run):
    until(lambda: run.job.status == "running", run.job)
    leader = processes_of(run.job)[0]
    assert run.stop() == "stopped"
    assert_gone([leader])
    assert [event.get("status") for event in run.job.events()[0]][-1] == "stopped"


@needs_ray
def test_a_cluster_that_is_not_there_is_one_sentence(digits_home, digits, monkeypatch):
    monkeypatch.setenv("RAY_ADDRESS", "ray://10.0.0.1:10001")
    run = wb.train(digits, runner="ray", epochs=1, home=digits_home)
    assert run.job.wait(_PATIENCE_S) == "failed"
    assert run.summary().error.startswith("RAY_ADDRESS must be the cluster's own")
    run.delete()


def test_without_ray_nothing_is_made(digits_home, digits, monkeypatch):
    monkeypatch.setattr(ray.importlib.util, "find_spec", lambda name: None)
    before = len(wb.runs(digits_home))
    with pytest.raises(MissingExtra, match=r"pip install 'jupyter-workbench\[ray\]'"):
        wb.train(digits, runner="ray", home=digits_home)
    assert len(wb.runs(digits_home)) == before


@pytest.mark.parametrize(
    ("runner", "workers", "sentence"),
    [("process", 2, "workers are for the runner ray"), ("ray", 0, "workers must be")],
)
def test_workers_are_checked_before_anything_is_made(
    digits_home, digits, monkeypatch, runner, workers, sentence
):
    monkeypatch.setattr(ray, "require", lambda: None)
    before = len(wb.runs(digits_home))
    with pytest.raises(InvalidValue, match=sentence):
        wb.train(digits, runner=runner, workers=workers, home=digits_home)
    assert len(wb.runs(digits_home)) == before


def test_only_runs_are_executed_by_ray(tmp_path, monkeypatch):
    monkeypatch.setattr(ray, "require", lambda: None)
    job = Home(tmp_path).create_job("dataset", "digits", {})
    with pytest.raises(InvalidValue, match="only runs"):
        runners.start(job, "ray")


BIG = {"CPU": 8.0, "GPU": 2.0, "memory": 1e9}
SMALL = {"CPU": 4.0}


@pytest.mark.parametrize(
    ("nodes", "workers", "devices", "expected"),
    [
        ([SMALL], 1, "", Share(4, 0)),
        ([SMALL], 3, "", Share(1, 0)),
        ([BIG, BIG], 2, "", Share(8, 2)),
        ([BIG, BIG], 4, "", Share(4, 1)),
        ([BIG, BIG], 4, "1", Share(4, 1)),
        ([BIG, BIG], 2, "1", Share(8, 1)),
        ([BIG, BIG], 2, "gpu:0,1", Share(8, 2)),
        # Fewer GPUs than workers: all compute on processors.
        ([BIG, SMALL], 3, "", Share(4, 0)),
        ([BIG, BIG], 2, "cpu:1", Share(8, 0)),
        # Only machines with GPUs for a worker have room for one.
        ([BIG, SMALL], 2, "", Share(4, 1)),
    ],
)
def test_workers_divide_the_cluster_evenly(nodes, workers, devices, expected):
    assert share(nodes, workers, devices) == expected


def test_more_workers_than_there_is_room_for_are_refused():
    with pytest.raises(InvalidValue, match="4 processors and 0 GPUs on 1 machines, no room for 5"):
        share([SMALL], 5)
    with pytest.raises(InvalidValue, match="no room for 3 workers of 2 GPUs"):
        share([BIG, BIG], 3, "2")


@pytest.mark.parametrize(
    ("raised", "expected", "sentence"),
    [
        ([None], JobInterrupted, "was lost"),
        ([JobInterrupted("r1 interrupted"), None], JobInterrupted, "was lost"),
        ([JobInterrupted("r1 interrupted")], JobInterrupted, "was lost"),
        ([RuntimeError("the other does not answer"), None], JobInterrupted, "was lost"),
        ([JobInterrupted(""), NotFound("the home is not there")], NotFound, "home is not there"),
        ([KeyError("x")], JobFailed, "could not go on: 'x'"),
        ([ValueError()], JobFailed, "could not go on: ValueError"),
    ],
)
def test_why_workers_ended_is_one_sentence(raised, expected, sentence):
    found = reason(raised)
    assert type(found) is expected
    assert sentence in str(found)
