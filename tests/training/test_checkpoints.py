import os

import numpy as np
import pytest

from workbench.errors import DataError, NotFound, StorageError
from workbench.jobs import Home
from workbench.training.checkpoints import (
    best_checkpoint,
    checkpoint_at,
    list_checkpoints,
    load_checkpoint,
    save_checkpoint,
)


@pytest.fixture
def job(tmp_path):
    return Home(tmp_path).create_job("run", "lenet", {"task": "classification"})


def save(job, step, accuracy=None):
    metrics = {} if accuracy is None else {"val_accuracy": accuracy}
    state = {"step": step, "epoch": step / 10, "metrics": metrics}
    variables = [np.full((2, 3), step, np.float32), np.array(step, np.int64)]
    return save_checkpoint(job.path / "checkpoints", variables, state)


def test_what_is_saved_is_loaded_bit_for_bit(job):
    values, state = load_checkpoint(save(job, 7, 0.5))
    assert state == {"step": 7, "epoch": 0.7, "metrics": {"val_accuracy": 0.5}}
    assert [v.dtype for v in values] == [np.float32, np.int64]
    assert np.array_equal(values[0], np.full((2, 3), 7)) and values[1] == 7


def test_the_best_is_the_most_accurate_and_the_earliest_among_equals(job):
    for step, accuracy in [(10, 0.5), (20, 0.9), (30, 0.9), (40, 0.7), (45, None)]:
        save(job, step, accuracy)
    assert best_checkpoint(job).step == 20
    assert [c.step for c in list_checkpoints(job)] == [10, 20, 30, 40, 45]
    assert checkpoint_at(job, 4).step == 40
    with pytest.raises(NotFound, match="no checkpoint at epoch 9; it has 1, 2, 3, 4, 4.5"):
        checkpoint_at(job, 9)


def test_without_validation_the_latest_is_used(job):
    with pytest.raises(NotFound, match="has no checkpoint yet"):
        best_checkpoint(job)
    save(job, 1)
    save(job, 2)
    assert best_checkpoint(job).step == 2


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.99])
def test_a_torn_file_is_not_taken_for_a_checkpoint(job, share):
    save(job, 1, 0.5)
    path = save(job, 2, 0.9)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(DataError, match="is damaged"):
        load_checkpoint(path)
    assert [c.step for c in list_checkpoints(job)] == [1]


def test_a_full_disk_leaves_the_earlier_checkpoints(job, monkeypatch):
    save(job, 1, 0.5)

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(StorageError, match="the disk is full"):
        save(job, 2, 0.9)
    assert os.listdir(job.path / "checkpoints") == ["step-00000001.npz"]
