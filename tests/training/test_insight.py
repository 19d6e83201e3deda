"""Layers are watched while a run goes on, and their health is told."""

import numpy as np
import pytest

import workbench as wb
from workbench.errors import InvalidValue, NotFound
from workbench.inference import Predictor
from workbench.inference.recorded import layers_of
from workbench.jobs import EventWriter, JobContext
from workbench.training.layer_records import load_look, looks
from workbench.training.trainer import Trainer
from workbench.training.watch import Watch

CONFIG = {"epochs": 2, "batch_size": 32, "seed": 11, "learning_rate": 0.02}


@pytest.fixture
def job(digits_home, digits):
    config = wb.TrainConfig(dataset=digits.id, **CONFIG)
    made = digits_home.create_job("run", "watched", config.to_dict(), parents=[digits.id])
    yield made
    digits_home.delete(made)


class Wishing(JobContext):
    """A context to which a wish arrives once a step is reached."""

    def __init__(self, job, writer, step, **values):
        super().__init__(job, writer)
        self._at, self._values, self.trainer = step, values, None

    def stop_requested(self):
        if self._values and self.trainer.state.step >= self._at:
            self.job.send("watch", **self._values)
            self._values, self._polled_at = {}, 0.0
        return super().stop_requested()


def train(job, dataset, step=0, **values):
    with EventWriter(job.path / "events.jsonl") as writer:
        context = Wishing(job, writer, step, **values)
        config = wb.TrainConfig.from_dict(job.config)
        context.trainer = trainer = Trainer(config, dataset, context)
        trainer.run()
    return trainer


def events(job, kind):
    return [event for event in job.events()[0] if event["type"] == kind]


def test_convolutions_are_recorded_at_every_validation(job, digits):
    trainer = train(job, digits)
    first, last = [load_look(path) for path in looks(job.path)]
    assert [first.epoch, last.epoch] == [1.0, 2.0]
    assert [e["file"] for e in events(job, "layers")] == [p.name for p in looks(job.path)]
    assert (last.split, last.index) == ("val", 0)
    np.testing.assert_array_equal(last.pixels, digits.splits["val"].images[0])
    assert [layer.name for layer in last.layers] == ["conv1", "conv2"]
    # As the finished network itself has and does it.
    predictor = Predictor(trainer.model, digits.labels, digits.image)
    result = predictor.classify(last.pixels, layers=True)
    for name in ("conv1", "conv2"):
        seen, truth = layers_of(last)[name], result.layers[name]
        assert seen.parameters == truth.parameters
        np.testing.assert_allclose(seen.activation, truth.activation, atol=2e-3)
        np.testing.assert_allclose(seen.weights["kernel"], truth.weights["kernel"], atol=2e-3)
    assert not np.allclose(first.layers[0].activation, last.layers[0].activation)


def test_a_wish_is_obeyed_at_once_and_held_after_a_restart(job, digits):
    watch = Watch(("fc1",), "train", 5)
    train(job, digits, step=3, **watch.to_dict())
    steps = [load_look(path).step for path in looks(job.path)]
    assert steps[0] < 15 and steps[1:] == [15, 30]
    for path in looks(job.path):
        look = load_look(path)
        assert [layer.name for layer in look.layers] == ["fc1"]
        assert (look.split, look.index) == ("train", 5)
    assert Watch.of(job.events()[0]) == watch


@pytest.mark.parametrize(
    ("watch", "text"),
    [
        (Watch(("conv9",)), "the network has no 'conv9'"),
        (Watch(split="moon"), "split must be one of"),
        (Watch(split="val", index=90), "index must be 0–89"),
    ],
)
def test_a_wish_that_cannot_be_obeyed_is_refused_in_the_log(job, digits, watch, text):
    train(job, digits, step=3, **watch.to_dict())
    assert any(text in event["text"] for event in events(job, "log"))
    assert [load_look(path).step for path in looks(job.path)] == [15, 30]


def test_a_watch_is_checked_when_it_is_made():
    with pytest.raises(InvalidValue, match="at most 8 are watched at once, got 9"):
        Watch(tuple("abcdefghi"))
    with pytest.raises(InvalidValue, match="index must be"):
        Watch(index=-1)


def test_the_run_is_asked_what_was_recorded(job, digits):
    train(job, digits)
    run = wb.run(job.id, home=wb.Home(job.path.parents[1]))
    assert list(run.layers()) == ["input", "conv1", "conv2"]
    assert run.layers(1.0)["conv1"].activation.shape == (24, 24, 20)
    with pytest.raises(NotFound, match=r"no layers recorded at epoch 7; recorded are: 1, 2"):
        run.layers(7)
    with pytest.raises(NotFound, match="no 'conv9'"):
        run.watch("conv9")
    run.watch("fc1", index=4)
    assert Watch.of(job.events()[0]) == Watch(("fc1",), "val", 4)


def test_dead_layers_are_told_once(digits_home, digits):
    config = wb.TrainConfig(dataset=digits.id, **(CONFIG | {"learning_rate": 0.5, "epochs": 3}))
    job = digits_home.create_job("run", "dying", config.to_dict(), parents=[digits.id])
    train(job, digits)
    told = events(job, "health")
    assert told and all(f["verdict"] for event in told for f in event["layers"])
    names = {f["name"] for event in told for f in event["layers"]}
    warnings = [e["text"] for e in events(job, "log") if e["level"] == "warning"]
    assert len(warnings) == len(set(warnings)) and {w.split()[0] for w in warnings} == names
    run = wb.run(job.id, home=digits_home)
    assert len(run.findings) == len(told[-1]["layers"])
    digits_home.delete(job)
