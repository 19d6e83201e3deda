import math

import numpy as np
import pytest

import workbench as wb
from workbench.errors import JobFailed
from workbench.jobs import EventWriter, JobContext, Stopped
from workbench.training.checkpoints import list_checkpoints, load_checkpoint
from workbench.training.trainer import Trainer

CONFIG = {"epochs": 2, "batch_size": 32, "seed": 11, "learning_rate": 0.02}


class StopAt(JobContext):
    """A context whose Stop is commanded once a step is reached."""

    def __init__(self, job, writer, step):
        super().__init__(job, writer)
        self._step, self.trainer = step, None

    def stop_requested(self):
        return self.trainer.state.step >= self._step or super().stop_requested()


def train_until(job, dataset, step):
    """Execute a run until its Stop at a step, or to its end."""
    config = wb.TrainConfig.from_dict(job.config)
    with EventWriter(job.path / "events.jsonl") as writer:
        context = StopAt(job, writer, step)
        context.trainer = trainer = Trainer(config, dataset, context)
        try:
            trainer.run()
        except Stopped:
            return "stopped"
    return "done"


def new_job(home, dataset, **changes):
    config = wb.TrainConfig(dataset=dataset.id, **(CONFIG | changes))
    return home.create_job("run", "run", config.to_dict(), parents=[dataset.id])


def figures(job):
    """All points of a run that has ended, but for the speed."""
    history = wb.History.from_events(job.events()[0])
    return {name: points for name, points in history.points.items() if "second" not in name}


def final(job):
    values, state = load_checkpoint(list_checkpoints(job)[-1].path)
    return values, {name: state[name] for name in ("step", "epoch", "metrics")}


@pytest.fixture(scope="module")
def whole(digits_home):
    """A run that nothing disturbed: 30 steps, 15 an epoch."""
    dataset = wb.dataset("digits", home=digits_home)
    job = new_job(digits_home, dataset)
    assert train_until(job, dataset, math.inf) == "done"
    yield job
    digits_home.delete(job)


def test_the_loss_falls_and_validation_is_measured(whole):
    history = wb.History.from_events(whole.events()[0])
    assert history["train_loss"][-1] < 0.5 * history["train_loss"][0]
    assert history.series("val_accuracy")[0].tolist() == [1.0, 2.0]
    assert [c.epoch for c in list_checkpoints(whole)] == [1.0, 2.0]
    assert list((whole.path / "tensorboard").rglob("*tfevents*"))


@pytest.mark.parametrize("stops", [(7,), (15,), (3, 20, 29)])
def test_stopped_and_resumed_is_the_same_to_the_last_digit(whole, digits_home, digits, stops):
    job = new_job(digits_home, digits)
    for step in stops:
        assert train_until(job, digits, step) == "stopped"
        assert list_checkpoints(job)[-1].step >= step
    assert train_until(job, digits, math.inf) == "done"
    values, state = final(job)
    expected, expected_state = final(whole)
    assert state == expected_state
    assert all(np.array_equal(a, b) for a, b in zip(values, expected, strict=True))
    assert figures(job) == figures(whole)
    digits_home.delete(job)


def test_another_seed_is_another_run(whole, digits_home, digits):
    job = new_job(digits_home, digits, seed=12, epochs=1)
    train_until(job, digits, math.inf)
    assert figures(job)["train_loss"][0] != figures(whole)["train_loss"][0]
    digits_home.delete(job)


def test_fractions_of_an_epoch(digits_home, digits):
    job = new_job(digits_home, digits, epochs=1, snapshot_interval=0.5, validation_interval=0.2)
    train_until(job, digits, math.inf)
    assert [c.step for c in list_checkpoints(job)] == [8, 15]
    assert len(figures(job)["val_loss"]) == 5
    digits_home.delete(job)


@pytest.mark.usefixtures("without_activations")
def test_a_loss_that_leaves_the_numbers_fails_with_advice(digits_home, digits):
    job = new_job(digits_home, digits, learning_rate=1000)
    with pytest.raises(JobFailed, match=r"lower the learning rate, for example from 1000 to 100"):
        train_until(job, digits, math.inf)
    digits_home.delete(job)


@pytest.mark.parametrize("mean", ["none", "pixel", "image"])
def test_what_is_subtracted_goes_with_the_model(digits_home, digits, mean):
    job = new_job(digits_home, digits, epochs=1, mean_subtraction=mean)
    train_until(job, digits, math.inf)
    run = wb.Run(job)
    names = [layer.name for layer in run.model.layers]
    assert ("mean_subtraction" in names) == (mean != "none")
    digits_home.delete(job)
