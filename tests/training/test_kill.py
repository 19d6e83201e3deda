"""``kill -9`` at random moments: nothing acknowledged is lost, and the end is the same."""

import json
import os
import random
import signal
import time

import numpy as np
import pytest

import workbench as wb
from workbench import runners
from workbench.jobs import Job
from workbench.training.checkpoints import list_checkpoints, load_checkpoint

KILLS = int(os.environ.get("WORKBENCH_KILLS", "20"))
CONFIG = {
    "batch_size": 16,
    "seed": 3,
    "learning_rate": 0.01,
    "snapshot_interval": 0.25,
    "validation_interval": 0.5,
}
_PATIENCE_S = 60


def wait_for_bytes(path, size, handle):
    """Wait until a file has grown beyond ``size``, or the run has ended."""
    deadline = time.monotonic() + _PATIENCE_S
    while path.stat().st_size <= size and handle.alive:
        assert time.monotonic() < deadline, path.read_text()[-2000:]
        time.sleep(0.002)


def acknowledged(path):
    """The whole lines of the events; a torn last one was never acknowledged."""
    return path.read_bytes().rpartition(b"\n")[0].splitlines()


def figures(job):
    points = wb.History.from_events(job.events()[0]).points
    return {name: p for name, p in points.items() if "second" not in name}


@pytest.mark.timeout(3600)
def test_a_run_killed_again_and_again_ends_as_if_it_had_not_been(digits_home, digits):
    epochs = max(6, KILLS)
    whole = wb.train(digits, runner="synchronous", home=digits_home, epochs=epochs, **CONFIG)
    config = wb.TrainConfig.from_dict(whole.job.config)
    job = digits_home.create_job("run", "killed", config.to_dict(), parents=[digits.id])
    events = job.path / "events.jsonl"
    moments = random.Random(7)
    kills = 0
    while kills < KILLS:
        size = events.stat().st_size
        handle = runners.start(Job(job.path), "process")
        # Not only while it trains: while it starts, too, and at any time until it has moved on.
        for _ in range(moments.randrange(12)):
            wait_for_bytes(events, size, handle)
            size = events.stat().st_size
        if not handle.alive:
            break
        before = acknowledged(events)
        os.kill(handle.pid, signal.SIGKILL)
        assert handle.join(_PATIENCE_S)
        kills += 1
        assert job.status == "interrupted"
        after = acknowledged(events)
        assert after[: len(before)] == before
        assert [json.loads(line)["type"] for line in after]
    assert kills == KILLS, "the run was done before it was killed often enough"
    runners.start(Job(job.path), "process").join(300)
    assert job.status == "done"
    assert figures(job) == figures(whole.job)
    values, _ = load_checkpoint(list_checkpoints(job)[-1].path)
    expected, _ = load_checkpoint(list_checkpoints(whole.job)[-1].path)
    assert all(np.array_equal(a, b) for a, b in zip(values, expected, strict=True))
