import math

import numpy as np
import pytest
import tensorflow as tf

import workbench as wb
from workbench.errors import JobFailed
from workbench.jobs import EventWriter, JobContext, Stopped
from workbench.training.checkpoints import list_checkpoints, load_checkpoint
from workbench.training.config import SOLVERS
from workbench.training.loop import Loop, StepsPerCall
from workbench.training.trainer import Trainer
from workbench.training.trust import trust

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


EVERYTHING = {
    "augmentation": wb.Augmentation(flip="horizontal", rotation=10, shift=0.1, noise=0.05),
    "policy": wb.Cosine(),
    "warm_up": 0.5,
    "ema": 0.9,
    "accumulation": 2,
    "batch_size": 16,
}
STARTS = {f"solver {name}": {"solver": name, "learning_rate": 0.001} for name in SOLVERS}
GENTLE = {"ema": 0.9, "start": wb.Start(backbone_rate=0.3, depth_decay=0.9)}
STARTS |= {
    "gentle": GENTLE,
    "everything": EVERYTHING,
    "mixing": {"augmentation": wb.Augmentation(cutmix=1, mixup=1)},
}


@pytest.mark.parametrize("fields", STARTS.values(), ids=STARTS)
def test_whatever_is_chosen_resumed_is_as_if_never_stopped(digits_home, digits, fields):
    jobs = [new_job(digits_home, digits, epochs=1, **fields) for _ in range(2)]
    train_until(jobs[0], digits, math.inf)
    assert train_until(jobs[1], digits, 6) == "stopped"
    assert train_until(jobs[1], digits, math.inf) == "done"
    assert_equal_ends(*jobs)
    for job in jobs:
        digits_home.delete(job)


def assert_equal_ends(one, other):
    (values, state), (expected, expected_state) = final(one), final(other)
    assert state == expected_state
    assert all(np.array_equal(a, b) for a, b in zip(values, expected, strict=True))
    assert figures(one) == figures(other)


class Wishing(JobContext):
    """A context in which something is wished once a step is reached, and Stop later."""

    def __init__(self, job, writer, wishes, stop=math.inf):
        super().__init__(job, writer)
        self._due, self._stop_at, self.trainer = dict(wishes), stop, None

    def stop_requested(self):
        self.trainer._pace.steps = 1  # so that each wish is heard at its step
        for step in [step for step in self._due if self.trainer.state.step >= step]:
            for name, values in self._due.pop(step):
                self.job.send(name, **values)
            self._polled_at = 0.0
        return super().stop_requested() or self.trainer.state.step >= self._stop_at


def train_wishing(job, dataset, wishes, stop=math.inf):
    with EventWriter(job.path / "events.jsonl") as writer:
        context = Wishing(job, writer, wishes, stop)
        config = wb.TrainConfig.from_dict(job.config)
        context.trainer = trainer = Trainer(config, dataset, context)
        try:
            trainer.run()
        except Stopped:
            return "stopped"
    return "done"


def test_a_rate_changed_while_it_runs_holds_from_that_step_however_often_it_starts(
    digits_home, digits
):
    changed = new_job(digits_home, digits, epochs=2, policy=wb.Fixed())
    assert train_wishing(changed, digits, {4: [("learning_rate", {"value": 0.005})]}) == "done"
    (change,) = [e for e in changed.events()[0] if e["type"] == "change"]
    rates = dict(zip(*(a.tolist() for a in series(changed, "learning_rate")), strict=True))
    assert change["step"] >= 4 and change["value"] == 0.005
    assert rates[change["step"]] == 0.02 and rates[change["step"] + 1] == 0.005
    # What was wished is known to a run that starts again before it.
    again = new_job(digits_home, digits, epochs=2, policy=wb.Fixed())
    with EventWriter(again.path / "events.jsonl") as writer:
        writer.write(
            **{"kind": "change"} | {k: change[k] for k in ("what", "value", "step", "epoch")}
        )
    assert train_until(again, digits, 2) == "stopped"
    assert train_until(again, digits, math.inf) == "done"
    assert_equal_ends(changed, again)
    for job in (changed, again):
        digits_home.delete(job)


def series(job, name):
    points = figures(job)[name]
    return np.array([p[0] for p in points]), np.array([p[2] for p in points])


