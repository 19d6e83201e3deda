"""Training with everything on, against the bare loop and against ``fit``.

All train the same network on the same records with the same batch size and optimizer. Ours
writes events, progress, TensorBoard files and a checkpoint an epoch, and takes commands; the
references do nothing but train. Validation, which the references do not do, and compiling are not
counted.
"""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

import workbench as wb
from benchmarks import digits
from benchmarks.timing import in_turns, ratio, report

if TYPE_CHECKING:
    import tensorflow as tf

    from workbench.jobs import Job


@dataclass(frozen=True)
class Case:
    """What is trained, and how it is measured: short rounds, and many of them.

    A machine's speed drifts by more than what is measured here.

    Attributes:
        steps: of a round.
        per_call: steps of a graph call of the bare loop.
    """

    title: str
    dataset: wb.Dataset
    config: wb.TrainConfig
    steps: int
    per_call: int
    rounds: int


def run() -> None:
    """Print the ratios."""
    lenet = _lenet()
    speeds = _measure(lenet, [_ours(lenet), _bare(lenet), _fit(lenet)])
    _print(lenet, "bare K-step loop", "≥ 0.98", speeds[0], speeds[1])
    _print(lenet, "plain fit", "≥ 1.10", speeds[0], speeds[2])
    heavy = _resnet50()
    _print(heavy, "bare loop", "≥ 0.98", *_measure(heavy, [_ours(heavy), _bare(heavy)]))


def _lenet() -> Case:
    config = wb.TrainConfig(
        dataset=digits.dataset().id,
        batch_size=64,
        seed=1,
        epochs=10_000,
        validation_interval=10_000,
    )
    return Case("LeNet on MNIST", digits.dataset(), config, steps=96, per_call=48, rounds=12)


def _resnet50() -> Case:
    random = np.random.default_rng(1)
    images = random.integers(0, 256, (640, 64, 64, 3), np.uint8)
    targets = np.arange(640) % 10
    with tempfile.TemporaryDirectory() as folder:
        np.savez(f"{folder}/noise.npz", x_train=images, y_train=targets)
        dataset = wb.create_dataset(
            "noise",
            wb.Arrays(f"{folder}/noise.npz"),
            image=wb.ImageFormat(width=64, height=64, channels=3),
            runner="synchronous",
        )
    config = wb.TrainConfig(
        dataset=dataset.id, network="resnet50", batch_size=32, seed=1, epochs=1000,
        snapshot_interval=10, validation_interval=1000,
    )  # fmt: skip
    return Case("ResNet-50 at 64²", dataset, config, steps=4, per_call=1, rounds=8)


def _measure(case: Case, ways: list[Callable[[], float]]) -> list[list[float]]:
    for train in ways:
        train()  # compiles
    return in_turns(ways, case.rounds)


def _print(case: Case, name: str, target: str, ours: list[float], theirs: list[float]) -> None:
    figures = f"{statistics.median(ours):,.0f} vs {statistics.median(theirs):,.0f} images/s"
    report(f"training / {case.title} / {name}", ratio(ours, theirs), target, figures)


def _ours(case: Case) -> Callable[[], float]:
    """Stretches of one real run, its directory and all."""
    from workbench.jobs import Home

    job = Home().create_job("run", "bench", case.config.to_dict(), parents=[case.dataset.id])
    gate = Gate()
    threading.Thread(target=_train, args=[job, case, gate], daemon=True).start()

    def stretch() -> float:
        start, first = time.perf_counter(), gate.step
        gate.go_on_to(first + case.steps)
        return case.config.batch_size * (gate.step - first) / (time.perf_counter() - start)

    return stretch


def _train(job: Job, case: Case, gate: Gate) -> None:
    from workbench.jobs import EventWriter, JobContext
    from workbench.training.trainer import Trainer

    class Gated(JobContext):
        def stop_requested(self) -> bool:
            gate.wait_at(trainer.state.step)
            return super().stop_requested()

    with EventWriter(job.path / "events.jsonl") as events:
        trainer = Trainer(case.config, case.dataset, Gated(job, events))
        try:
            trainer.run()
        finally:
            gate.broken = True


class Gate:
    """Where a run waits between two stretches."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.step, self._goal = 0, 0
        self.broken = False

    def go_on_to(self, step: int) -> None:
        """Let the run go on, and wait until it has done that step."""
        with self._changed:
            self._goal = step
            self._changed.notify_all()
            while not self._changed.wait_for(lambda: self.step >= step, timeout=1):
                assert not self.broken, "the run has ended; its traceback is above"

    def wait_at(self, step: int) -> None:
        """The run has done ``step`` and waits if that was the goal."""
        with self._changed:
            self.step = step
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._goal > step)


def _bare(case: Case) -> Callable[[], float]:
    """The loop one would write by hand: K steps a call over a shuffled ``tf.data`` pipeline."""
    import keras
    import tensorflow as tf

    from workbench.training.model import build_model

    model = build_model(case.config, case.dataset)
    optimizer = keras.optimizers.SGD(0.01, momentum=0.9)
    optimizer.build(model.trainable_variables)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    split, batch = case.dataset.splits["train"], case.config.batch_size
    images, targets = split.images, split.targets

    def gather(places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return images[places], targets[places]

    def load(places: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        x, y = tf.numpy_function(gather, [places], (tf.uint8, tf.int64), stateful=False)
        x.set_shape([None, *images.shape[1:]])
        y.set_shape([None])
        return x, y

    data = tf.data.Dataset.range(len(split)).shuffle(len(split), seed=1).repeat().batch(batch)
    batches = iter(data.map(load, num_parallel_calls=2).prefetch(4))

    @tf.function
    def steps(batches: Iterator[Any]) -> tf.Tensor:
        value = tf.constant(0.0)
        for _ in tf.range(case.per_call):
            x, y = next(batches)
            with tf.GradientTape() as tape:
                value = loss(y, model(tf.cast(x, tf.float32), training=True))
            variables = [variable.value for variable in model.trainable_variables]
            optimizer.apply(tape.gradient(value, variables), model.trainable_variables)
        return value

    def stretch() -> float:
        start, calls = time.perf_counter(), case.steps // case.per_call
        for _ in range(calls):
            float(steps(batches))
        return batch * calls * case.per_call / (time.perf_counter() - start)

    return stretch


def _fit(case: Case) -> Callable[[], float]:
    """Keras as its guide has it: arrays in memory, ``compile``, ``fit``."""
    import keras

    from workbench.training.model import build_model

    model = build_model(case.config, case.dataset)
    model.compile(
        keras.optimizers.SGD(0.01, momentum=0.9),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    split, batch = case.dataset.splits["train"], case.config.batch_size
    count = case.steps * batch
    images, targets = np.asarray(split.images[:count]), np.asarray(split.targets[:count])

    def stretch() -> float:
        start = time.perf_counter()
        model.fit(images, targets, batch_size=batch, verbose=0)
        return len(images) / (time.perf_counter() - start)

    return stretch
