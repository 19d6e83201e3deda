"""Two machines, here two processes, train one run: the same weights, and a loss that is noticed."""

import json
import os
import socket
import subprocess
import sys
import time

import numpy as np
import pytest

import workbench as wb
from tests.runners.networks import NETWORK
from workbench import runners
from workbench.errors import InvalidValue
from workbench.training.checkpoints import list_checkpoints, load_checkpoint
from workbench.training.cluster import Alone, Machines, from_environment
from workbench.training.trust import trust

_PATIENCE_S = 120


def new_run(home, dataset, **fields):
    trust(home, NETWORK)
    fields = {"epochs": 1, "seed": 3, "batch_size": 64, "learning_rate": 0.05} | fields
    config = wb.TrainConfig(dataset=dataset.id, network="custom", code=NETWORK, **fields)
    return home.create_job("run", "together", config.to_dict(), parents=[dataset.id])


def machines(job, count=2):
    """Processes that take part in a run, as a cluster's launcher starts them."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    addresses = [f"127.0.0.1:{made.getsockname()[1]}" for made in sockets]
    for made in sockets:
        made.close()
    command = [sys.executable, "-m", "workbench.cli.main", "run", "work", job.id]
    started = []
    for index in range(count):
        task = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}}
        environment = os.environ | {
            "TF_CONFIG": json.dumps(task),
            "WORKBENCH_HOME": str(job.path.parents[1]),
        }
        with (job.path / f"machine-{index}.log").open("w") as log:
            started.append(
                subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
            )
    return started


def weights(job):
    values, _ = load_checkpoint(list_checkpoints(job)[-1].path)
    return values


def assert_equal(one, other):
    for first, second in zip(weights(one), weights(other), strict=True):
        np.testing.assert_allclose(first.astype(np.float64), second, atol=1e-6)


def test_together_they_train_to_the_same_weights_and_a_lost_one_interrupts(digits_home, digits):
    alone = new_run(digits_home, digits, epochs=8, snapshot_interval=0.25)
    runners.start(alone, "synchronous")
    assert alone.status == "done"
    together = new_run(digits_home, digits, epochs=8, snapshot_interval=0.25)
    first, second = machines(together)
    deadline = time.monotonic() + _PATIENCE_S
    while not list_checkpoints(together):
        assert first.poll() is None and time.monotonic() < deadline, together.read_log()
        time.sleep(0.01)  # the condition is checked again
    second.kill()
    assert first.wait(_PATIENCE_S) == 1
    second.wait()
    assert together.status == "interrupted"
    assert "another machine that trained this run was lost" in together.summary().error
    begun = list_checkpoints(together)[-1].step
    assert 0 < begun < 64
    assert [process.wait(_PATIENCE_S) for process in machines(together)] == [0, 0]
    assert together.status == "done"
    assert_equal(alone, together)
    for job in (alone, together):
        digits_home.delete(job)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"cluster": {"worker": ["a:1"]}}',
        '{"cluster": {"worker": ["a:1"], "ps": ["b:1"]}, "task": {"type": "worker", "index": 0}}',
        '{"cluster": {"worker": ["a:1"]}, "task": {"type": "worker", "index": 1}}',
    ],
)
def test_a_description_that_cannot_be_understood_is_one_sentence(monkeypatch, text):
    monkeypatch.setenv("TF_CONFIG", text)
    with pytest.raises(InvalidValue, match="TF_CONFIG"):
        from_environment()


def test_a_run_for_machines_is_made_and_waits_for_them(digits_home, digits):
    run = wb.train(digits, runner="machines", epochs=1, home=digits_home)
    assert [event["status"] for event in run.job.events()[0]] == ["waiting"], "nobody began"
    run.delete()


def test_one_machine_is_alone_and_each_of_several_knows_its_share(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    assert isinstance(from_environment(), Alone)
    # Two machines with two devices each, a step in two rounds of parts.
    shares = [Machines(index, 2).share(2, 4) for index in range(2)]
    assert shares == [[0, 1, 4, 5], [2, 3, 6, 7]]