def test_extended_it_trains_on_and_resumed_it_is_the_same(digits_home, digits):
    extended = new_job(digits_home, digits, epochs=1)
    assert train_wishing(extended, digits, {3: [("extend", {"epochs": 1})]}) == "done"
    assert list_checkpoints(extended)[-1].step == 30
    assert extended.summary().epochs == 2 and extended.summary().epoch == 2
    stopped = new_job(digits_home, digits, epochs=1)
    (change,) = [e for e in extended.events()[0] if e["type"] == "change"]
    with EventWriter(stopped.path / "events.jsonl") as writer:
        writer.write(
            **{"kind": "change"} | {k: change[k] for k in ("what", "value", "step", "epoch")}
        )
    assert train_until(stopped, digits, 21) == "stopped"
    assert train_until(stopped, digits, math.inf) == "done"
    assert_equal_ends(extended, stopped)
    for job in (extended, stopped):
        digits_home.delete(job)


def wish_before(job, **wish):
    with EventWriter(job.path / "events.jsonl") as writer:
        writer.write(kind="change", **wish)


def test_extended_where_it_starts_again_an_older_wish_that_lies_ahead_is_void(digits_home, digits):
    """The run was killed after epoch 0.8, where it was extended; its last checkpoint is earlier."""
    fields = {"epochs": 1, "policy": wb.Cosine()}
    killed = new_job(digits_home, digits, **fields)
    assert train_until(killed, digits, 6) == "stopped"
    start = list_checkpoints(killed)[-1].step
    assert 6 <= start < 12
    wish_before(killed, what="epochs", value=2, step=12, epoch=0.8)
    run = wb.Run(killed)
    run.extend(1, runner="synchronous")
    assert run.status == "done" and run.summary().epochs == 3
    assert list_checkpoints(killed)[-1].step == 3 * 15
    # The same as if nothing but the wish that holds had ever been.
    whole = new_job(digits_home, digits, **fields)
    wish_before(whole, what="epochs", value=3, step=start, epoch=start / 15)
    assert train_until(whole, digits, math.inf) == "done"
    assert_equal_ends(killed, whole)
    for job in (killed, whole):
        digits_home.delete(job)


def test_a_snapshot_now_and_a_pause(digits_home, digits):
    job = new_job(digits_home, digits, epochs=1)
    wishes = {3: [("snapshot", {})], 5: [("pause", {}), ("extend", {"epochs": -3}), ("resume", {})]}
    assert train_wishing(job, digits, wishes) == "done"
    words = [e["status"] for e in job.events()[0] if e["type"] == "status"]
    assert words == ["waiting", "running", "paused", "running"]
    (refusal,) = [e["text"] for e in job.events()[0] if e["type"] == "log"]
    assert refusal == "refused: epochs must be 0.01–99999 more, got -3"
    steps = [c.step for c in list_checkpoints(job)]
    assert len(steps) == 3 and steps[0] >= 3 and steps[1] >= 5 and steps[2] == 15
    digits_home.delete(job)


def test_a_paused_run_can_be_stopped(digits_home, digits):
    job = new_job(digits_home, digits, epochs=1)
    assert train_wishing(job, digits, {3: [("pause", {}), ("stop", {})]}) == "stopped"
    assert list_checkpoints(job)[-1].step >= 3
    digits_home.delete(job)


def test_only_the_last_and_the_best_checkpoints_are_kept(digits_home, digits):
    job = new_job(digits_home, digits, epochs=1, snapshot_interval=0.2, keep_last=2)
    train_until(job, digits, math.inf)
    assert [c.step for c in list_checkpoints(job)] == [12, 15]
    digits_home.delete(job)
    job = new_job(
        digits_home, digits, epochs=2, snapshot_interval=0.5, validation_interval=0.5,
        keep_last=1, learning_rate=0.03, policy=wb.MultiStep(at=(50,), gamma=4),
    )  # fmt: skip
    train_until(job, digits, math.inf)
    best = max(figures(job)["val_accuracy"], key=lambda p: p[2])[0]
    assert [c.step for c in list_checkpoints(job)] == sorted({best, 30})
    digits_home.delete(job)


def test_without_becoming_better_it_ends_early(digits_home, digits):
    job = new_job(digits_home, digits, epochs=50, learning_rate=1e-9, patience=2)
    assert train_until(job, digits, math.inf) == "done"
    assert list_checkpoints(job)[-1].epoch == 3
    (said,) = [e["text"] for e in job.events()[0] if e["type"] == "log"]
    assert said == "ended early: val accuracy has not become better for 2 epochs"
    digits_home.delete(job)


