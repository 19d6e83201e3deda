"""Augmentation: what it costs LeNet's training, and how fast it is beside two other ways.

What is on is what people usually turn on: mirroring, rotation, scale, shift, contrast and noise.
The other ways make the same changes: TensorFlow's operations on a batch in ``Dataset.map``, with
one interpolation as ours has, and Keras' layers, which interpolate for each of the three. They are
compared by processor time, for that is what training is deprived of.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import workbench as wb
from benchmarks import digits
from benchmarks.timing import in_turns, ratio, report

_BATCH = 64
_PER_CALL = 48
_ROUNDS = 12
_FEEDING_ROUNDS = 3
_ENDLESS = 1_000_000
_ON = {
    "flip": "horizontal",
    "rotation": 10.0,
    "rescale": 0.1,
    "shift": 0.05,
    "contrast": 0.2,
    "noise": 0.05,
}


def run() -> None:
    """Print the ratios."""
    _training()
    for side, channels, steps in ((28, 1, 128), (224, 3, 4)):
        _feeding(side, channels, steps)


def _training() -> None:
    """LeNet on the digits, with augmentation against without."""
    with_it, without = _lenet(True), _lenet(False)
    for train in (with_it, without):
        train()  # compiles
    speeds = in_turns([with_it, without], _ROUNDS)
    figures = " vs ".join(f"{statistics.median(s):,.0f}" for s in speeds)
    report("augmentation / LeNet at 28² with it", ratio(*speeds), "≥ 0.85", f"{figures} images/s")


def _lenet(augmented: bool) -> Callable[[], float]:
    """Some steps of the loop one would write by hand; gives images a second."""
    import keras
    import tensorflow as tf

    from workbench.training.model import build_model
    from workbench.training.pipeline import Order, training_batches

    dataset = digits.dataset()
    config = wb.TrainConfig(dataset=dataset.id, seed=1)
    model = build_model(config, dataset)
    optimizer = keras.optimizers.SGD(0.01, momentum=0.9)
    optimizer.build(model.trainable_variables)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    split = dataset.splits["train"]
    order = Order(len(split), _BATCH, seed=1)
    augment = _augmenter(dataset.image.shape) if augmented else None
    batches = iter(training_batches(split.images, split.targets, order, 0, _ENDLESS, augment))

    @tf.function
    def steps(batches: Iterator[Any]) -> tf.Tensor:
        value = tf.constant(0.0)
        for _ in tf.range(_PER_CALL):
            x, y = next(batches)
            with tf.GradientTape() as tape:
                value = loss(y, model(tf.cast(x, tf.float32), training=True))
            variables = [variable.value for variable in model.trainable_variables]
            optimizer.apply(tape.gradient(value, variables), model.trainable_variables)
        return value

    def stretch() -> float:
        start = time.perf_counter()
        for _ in range(2):
            float(steps(batches))
        return 2 * _BATCH * _PER_CALL / (time.perf_counter() - start)

    return stretch


def _augmenter(shape: tuple[int, int, int]) -> Any:
    from workbench.training.augmentation import Augmentation
    from workbench.training.augmentation.augmenter import Augmenter

    return Augmenter(Augmentation(**_ON), 0, 1, (0, 255), shape)


def _feeding(side: int, channels: int, steps: int) -> None:
    """Reading and changing images that nobody trains on, in three ways."""
    from workbench.training.pipeline import Order, training_batches

    random = np.random.default_rng(0)
    images = random.integers(0, 256, (4 * _BATCH, side, side, channels), np.uint8)
    targets = np.zeros(len(images), np.int64)
    order = Order(len(images), _BATCH, seed=1)
    ours = training_batches(images, targets, order, 0, steps, _augmenter(images.shape[1:]))
    plain = training_batches(images, targets, order, 0, steps)
    other_ways = {"TensorFlow's operations": _operations(), "Keras' layers": _layers()}
    measures = [_reading(ours)] + [
        _reading(plain.map(change, num_parallel_calls=2).prefetch(8))
        for change in other_ways.values()
    ]
    for read in measures:
        read()
    speeds = in_turns(measures, _FEEDING_ROUNDS)
    for name, theirs in zip(other_ways, speeds[1:], strict=True):
        figures = f"{statistics.median(speeds[0]):,.0f} vs {statistics.median(theirs):,.0f}"
        what = f"augmentation / {side}², against {name}"
        report(what, ratio(speeds[0], theirs), "≥ 1", f"{figures} images/processor second")


def _reading(batches: Any) -> Callable[[], float]:
    """From the first batch to the last, so that none was ready before."""

    def stretch() -> float:
        start = time.process_time()
        images = sum(len(targets) for _, targets in batches)
        return images / (time.process_time() - start)

    return stretch


def _operations() -> Callable[..., Any]:
    """The changes as TensorFlow's operations on a whole batch."""
    import tensorflow as tf

    def change(x: tf.Tensor, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        count, side = tf.shape(x)[0], x.shape[1]
        seed = tf.stack([tf.cast(y[0], tf.int32), 1])

        def normal(number: int) -> tf.Tensor:
            return tf.random.stateless_normal([count], seed + number)

        angle, scale = normal(0) * np.deg2rad(_ON["rotation"]), tf.exp(normal(1) * _ON["rescale"])
        mirror = tf.where(normal(2) < 0, -1.0, 1.0)
        cosine, sine = tf.cos(angle) / scale, tf.sin(angle) / scale
        middle, zero = (side - 1) / 2, tf.zeros_like(angle)
        right, down = (normal(number) * _ON["shift"] * side for number in (3, 4))
        matrix = [
            mirror * cosine,
            -mirror * sine,
            middle - mirror * (cosine * (middle + right) - sine * (middle + down)),
            sine,
            cosine,
            middle - sine * (middle + right) - cosine * (middle + down),
            zero,
            zero,
        ]
        x = tf.raw_ops.ImageProjectiveTransformV3(
            images=tf.cast(x, tf.float32), transforms=tf.stack(matrix, -1),
            output_shape=tf.shape(x)[1:3], interpolation="BILINEAR", fill_mode="NEAREST",
            fill_value=0.0,
        )  # fmt: skip
        factor = tf.reshape(1 + normal(5) * _ON["contrast"], [-1, 1, 1, 1])
        mean = tf.reduce_mean(x, axis=[1, 2, 3], keepdims=True)
        noise = tf.random.stateless_normal(tf.shape(x), seed + 6) * (255 * _ON["noise"])
        x = tf.clip_by_value(mean + factor * (x - mean) + noise, 0, 255)
        return tf.cast(tf.round(x), tf.uint8), y

    return change


def _layers() -> Callable[..., Any]:
    """The changes as Keras' layers; their numbers are deviations or half widths as they go."""
    import keras
    import tensorflow as tf

    changes = keras.Sequential(
        [
            keras.layers.RandomFlip("horizontal"),
            keras.layers.RandomRotation(_ON["rotation"] / 360, fill_mode="nearest"),
            keras.layers.RandomZoom(_ON["rescale"], fill_mode="nearest"),
            keras.layers.RandomTranslation(_ON["shift"], _ON["shift"], fill_mode="nearest"),
            keras.layers.RandomContrast(_ON["contrast"], value_range=(0, 1)),
            keras.layers.GaussianNoise(_ON["noise"]),
        ]
    )

    def change(x: tf.Tensor, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        x = changes(tf.cast(x, tf.float32) / 255, training=True)
        return tf.cast(tf.round(tf.clip_by_value(255 * x, 0, 255)), tf.uint8), y

    return change
