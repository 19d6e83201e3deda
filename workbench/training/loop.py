"""The training loop: many steps in one graph call, on one device or several.

K steps run per call, K such that a call takes about a quarter of a second: long enough that
Python costs nothing, short enough that Stop is prompt and curves are fresh. Nothing that is
computed depends on K.

A step's gradient is the mean over all its images, whether they go through the network at once, in
several parts one after the other (accumulation), or on several devices beside each other. Divided
they give the same gradient, but for batch normalization, which takes the statistics of each part,
and dropout, which draws noise of its own for each.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.tasks import Task
from workbench.training.averages import Averages

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

_CALL_S = 0.25
_MOST_STEPS = 1024
# Each further output of a network is an auxiliary head (Szegedy et al., 2015).
_AUXILIARY_SHARE = 0.3


@dataclass(frozen=True)
class Objective:
    """What a step makes smaller.

    Attributes:
        loss: of targets and raw outputs, one value an example.
        class_weights: a factor for the examples of each class, float32 ``(classes,)``, or None.
        clip_norm, clip_value: as in the configuration; 0 is without limit.
    """

    loss: Callable[[Any, Any], Any]
    class_weights: np.ndarray | None = None
    clip_norm: float = 0.0
    clip_value: float = 0.0


class Loop:
    """Trains and evaluates one model; holds the compiled graphs.

    Args:
        model: from raw pixels to raw outputs; what is evaluated.
        core: what is trained: shares the model's weights, may take cut images and may give
            further outputs.
        optimizer: built for the weights that are trained.
        task: gives the loss that is reported and the metrics.
        objective: what training makes smaller.
        strategy: the devices; None for the one there is.
        parts: into how many parts, one after the other, a device divides its share of a step.
    """

    def __init__(
        self,
        model: keras.Model,
        core: keras.Model,
        optimizer: keras.Optimizer,
        task: Task,
        objective: Objective,
        strategy: tf.distribute.Strategy | None = None,
        parts: int = 1,
    ) -> None:
        import tensorflow as tf

        self.model, self.core, self.optimizer = model, core, optimizer
        self.objective, self._parts = objective, parts
        self._strategy = strategy or tf.distribute.get_strategy()
        self._usual = strategy is None
        self._replicas = self._strategy.num_replicas_in_sync
        self._loss, self._metrics = task.loss(), task.metrics()
        self._evaluate = tf.function(self._evaluate_steps, reduce_retracing=True)
        self._sums: list[tf.Variable] = []
        self._multipliers: Mapping[str, float] | None = None
        # As long as all are trained: those of a held normalization leave the model's list.
        self._weights = list(core.trainable_variables)
        self._averages = Averages(optimizer, self._weights)
        self.choose({})

    def choose(self, multipliers: Mapping[str, float]) -> None:
        """Say how gently each weight is trained from now on.

        Args:
            multipliers: factor of the rate by the weight's path; 1 where none is given, 0 leaves
                a weight as it is.
        """
        import tensorflow as tf

        if multipliers == self._multipliers:
            return
        self._multipliers = dict(multipliers)
        factors = [multipliers.get(weight.path, 1.0) for weight in self._weights]
        weights = zip(self._weights, factors, strict=True)
        self._trained = [(weight, factor) for weight, factor in weights if factor > 0]
        if self._parts > 1:
            with self._strategy.scope():
                self._sums = [_sum_of(weight) for weight, _ in self._trained]
        self._train = tf.function(self._train_steps, reduce_retracing=True)

    @property
    def variables(self) -> list[keras.Variable]:
        """Everything that training changes: weights, dropout state, optimizer slots."""
        return [*self.core.variables, *self.optimizer.variables]

    def average_places(self) -> list[tuple[int, int]]:
        """Where among ``variables`` each weight is and where its moving average, if one is kept."""
        pairs = self._averages.pairs
        places = {id(variable): place for place, variable in enumerate(self.variables)}
        return [(places[id(weight)], places[id(average)]) for weight, average in pairs]

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """Within the block the weights are their moving averages, where those are kept."""
        before = [(weight, np.asarray(weight)) for weight, _ in self._averages.pairs]
        for weight, average in self._averages.pairs:
            weight.assign(average)
        try:
            yield
        finally:
            for weight, value in before:
                weight.assign(value)

    def train(
        self, batches: Iterator[Any], rates: Sequence[float], counts: Sequence[int]
    ) -> np.ndarray:
        """Do ``len(rates)`` steps; return each step's loss, float32.

        Args:
            batches: the parts of each step, one after the other.
            rates: the rate of each step.
            counts: how many images each step has.
        """
        import tensorflow as tf

        rates_, counts_ = tf.constant(rates, tf.float32), tf.constant(counts, tf.float32)
        return self._train(batches, rates_, counts_).numpy()

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

    def _train_steps(self, batches: Iterator[Any], rates: tf.Tensor, counts: tf.Tensor) -> Any:
        import tensorflow as tf

        losses = tf.TensorArray(tf.float32, size=tf.size(rates))
        for i in tf.range(tf.size(rates)):
            losses = losses.write(i, self._step(batches, rates[i], counts[i]))
        return losses.stack()

    def _step(self, batches: Iterator[Any], rate: tf.Tensor, count: tf.Tensor) -> tf.Tensor:
        import tensorflow as tf

        if self._parts == 1:
            return self._on_all(self._train_on, next(batches), rate, count)
        loss = tf.constant(0.0)
        for part in tf.range(self._parts):
            loss += self._on_all(self._add_up, next(batches), count, part)
        self._on_all(self._apply_sums, rate)
        return loss

    def _on_all(self, call: Callable[..., Any], *arguments: Any) -> Any:
        """Call on every device; the sum of what they return."""
        import tensorflow as tf

        if self._usual:
            return call(*arguments)
        results = self._strategy.run(call, arguments)
        if self._replicas == 1:
            return results
        return self._strategy.reduce(tf.distribute.ReduceOp.SUM, results, axis=None)

    def _train_on(self, batch: tuple[Any, ...], rate: tf.Tensor, count: tf.Tensor) -> tf.Tensor:
        loss, gradients = self._gradients(batch, count)
        self._apply(gradients, rate)
        return loss

    def _add_up(self, batch: tuple[Any, ...], count: tf.Tensor, part: tf.Tensor) -> tf.Tensor:
        loss, gradients = self._gradients(batch, count, part)
        for total, gradient in zip(self._sums, gradients, strict=True):
            if gradient is not None:
                total.assign_add(gradient)
        return loss

    def _apply_sums(self, rate: tf.Tensor) -> tf.Tensor:
        import tensorflow as tf

        self._apply([total.read_value() for total in self._sums], rate)
        for total in self._sums:
            total.assign(tf.zeros_like(total))
        return tf.constant(0.0)

    def _gradients(
        self, batch: tuple[Any, ...], count: tf.Tensor, part: tf.Tensor | int = 0
    ) -> tuple[Any, list[Any]]:
        """The loss of one part, as its share of the mean over the ``count`` images of a step."""
        import tensorflow as tf

        images, targets, *mixed = batch
        with tf.GradientTape() as tape:
            outputs = self.core(tf.cast(images, tf.float32), training=True)
            outputs = outputs if isinstance(outputs, list | tuple) else [outputs]
            loss = self._loss_of(targets, outputs[0], mixed)
            for auxiliary in outputs[1:]:
                loss += _AUXILIARY_SHARE * self._loss_of(targets, auxiliary, mixed)
            counts = self._counts(part, count)
            loss *= counts / count
            if self.core.losses:
                share = counts * tf.cast(tf.shape(images)[0], tf.float32) / count
                loss += share * tf.add_n([tf.cast(own, tf.float32) for own in self.core.losses])
            scaled = self.optimizer.scale_loss(loss)
        weights = [weight.value for weight, _ in self._trained]
        return loss, tape.gradient(scaled, weights)

    def _counts(self, part: tf.Tensor | int, count: tf.Tensor) -> tf.Tensor:
        """1, or 0 for the stand-in where a step has fewer images than it has parts."""
        import tensorflow as tf

        if self._parts * self._replicas == 1:
            return tf.constant(1.0)
        device = 0
        if self._replicas > 1:
            device = tf.distribute.get_replica_context().replica_id_in_sync_group
        place = tf.cast(part * self._replicas + device, tf.float32)
        return tf.cast(place < count, tf.float32)

    def _loss_of(self, targets: tf.Tensor, outputs: tf.Tensor, mixed: Sequence[Any]) -> tf.Tensor:
        """The sum over images; mixed images have two targets and the share of the first."""
        import tensorflow as tf

        losses = self._weighted(targets, outputs)
        if mixed:
            others, share = mixed
            losses = share * losses + (1 - share) * self._weighted(others, outputs)
        return tf.reduce_sum(losses)

    def _weighted(self, targets: tf.Tensor, outputs: tf.Tensor) -> tf.Tensor:
        import tensorflow as tf

        losses = tf.cast(self.objective.loss(targets, tf.cast(outputs, tf.float32)), tf.float32)
        if self.objective.class_weights is None:
            return losses
        return losses * tf.gather(tf.constant(self.objective.class_weights), targets)

    def _apply(self, gradients: list[Any], rate: tf.Tensor) -> None:
        """Change the weights by the sum of the devices' gradients."""
        import tensorflow as tf

        self.optimizer.learning_rate.assign(rate)
        if self._replicas > 1:
            context = tf.distribute.get_replica_context()
            summed = context.all_reduce(tf.distribute.ReduceOp.SUM, gradients)
            # The optimizer adds up over devices once more.
            gradients = [g / self._replicas for g in self._clipped(summed)]
        else:
            gradients = self._clipped(gradients)
        weights = [weight for weight, _ in self._trained]
        steps = self._averages.steps()
        before = [tf.identity(w.value) if f != 1 else None for w, f in self._trained]
        self.optimizer.apply(gradients, weights)
        for (weight, factor), old in zip(self._trained, before, strict=True):
            if old is not None:
                weight.assign(old + factor * (weight.value - old))
        self._averages.follow(steps)

    def _clipped(self, gradients: list[Any]) -> list[Any]:
        import tensorflow as tf

        objective, scale = self.objective, self.optimizer.loss_scale_factor
        unit = 1.0 if scale is None else tf.cast(scale, tf.float32)
        if objective.clip_value:
            limit = objective.clip_value * unit
            gradients = [g if g is None else tf.clip_by_value(g, -limit, limit) for g in gradients]
        if objective.clip_norm:
            gradients, _ = tf.clip_by_global_norm(gradients, objective.clip_norm * unit)
        return gradients

    def _evaluate_steps(self, batches: Iterator[Any], steps: tf.Tensor) -> tuple[Any, Any]:
        import tensorflow as tf

        total, count = tf.constant(0.0, tf.float64), tf.constant(0)
        for _ in tf.range(steps):
            images, targets = next(batches)
            with self._first_device():
                outputs = self.model(tf.cast(images, tf.float32), training=False)
                total += tf.reduce_sum(tf.cast(self._loss(targets, outputs), tf.float64))
            count += tf.shape(images)[0]
            for metric in self._metrics:
                metric.update_state(targets, outputs)
        return total, count

    def _first_device(self) -> AbstractContextManager[Any]:
        """Of the run's devices: the first one evaluates."""
        import tensorflow as tf

        return (
            nullcontext() if self._usual else tf.device(self._strategy.extended.worker_devices[0])
        )


def _sum_of(weight: keras.Variable) -> tf.Variable:
    """Where a device adds up the gradients of a weight."""
    import tensorflow as tf

    return tf.Variable(
        tf.zeros(weight.shape, weight.dtype),
        trainable=False,
        synchronization=tf.VariableSynchronization.ON_READ,
        aggregation=tf.VariableAggregation.SUM,
    )


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
