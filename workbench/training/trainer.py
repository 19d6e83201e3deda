"""One run from its first step, or from a checkpoint, to its end."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import numpy as np

from workbench import tasks
from workbench.data import Dataset
from workbench.errors import JobFailed
from workbench.jobs import JobContext, Stopped
from workbench.training import devices
from workbench.training.augmentation.augmenter import augmenter_for
from workbench.training.checkpoints import (
    assign,
    list_checkpoints,
    load_checkpoint,
    prune,
    save_checkpoint,
)
from workbench.training.class_weights import balanced_weights
from workbench.training.cluster import Alone, Call, Cluster
from workbench.training.config import TrainConfig
from workbench.training.control import Control
from workbench.training.halving import BATCH_SIZE, Halving
from workbench.training.insight import Insight
from workbench.training.intervals import Interval
from workbench.training.loop import Loop, Objective, StepsPerCall
from workbench.training.memory import is_out_of_memory
from workbench.training.model import Built, build
from workbench.training.optimizers import build_optimizer
from workbench.training.pipeline import Order, in_parts, sequential_batches, training_batches
from workbench.training.plan import Plan
from workbench.training.state import State
from workbench.training.supply import Supply
from workbench.training.tensorboard import NoBoard, TensorBoard
from workbench.training.thawing import begun, thaws
from workbench.training.transfer import hold_normalization, multipliers, start_weights
from workbench.training.watch import Watch

_POINTS_PER_EPOCH = 20
_VALIDATION_BATCH = 256


class Trainer:
    """Trains the network of ``config`` on ``dataset`` and tells ``context`` of it.

    What is due at a step (validation, checkpoint, the end) follows from the step and from what
    was wished by then, so a run that starts again at a checkpoint does exactly what it would have
    done.
    """

    def __init__(
        self,
        config: TrainConfig,
        dataset: Dataset,
        context: JobContext,
        cluster: Cluster | None = None,
    ) -> None:
        self.config, self.dataset, self.context = config, dataset, context
        self.cluster = cluster or Alone()
        self.state = State()
        train = dataset.splits["train"]
        self.order = Order(len(train), config.batch_size * config.accumulation, config.seed or 0)
        per_epoch = self.order.steps_per_epoch
        self.plan = Plan(config, per_epoch)
        self._validation = Interval(config.validation_interval, per_epoch)
        self._snapshot = Interval(config.snapshot_interval, per_epoch)
        self._point_every = max(1, per_epoch // _POINTS_PER_EPOCH)
        self._halving = Halving(config)
        self._fold(context.job.events()[0])
        self.control = Control(context, self.plan, self._save, self._choose_watched)
        self._images_per_second = 0.0
        self._bottleneck = ""

    @property
    def epoch(self) -> float:
        """Passes over the training images done so far."""
        return round(self.state.step / self.order.steps_per_epoch, 4)

    @property
    def total(self) -> int:
        """Steps in all."""
        return self.plan.total

    def run(self) -> None:
        """Train to the end.

        Raises:
            Stopped: Stop was commanded; a checkpoint was written.
            JobFailed: the loss left the finite numbers, or memory was used up.
        """
        while True:
            try:
                return self._run()
            except Exception as error:
                if not is_out_of_memory(error):
                    raise
                self._halve(error)

    def _run(self) -> None:
        self._build()
        self._restore()
        self._announce()
        board = TensorBoard if self.cluster.first else NoBoard
        with board(self.context.job.path / "tensorboard") as self._board:
            self._train()

    def _fold(self, events: list[dict[str, Any]]) -> None:
        """What was changed while the run went on before."""
        self.plan.fold(events)
        self._watch = Watch.of(events)
        self._halving.fold(events)

    def _halve(self, error: Exception) -> None:
        """Memory was used up: go on from the last checkpoint with smaller batches, if it may."""
        batch = self._halving.batch_size
        self._halving.again(error)
        smaller = self._halving.batch_size
        self.context.emit(
            "change",
            sync=True,
            what=BATCH_SIZE,
            value=smaller,
            step=self.state.step,
            epoch=self.epoch,
        )
        self.context.log(
            f"memory was used up with {batch} images a batch; going on with {smaller} and twice "
            "the accumulation: the same gradient, but for batch normalization (statistics of each "
            "part) and dropout (noise of its own for each)",
            "warning",
        )
        self.state = State()

    def _build(self) -> None:
        config = self.config
        self.task = tasks.get(config.task)
        self._strategy = self.cluster.strategy(config.devices)
        self._parts = self._halving.parts
        self._pace = StepsPerCall()
        with devices.scope(self._strategy):
            self.built: Built = build(config, self.dataset)
            optimizer = build_optimizer(config, self.built.core.trainable_variables)
        self.model = self.built.model
        self.loop = Loop(
            self.model,
            self.built.core,
            optimizer,
            self.task,
            self._objective(),
            self._strategy,
            self._parts,
        )
        self._insight = Insight(self.context, self.model, self.dataset, self._watch)

    def _objective(self) -> Objective:
        config = self.config
        weights = None
        if config.class_weights == "balanced":
            counts = np.bincount(
                self.dataset.splits["train"].targets, minlength=len(self.dataset.labels)
            )
            weights = balanced_weights(counts).astype(np.float32)
        loss = self.built.loss or self.task.loss(config.label_smoothing)
        return Objective(loss, weights, config.clip_norm, config.clip_value)

    def _restore(self) -> None:
        checkpoints = list_checkpoints(self.context.job)
        if not checkpoints:
            self._begin_with()
            return
        path = checkpoints[-1].path
        values, state = load_checkpoint(path)
        assign(self.loop.variables, values, path)
        self.state = State.of(state)

    def _begin_with(self) -> None:
        """The first weights, where they are not drawn."""
        if self.config.start.fresh:
            return
        report = start_weights(self.config, self.context.job, self.built)
        self.context.log(str(report))

    def _announce(self) -> None:
        parameters = int(sum(np.prod(w.shape) for w in self.model.trainable_variables))
        self.context.emit(
            "facts",
            parameters=parameters,
            steps_per_epoch=self.order.steps_per_epoch,
            images=self.order.count,
        )
        self.context.emit("status", status="running", step=self.state.step, epoch=self.epoch)

    def _batches(self, total: int) -> Iterator[Any]:
        train = self.dataset.splits["train"]
        changes = augmenter_for(self.config, self.dataset)
        self._supply = Supply(total - self.state.step)
        made = training_batches(
            train.images, train.targets, self.order, self.state.step, total, changes, self._supply
        )
        replicas = self._strategy.num_replicas_in_sync if self._strategy else 1
        if self._parts * replicas > 1:
            mine = self.cluster.share(self._parts, replicas)
            made = in_parts(made, self._parts * replicas, mine)
        return iter(devices.distributed(made, self._strategy))

    def _train(self) -> None:
        """Do what is due and then the next steps, until the end.

        On several machines the first decides, the others do the same steps beside it.
        """
        batches: Iterator[Any] = iter(())
        total = 0
        while True:
            call = self.cluster.agree(self._decide() if self.cluster.first else None)
            if call.stop:
                raise Stopped
            if not call.rates:
                return
            if call.total != total:  # at the beginning, and when the run was extended
                batches, total = self._batches(call.total), call.total
            start = self.config.start
            stages = begun(start, self.order.steps_per_epoch, self.state.step)
            factors = multipliers(start, self.built, stages)
            hold_normalization(self.built, factors)
            self.loop.choose(factors)
            self._advance(batches, call.rates)

    def _decide(self) -> Call:
        """Do what is due; say what the next graph call does."""
        if self._due(self._validation, self.state.validated) and not self._validate():
            return self._stop()
        if self._due(self._snapshot, self.state.saved):
            self._save()
        if self._ends():
            return Call(self.total, [])
        if self.control.obey(self.state.step, self.epoch):
            return self._stop()
        start = self.state.step
        count = min(self._pace.steps, self._next_boundary() - start)
        return Call(self.total, self.plan.rates(start, start + count))

    def _ends(self) -> bool:
        """Whether all is trained, or nothing has become better for too long."""
        state, patience = self.state, self.config.patience
        if state.step >= self.total:
            return True
        waited = (state.step - state.best_at) / self.order.steps_per_epoch
        if patience and state.best is not None and waited >= patience:
            if state.saved != state.step:
                self._save()
            name = self.task.monitor.name.replace("_", " ")
            self.context.log(f"ended early: {name} has not become better for {waited:g} epochs")
            return True
        return False

    def _advance(self, batches: Iterator[Any], rates: list[float]) -> None:
        """Do one graph call's worth of steps and tell of them."""
        state = self.state
        sizes = [self.order.size(state.step + place) for place in range(len(rates))]
        started = time.perf_counter()
        with self._pace.timed(len(rates)):
            losses = self.loop.train(batches, rates, sizes)
        self._supply.took(len(rates))
        self._note_speed(sum(sizes) / (time.perf_counter() - started))
        for loss, rate in zip(losses.tolist(), rates, strict=True):
            state.step += 1
            self._note_loss(loss, rate)
        self._note_bottleneck()
        self.context.progress(self.epoch, self.plan.epochs, "epochs", "Training")

    def _note_bottleneck(self) -> None:
        found = self._supply.bottleneck
        if found and found != self._bottleneck:
            self._bottleneck = found
            self.context.emit("bottleneck", step=self.state.step, epoch=self.epoch, what=found)

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

    def _due(self, interval: Interval, done_at: int) -> bool:
        step = self.state.step
        return done_at != step and interval.due(step, self.total)

    def _next_boundary(self) -> int:
        step, total = self.state.step, self.total
        marks = [self._validation.next(step, total), self._snapshot.next(step, total)]
        marks += thaws(self.config.start, self.order.steps_per_epoch)
        return min(mark for mark in marks if mark > step)

    def _validate(self) -> bool:
        """Measure the validation images; tell whether it came to its end."""
        split = self.dataset.splits.get("val")
        if split is None or not len(split):
            self.state.validated = self.state.step
            return True
        size = max(self._halving.batch_size, min(_VALIDATION_BATCH, len(split)))
        batches = iter(sequential_batches(split.images, split.targets, size))
        with self.loop.averaged():
            for _ in self.loop.evaluate(batches, math.ceil(len(split) / size)):
                if self.context.stop_requested():
                    return False  # resuming validates before it goes on
            self._insight.look(self.state.step, self.epoch)
        self._note_validation(self.loop.results())
        return True

    def _note_validation(self, results: dict[str, float]) -> None:
        state = self.state
        figures: dict[str, Any] = {f"val_{name}": value for name, value in results.items()}
        state.validated, state.metrics = state.step, figures
        state.saved = 0  # a checkpoint of this very step does not have these figures
        monitor = self.task.monitor
        if monitor.better(figures[monitor.name], state.best):
            state.best, state.best_at = figures[monitor.name], state.step
        self.context.emit("metrics", step=state.step, epoch=self.epoch, **figures)
        scalars = {f"epoch_{name}": value for name, value in results.items()}
        self._board.write("validation", state.step, **scalars)
        self._board.flush()

    def _choose_watched(self, watch: Watch) -> None:
        with self.loop.averaged():
            self._insight.choose(watch, self.state.step, self.epoch)
        self._watch = watch

    def _save(self) -> None:
        if self.state.step == 0:
            return
        self.state.saved = self.state.step
        # Figures belong to the step they were measured at.
        current = self.state.validated == self.state.step
        state = asdict(self.state) | {
            "epoch": self.epoch,
            "metrics": self.state.metrics if current else {},
            "averages": self.loop.average_places(),
        }
        values = [np.asarray(variable) for variable in self.loop.variables]
        path = save_checkpoint(self.context.job.path / "checkpoints", values, state)
        self.context.emit(
            "checkpoint", sync=True, step=self.state.step, epoch=self.epoch, file=path.name
        )
        prune(self.context.job, self.config.keep_last)

    def _stop(self) -> Call:
        if self.state.step > 0 and self.state.saved != self.state.step:
            self._save()
        return Call(self.total, [], stop=True)
