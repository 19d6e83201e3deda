"""Finding a learning rate: train a little while the rate rises, and see where the loss falls."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench import tasks
from workbench.data import Dataset
from workbench.training.augmentation.augmenter import augmenter_for
from workbench.training.config import TrainConfig
from workbench.training.loop import Loop, Objective
from workbench.training.model import build
from workbench.training.optimizers import build_optimizer
from workbench.training.pipeline import Order, in_parts, training_batches
from workbench.training.solvers import solvers
from workbench.training.thawing import at_first
from workbench.training.transfer import hold_normalization, multipliers, start_weights
from workbench.validation import check_whole

# The rate rises from a ten-thousandth to a thousandfold of what is usual for the solver.
_LOWEST, _HIGHEST = 1e-4, 1e3
# Share of the moving average that is kept a step; half of what it shows is older than this.
_MEMORY = 0.9
_LAG = round(math.log(0.5) / math.log(_MEMORY))
_DIVERGED = 4.0
# The first steps tell little: their mean is of few batches.
_FIRST_SHARE = 0.1
_FALLS = 0.95

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class LrCurve:
    """The loss of each step while the rate rose.

    Attributes:
        rates: ascending, even on a logarithmic scale.
        losses: of each step's images before the step at that rate.
        smoothed: their moving average, see :func:`smooth`.
        suggestion: the rate at which the loss falls fastest; None where it never fell.
        diverged: whether it ended because the loss exploded.
    """

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    smoothed: tuple[float, ...]
    suggestion: float | None
    diverged: bool

    @classmethod
    def of(cls, rates: list[float], losses: list[float], diverged: bool) -> LrCurve:
        """What follows from the steps done."""
        smoothed = smooth(losses)
        found = suggest(rates, smoothed)
        return cls(tuple(rates), tuple(losses), tuple(smoothed), found, diverged)

    @property
    def tenth(self) -> float | None:
        """A tenth of the rate with the least loss: a careful choice, as in fast.ai's course."""
        if self.suggestion is None:
            return None
        return self.rates[max(0, int(np.argmin(self.smoothed)) - _LAG)] / 10

    def to_dict(self) -> dict[str, Any]:
        """The curve as JSON values."""
        return {
            "rates": list(self.rates),
            "losses": list(self.losses),
            "smoothed": list(self.smoothed),
            "suggestion": self.suggestion,
            "tenth": self.tenth,
            "diverged": self.diverged,
        }


def find_learning_rate(
    config: TrainConfig, dataset: Dataset, steps: int = 100, progress: Progress | None = None
) -> LrCurve:
    """Train as a run begins, but each step at a higher rate, until the loss explodes.

    Nothing is written and no run is touched. All is as the configuration says but rate, policy,
    class weights and devices: it takes one.

    Args:
        steps: over how many the rate rises.
        progress: called with the steps done and all steps after each; whatever it raises ends
            the search.

    Raises:
        InvalidValue: the images are too small for the network, or ``steps`` is out of range.
        NotTrusted: the network is code that nobody trusts.
        NotFound: what the configuration starts from is not there.

    Source: Smith, Cyclical learning rates for training neural networks, 2017; the suggestion
    as in Gugger, How do you find a good learning rate, 2018.
    """
    check_whole("steps", steps, 10, 10_000)
    usual = solvers()[config.solver].learning_rate
    rates = np.geomspace(_LOWEST * usual, _HIGHEST * usual, steps).tolist()
    done: list[float] = []
    least = math.inf
    for loss in _losses(config, dataset, rates):
        diverged = not math.isfinite(loss)
        if not diverged:
            done.append(loss)
            average = smooth(done)[-1]
            least = min(least, average)
            # Early on, an average of a few batches is no measure.
            diverged = len(done) > _FIRST_SHARE * steps and average > _DIVERGED * least
        if progress is not None:
            progress(len(done), steps)
        if diverged:
            return LrCurve.of(rates[: len(done)], done, diverged=True)
    return LrCurve.of(rates, done, diverged=False)


def smooth(losses: list[float]) -> list[float]:
    """The exponential moving average of losses, its beginning corrected for what was not there.

    Source of the correction: Kingma and Ba, Adam, 2015, section 3.
    """
    average, smoothed = 0.0, []
    for count, loss in enumerate(losses, 1):
        average = _MEMORY * average + (1 - _MEMORY) * loss
        smoothed.append(average / (1 - _MEMORY**count))
    return smoothed


def suggest(rates: list[float], smoothed: list[float]) -> float | None:
    """The rate at which the loss falls fastest before its least, over the rate's logarithm.

    The average shows a fall later than it is, by about its median age; without taking that into
    account the suggestion would be several times too high after a hundred steps.

    Returns:
        None where the loss does not fall by a twentieth.
    """
    first = int(_FIRST_SHARE * len(rates))
    lowest = int(np.argmin(smoothed)) if smoothed else 0
    if lowest - first < 2 or smoothed[lowest] > _FALLS * smoothed[first]:
        return None
    slopes = np.gradient(smoothed[first : lowest + 1], np.log(rates[first : lowest + 1]))
    return rates[max(0, first + int(np.argmin(slopes)) - _LAG)]


def _losses(config: TrainConfig, dataset: Dataset, rates: list[float]) -> Iterator[float]:
    """The loss of each step, which is done at its rate when it is asked for."""
    parts, train = config.accumulation, dataset.splits["train"]
    order = Order(len(train), config.batch_size * parts, config.seed or 0)
    changes = augmenter_for(config, dataset)
    batches = training_batches(train.images, train.targets, order, 0, len(rates), changes)
    if parts > 1:
        batches = in_parts(batches, parts, range(parts))
    loop, given = _loop(config, dataset), iter(batches)
    for step, rate in enumerate(rates):
        yield float(loop.train(given, [rate], [order.size(step)])[0])


def _loop(config: TrainConfig, dataset: Dataset) -> Loop:
    """The loop of a run at its beginning."""
    built, task = build(config, dataset), tasks.get(config.task)
    if not config.start.fresh:
        start_weights(config, dataset.job, built)
    optimizer = build_optimizer(config, built.core.trainable_variables)
    loss = built.loss or task.loss(config.label_smoothing)
    objective = Objective(loss, clip_norm=config.clip_norm, clip_value=config.clip_value)
    loop = Loop(built.model, built.core, optimizer, task, objective, parts=config.accumulation)
    factors = multipliers(config.start, built, at_first(config.start))
    hold_normalization(built, factors)
    loop.choose(factors)
    return loop
