"""One run from its first step, or from a checkpoint, to its end."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench import tasks
from workbench.data import Dataset
from workbench.errors import JobFailed
from workbench.jobs import JobContext, Stopped
from workbench.training.checkpoints import (
    assign,
    list_checkpoints,
    load_checkpoint,
    save_checkpoint,
)
from workbench.training.config import TrainConfig
from workbench.training.loop import Loop, StepsPerCall
from workbench.training.model import build_model
from workbench.training.optimizers import build_optimizer
from workbench.training.pipeline import Order, sequential_batches, training_batches
from workbench.training.tensorboard import TensorBoard

if TYPE_CHECKING:
    import keras

_POINTS_PER_EPOCH = 20
_VALIDATION_BATCH = 256


@dataclass
class State:
    """What a checkpoint holds beside the variables. ``loss_sum`` is of the point begun."""

    step: int = 0
    validated: int = 0
    saved: int = 0
    loss_sum: float = 0.0
    loss_count: int = 0
    metrics: dict[str, float] = field(default_factory=dict)


class Trainer:
    """Trains the network of ``config`` on ``dataset`` and tells ``context`` of it.

    What is due at a step (validation, checkpoint, the end) follows from the step alone, so a run
    that starts again at a checkpoint does exactly what it would have done.
    """

    def __init__(self, config: TrainConfig, dataset: Dataset, context: JobContext) -> None:
        self.config, self.dataset, self.context = config, dataset, context
        self.state = State()
        train = dataset.splits["train"]
        self.order = Order(len(train), config.batch_size, config.seed or 0)
        self.total = self.order.steps_per_epoch * config.epochs
        self._point_every = max(1, self.order.steps_per_epoch // _POINTS_PER_EPOCH)
        self._pace = StepsPerCall()
        self._images_per_second = 0.0

    @property
    def epoch(self) -> float:
        """Passes over the training images done so far."""
        return round(self.state.step / self.order.steps_per_epoch, 4)

    def run(self) -> None:
        """Train to the end.

        Raises:
            Stopped: Stop was commanded; a checkpoint was written.
            JobFailed: the loss left the finite numbers, or memory was used up.
        """
        with memory_advice(self.config.batch_size):
            self._build()
            self._restore()
            self._announce()
            with TensorBoard(self.context.job.path / "tensorboard") as self._board:
                self._train()

    def _build(self) -> None:
        self.task = tasks.get(self.config.task)
        self.model: keras.Model = build_model(self.config, self.dataset)
        self.loop = Loop(self.model, build_optimizer(self.config, self.model), self.task)

    def _restore(self) -> None:
        checkpoints = list_checkpoints(self.context.job)
        if not checkpoints:
            return
        path = checkpoints[-1].path
        values, state = load_checkpoint(path)
        assign(self.loop.variables, values, path)
        known = State.__dataclass_fields__
        self.state = State(**{name: state[name] for name in known if name in state})

    def _announce(self) -> None:
        parameters = int(sum(np.prod(w.shape) for w in self.model.trainable_variables))
        self.context.emit(
            "facts",
            parameters=parameters,
            steps_per_epoch=self.order.steps_per_epoch,
            images=self.order.count,
        )
        self.context.emit("status", status="running", step=self.state.step, epoch=self.epoch)

    def _train(self) -> None:
        train = self.dataset.splits["train"]
        start, stop = self.state.step, self.total
        batches = iter(training_batches(train.images, train.targets, self.order, start, stop))
        while True:
            if self._due(self.config.validation_interval, self.state.validated):
                self._validate()
            if self._due(self.config.snapshot_interval, self.state.saved):
                self._save()
            if self.state.step >= self.total:
                return
            if self.context.stop_requested():
                self._stop()
            self._advance(batches)

    def _advance(self, batches: Iterator[Any]) -> None:
        """Do one graph call's worth of steps and tell of them."""
        state, size = self.state, self.config.batch_size
        count = min(self._pace.steps, self._next_boundary() - state.step)
        rates = [self._rate(state.step + i) for i in range(count)]
        started = time.perf_counter()
        with self._pace.timed(count):
            losses = self.loop.train(batches, rates)
        self._note_speed(count * size / (time.perf_counter() - started))
        for loss, rate in zip(losses.tolist(), rates, strict=True):
            state.step += 1
            self._note_loss(loss, rate)
        self.context.progress(self.epoch, self.config.epochs, "epochs", "Training")

    def _note_speed(self, images_per_second: float) -> None:
        old = self._images_per_second
        self._images_per_second = 0.8 * old + 0.2 * images_per_second if old else images_per_second

    def _note_loss(self, loss: float, rate: float) -> None:
        state = self.state
        if not math.isfinite(loss):
            raise JobFailed(
                f"the training loss became {loss} at epoch {self.epoch:.2f}; lower the learning "
                f"rate, for example from {self.config.learning_rate:g} to "
                f"{self.config.learning_rate / 10:g}"
            )
        state.loss_sum += loss
        state.loss_count += 1
        if state.step % self._point_every == 0 or state.step == self.total:
            mean = state.loss_sum / state.loss_count
            state.loss_sum, state.loss_count = 0.0, 0
            self.context.emit(
                "metrics",
                step=state.step,
                epoch=self.epoch,
                train_loss=mean,
                learning_rate=rate,
                images_per_second=round(self._images_per_second, 1),
            )
            self._board.write("train", state.step, epoch_loss=mean, epoch_learning_rate=rate)

    def _rate(self, step: int) -> float:
        percent = 100 * step / self.total
        return self.config.learning_rate * self.config.policy.factor(percent)

    def _boundary_step(self, interval: float, number: int) -> int:
        """The step at which the ``number``-th multiple of an interval in epochs is reached."""
        return min(self.total, max(1, round(number * interval * self.order.steps_per_epoch)))

    def _due(self, interval: float, done_at: int) -> bool:
        step = self.state.step
        if step == 0 or done_at == step:
            return False
        nearest = max(1, round(step / (interval * self.order.steps_per_epoch)))
        numbers = range(max(1, nearest - 1), nearest + 2)
        return step == self.total or any(
            self._boundary_step(interval, number) == step for number in numbers
        )

    def _next_boundary(self) -> int:
        return min(self._next_multiple(interval) for interval in self._intervals())

    def _intervals(self) -> tuple[float, float]:
        return self.config.validation_interval, self.config.snapshot_interval

    def _next_multiple(self, interval: float) -> int:
        number = max(1, int(self.state.step / (interval * self.order.steps_per_epoch)))
        while self._boundary_step(interval, number) <= self.state.step:
            number += 1
        return self._boundary_step(interval, number)

    def _validate(self) -> None:
        self.state.validated = self.state.step
        split = self.dataset.splits.get("val")
        if split is None or not len(split):
            return
        size = max(self.config.batch_size, min(_VALIDATION_BATCH, len(split)))
        count = math.ceil(len(split) / size)
        batches = iter(sequential_batches(split.images, split.targets, size))
        for _ in self.loop.evaluate(batches, count):
            if self.context.stop_requested():
                self.state.validated = 0  # resuming validates before it goes on
                self._stop()
        figures: dict[str, Any] = {f"val_{n}": value for n, value in self.loop.results().items()}
        self.state.metrics = figures
        self.state.saved = 0  # a checkpoint of this very step does not have these figures
        self.context.emit("metrics", step=self.state.step, epoch=self.epoch, **figures)
        scalars = {f"epoch_{name}": value for name, value in self.loop.results().items()}
        self._board.write("validation", self.state.step, **scalars)
        self._board.flush()

    def _save(self) -> None:
        self.state.saved = self.state.step
        # Figures belong to the step they were measured at.
        current = self.state.validated == self.state.step
        state = asdict(self.state) | {
            "epoch": self.epoch,
            "metrics": self.state.metrics if current else {},
        }
        values = [np.asarray(variable) for variable in self.loop.variables]
        path = save_checkpoint(self.context.job.path / "checkpoints", values, state)
        self.context.emit(
            "checkpoint", sync=True, step=self.state.step, epoch=self.epoch, file=path.name
        )

    def _stop(self) -> None:
        if self.state.step > 0 and self.state.saved != self.state.step:
            self._save()
        raise Stopped


@contextmanager
def memory_advice(batch_size: int) -> Iterator[None]:
    """Turn TensorFlow's out-of-memory into a sentence that names the size to try."""
    import tensorflow as tf

    try:
        yield
    except tf.errors.ResourceExhaustedError as error:
        smaller = max(1, batch_size // 2)
        raise JobFailed(
            f"the device's memory is used up with {batch_size} images a batch; "
            f"try a batch size of {smaller}"
        ) from error