class Small:
    """Memory that holds batches of eight images and no more."""

    def __init__(self, monkeypatch):
        self.batches = []
        plain = Loop.train

        def train(loop, batches, rates, counts):
            self.batches.append(int(counts[0]) // loop._parts)
            if self.batches[-1] > 8:
                raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating")
            return plain(loop, batches, rates, counts)

        monkeypatch.setattr(Loop, "train", train)


def test_out_of_memory_names_the_batch_to_try(digits_home, digits, monkeypatch):
    Small(monkeypatch)
    job = new_job(digits_home, digits, epochs=1)
    with pytest.raises(JobFailed, match="used up with 32 images a batch; try a batch size of 16"):
        train_until(job, digits, math.inf)
    digits_home.delete(job)


def test_out_of_memory_it_goes_on_with_smaller_batches(digits_home, digits, monkeypatch):
    plain = new_job(digits_home, digits, epochs=1, start=wb.Start(), network="lenet")
    train_until(plain, digits, math.inf)
    small = Small(monkeypatch)
    job = new_job(digits_home, digits, epochs=1, smaller_batch=True)
    assert train_until(job, digits, math.inf) == "done"
    assert small.batches[:3] == [32, 16, 8]
    assert figures(job)["learning_rate"] == figures(plain)["learning_rate"]
    # Dropout falls otherwise on smaller batches; before the first step it has not fallen yet.
    assert len(figures(job)["train_loss"]) == 15
    changes = [e["value"] for e in job.events()[0] if e["type"] == "change"]
    assert changes == [16, 8]
    said = [e["text"] for e in job.events()[0] if e["type"] == "log"]
    assert said[1].startswith(
        "memory was used up with 16 images a batch; going on with 8 and twice"
    )
    assert "the same gradient, but for batch normalization" in said[1]
    for made in (plain, job):
        digits_home.delete(made)


@pytest.mark.parametrize("mean", ["none", "pixel", "image"])
def test_what_is_subtracted_goes_with_the_model(digits_home, digits, mean):
    job = new_job(digits_home, digits, epochs=1, mean_subtraction=mean)
    train_until(job, digits, math.inf)
    run = wb.Run(job)
    names = [layer.name for layer in run.model.layers]
    assert ("mean_subtraction" in names) == (mean != "none")
    digits_home.delete(job)


NORMALIZED = """
def build(input_shape, outputs):
    pixels = keras.Input(input_shape)
    x = layers.Conv2D(4, 3, strides=3, name="conv")(pixels)
    x = layers.BatchNormalization(name="norm")(x)
    return keras.Model(pixels, layers.Dense(outputs, name="head")(layers.Flatten()(x)))
"""


def test_averages_are_kept_beside_a_frozen_backbone(digits_home, digits):
    """Normalizations that are held leave the model's list of what is trained."""
    trust(digits_home, NORMALIZED)
    own = {"network": "custom", "code": NORMALIZED}
    first = new_job(digits_home, digits, epochs=1, **own)
    assert train_until(first, digits, math.inf) == "done"
    start = wb.Start(run=first.id, frozen=1)
    job = new_job(digits_home, digits, epochs=2, ema=0.9, start=start, **own)
    assert train_until(job, digits, math.inf) == "done"
    before, _ = load_checkpoint(list_checkpoints(first)[-1].path)
    held, _ = load_checkpoint(list_checkpoints(job)[0].path)
    thawed, _ = load_checkpoint(list_checkpoints(job)[-1].path)
    kernel = next(i for i, value in enumerate(before) if value.ndim == 4)
    assert np.array_equal(before[kernel], held[kernel])
    assert not np.array_equal(before[kernel], thawed[kernel])
    for made in (job, first):
        digits_home.delete(made)


@pytest.mark.parametrize("most", [1, 7, 1000])
def test_stages_thaw_at_their_step_however_many_steps_a_call_does(
    digits_home, digits, monkeypatch, most
):
    """15 steps an epoch: frozen for 0.4 of them, then two stages an epoch apart."""
    trust(digits_home, NORMALIZED)
    trained = []
    plain = Loop.train

    def train(loop, batches, rates, counts):
        factors = {weight.path: factor for weight, factor in loop._trained}
        heads = "norm/gamma" in factors, "conv/kernel" in factors
        trained.extend([heads] * len(rates))
        return plain(loop, batches, rates, counts)

    monkeypatch.setattr(Loop, "train", train)
    monkeypatch.setattr(StepsPerCall, "learn", lambda pace, *_: setattr(pace, "steps", most))
    own = {"network": "custom", "code": NORMALIZED, "mean_subtraction": "none"}
    first = new_job(digits_home, digits, epochs=1, **own)
    train_until(first, digits, math.inf)
    trained.clear()
    start = wb.Start(run=first.id, frozen=0.4, stages=2)
    job = new_job(digits_home, digits, epochs=2, start=start, **own)
    assert train_until(job, digits, math.inf) == "done"
    assert trained == [(False, False)] * 6 + [(True, False)] * 15 + [(True, True)] * 9
    for made in (job, first):
        digits_home.delete(made)
