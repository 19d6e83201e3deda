"""Training LeNet on MNIST with everything on, against the bare loop and against ``fit``.

All three train the same network on the same records with the same batch size and optimizer. Ours
writes events, progress, TensorBoard files and a checkpoint an epoch, and takes commands; the
references do nothing but train. Validation, which the references do not do, and compiling are not
counted.
"""

from __future__ import annotations

import statistics
import time

import numpy as np

import workbench as wb
from benchmarks import digits
from benchmarks.timing import in_turns, ratio, report

_BATCH = 64
# Short rounds, many of them: a machine's speed drifts by more than what is measured here.
_STEPS = 96
_PER_CALL = 48
_ROUNDS = 12


def run() -> None:
    """Print the ratios."""
    config = wb.TrainConfig(dataset=digits.dataset().id, batch_size=_BATCH, seed=1, epochs=10_000)
    ours, bare, fit = _ours(config), _bare(config), _fit(config)
    for train in (ours, bare, fit):
        train()  # compiles
    speeds = in_turns([ours, bare, fit], _ROUNDS)
    for name, target, reference in (("bare K-step loop", "≥ 0.95", 1), ("plain fit", "≥ 1.10", 2)):
        figures = " vs ".join(f"{statistics.median(speeds[i]):,.0f}" for i in (0, reference))
        report(
            f"training / {name}", ratio(speeds[0], speeds[reference]), target, f"{figures} images/s"
        )


def _ours(config):
    """A stretch of a real run, its directory and all; the run goes on at every call."""
    from workbench.jobs import EventWriter, Home, JobContext
    from workbench.training.pipeline import training_batches
    from workbench.training.tensorboard import TensorBoard
    from workbench.training.trainer import Trainer

    job = Home().create_job("run", "bench", config.to_dict())
    context = JobContext(job, EventWriter(job.path / "events.jsonl"))
    trainer = Trainer(config, digits.dataset(), context)
    trainer._build()
    trainer._announce()
    trainer._board = TensorBoard(job.path / "tensorboard").__enter__()
    split = digits.dataset().splits["train"]
    batches = iter(training_batches(split.images, split.targets, trainer.order, 0, trainer.total))

    def stretch() -> float:
        start, first = time.perf_counter(), trainer.state.step
        while trainer.state.step < first + _STEPS:
            context.stop_requested()
            trainer._advance(batches)
            if trainer._due(config.snapshot_interval, trainer.state.saved):
                trainer._save()
        return _BATCH * (trainer.state.step - first) / (time.perf_counter() - start)

    return stretch


def _model(config):
    from workbench.training.model import build_model

    return build_model(config, digits.dataset())


def _bare(config):
    """The loop one would write by hand: K steps a call over a shuffled ``tf.data`` pipeline."""
    import keras
    import tensorflow as tf

    model = _model(config)
    optimizer = keras.optimizers.SGD(0.01, momentum=0.9)
    optimizer.build(model.trainable_variables)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    split = digits.dataset().splits["train"]
    images, targets = split.images, split.targets

    def gather(places):
        return images[places], targets[places]

    def load(places):
        x, y = tf.numpy_function(gather, [places], (tf.uint8, tf.int64), stateful=False)
        x.set_shape([None, 28, 28, 1])
        y.set_shape([None])
        return x, y

    data = tf.data.Dataset.range(len(split)).shuffle(len(split), seed=1).repeat().batch(_BATCH)
    batches = iter(data.map(load, num_parallel_calls=2).prefetch(4))

    @tf.function
    def steps(batches):
        value = tf.constant(0.0)
        for _ in tf.range(_PER_CALL):
            x, y = next(batches)
            with tf.GradientTape() as tape:
                value = loss(y, model(tf.cast(x, tf.float32), training=True))
            variables = [variable.value for variable in model.trainable_variables]
            optimizer.apply(tape.gradient(value, variables), model.trainable_variables)
        return value

    def stretch() -> float:
        start, calls = time.perf_counter(), _STEPS // _PER_CALL
        for _ in range(calls):
            float(steps(batches))
        return _BATCH * calls * _PER_CALL / (time.perf_counter() - start)

    return stretch


def _fit(config):
    """Keras as its guide has it: arrays in memory, ``compile``, ``fit``."""
    import keras

    model = _model(config)
    model.compile(
        keras.optimizers.SGD(0.01, momentum=0.9),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    split = digits.dataset().splits["train"]
    count = _STEPS * _BATCH
    images, targets = np.asarray(split.images[:count]), np.asarray(split.targets[:count])

    def stretch() -> float:
        start = time.perf_counter()
        model.fit(images, targets, batch_size=_BATCH, verbose=0)
        return len(images) / (time.perf_counter() - start)

    return stretch
