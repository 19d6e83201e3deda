"""The training loop: many steps in one graph call.

K steps run per call, K such that a call takes about a quarter of a second: long enough that
Python costs nothing, short enough that Stop is prompt and curves are fresh. Nothing that is
computed depends on K.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.tasks import Task

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

_CALL_S = 0.25
_MOST_STEPS = 1024


class Loop:
    """Trains and evaluates one model; holds the compiled graphs.

    Args:
        model: from raw pixels to raw outputs.
        optimizer: built for the model's trainable variables.
        task: gives loss and metrics.
    """

    def __init__(self, model: keras.Model, optimizer: keras.Optimizer, task: Task) -> None:
        import tensorflow as tf

        self.model, self.optimizer = model, optimizer
        self._loss, self._metrics = task.loss(), task.metrics()
        self._train = tf.function(self._train_steps, reduce_retracing=True)
        self._evaluate = tf.function(self._evaluate_steps, reduce_retracing=True)

    @property
    def variables(self) -> list[keras.Variable]:
        """Everything that training changes: weights, dropout state, optimizer slots."""
        return [*self.model.variables, *self.optimizer.variables]

    def train(self, batches: Iterator[Any], rates: Sequence[float]) -> np.ndarray:
        """Do ``len(rates)`` steps; return each step's loss, float32."""
        import tensorflow as tf

        return self._train(batches, tf.constant(rates, tf.float32)).numpy()

    def evaluate(self, batches: Iterator[Any], count: int) -> Iterator[int]:
        """Evaluate ``count`` batches, yielding how many are done about four times a second."""
        import tensorflow as tf

        self._loss_sum, self._images = 0.0, 0
        for metric in self._metrics:
            metric.reset_state()
        done, pace = 0, StepsPerCall()
        while done < count:
            with pace.timed(min(pace.steps, count - done)) as steps:
                loss, images = self._evaluate(batches, tf.constant(steps))
                self._loss_sum += float(loss)
                self._images += int(images)
            done += steps
            yield done

    def results(self) -> dict[str, float]:
        """Loss and metrics of what was evaluated, as means over its images."""
        figures = {metric.name: float(metric.result()) for metric in self._metrics}
        return {"loss": self._loss_sum / max(1, self._images), **figures}

    def _train_steps(self, batches: Iterator[Any], rates: tf.Tensor) -> tf.Tensor:
        import tensorflow as tf

        losses = tf.TensorArray(tf.float32, size=tf.size(rates))
        for i in tf.range(tf.size(rates)):
            images, targets = next(batches)
            losses = losses.write(i, self._step(images, targets, rates[i]))
        return losses.stack()

    def _step(self, images: tf.Tensor, targets: tf.Tensor, rate: tf.Tensor) -> tf.Tensor:
        import tensorflow as tf

        with tf.GradientTape() as tape:
            outputs = self.model(tf.cast(images, tf.float32), training=True)
            loss = tf.reduce_mean(self._loss(targets, outputs))
        weights = self.model.trainable_variables
        gradients = tape.gradient(loss, [weight.value for weight in weights])
        self.optimizer.learning_rate.assign(rate)
        self.optimizer.apply(gradients, weights)
        return loss

    def _evaluate_steps(self, batches: Iterator[Any], steps: tf.Tensor) -> tuple[Any, Any]:
        import tensorflow as tf

        total, count = tf.constant(0.0, tf.float64), tf.constant(0)
        for _ in tf.range(steps):
            images, targets = next(batches)
            outputs = self.model(tf.cast(images, tf.float32), training=False)
            total += tf.reduce_sum(tf.cast(self._loss(targets, outputs), tf.float64))
            count += tf.shape(images)[0]
            for metric in self._metrics:
                metric.update_state(targets, outputs)
        return total, count


class StepsPerCall:
    """How many steps to do in one call so that it takes about a quarter of a second."""

    def __init__(self) -> None:
        self.steps = 1
        self._warm = False

    def timed(self, steps: int) -> _Timed:
        """Time a call of ``steps`` steps and learn from it."""
        return _Timed(self, steps)

    def learn(self, steps: int, seconds: float) -> None:
        """Take into account that ``steps`` steps took ``seconds``."""
        if not self._warm:  # the first call compiles
            self._warm = True
            return
        fitting = int(_CALL_S * steps / max(seconds, 1e-6))
        # At most eightfold at once: a single step says little about many.
        self.steps = max(1, min(fitting, 8 * self.steps, _MOST_STEPS))


class _Timed:
    def __init__(self, pace: StepsPerCall, steps: int) -> None:
        self._pace, self._steps = pace, steps

    def __enter__(self) -> int:
        self._start = time.perf_counter()
        return self._steps

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self._pace.learn(self._steps, time.perf_counter() - self._start)
