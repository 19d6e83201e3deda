"""Everything that decides a run."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from workbench import networks, tasks
from workbench.training.schedules import Policy, Step
from workbench.validation import Configuration, check, check_choice, check_range, check_whole

SOLVERS = ("sgd",)
MEAN_SUBTRACTIONS = ("none", "image", "pixel")
MAX_SEED = 2**31 - 1


@dataclass(frozen=True)
class TrainConfig(Configuration):
    """The configuration of a training run; checked when built.

    Attributes:
        dataset: id of the dataset.
        network: name in the catalogue.
        epochs: passes over the training images.
        batch_size: images a step.
        learning_rate: base rate, before the policy's factor.
        solver: ``sgd``, stochastic gradient descent with momentum.
        momentum: share of the previous step that is kept, 0 to below 1.
        policy: how the rate changes over training progress.
        seed: decides initial weights, order of images and dropout; drawn when None.
        snapshot_interval: epochs between checkpoints, fractions allowed.
        validation_interval: epochs between validations, fractions allowed.
        mean_subtraction: ``image`` subtracts the training images' mean picture, ``pixel`` their
            mean colour, ``none`` nothing.
        task: what the dataset's targets are.

    Raises:
        InvalidValue: a field is out of range.
        NotFound: there is no such network or task.
    """

    dataset: str
    network: str = "lenet"
    epochs: int = 30
    batch_size: int = 64
    learning_rate: float = 0.01
    solver: str = "sgd"
    momentum: float = 0.9
    policy: Policy = field(default_factory=Step)
    seed: int | None = None
    snapshot_interval: float = 1.0
    validation_interval: float = 1.0
    mean_subtraction: str = "image"
    task: str = "classification"

    def __post_init__(self) -> None:
        check(isinstance(self.dataset, str), f"dataset must be an id, got {self.dataset!r}")
        networks.get(self.network)
        tasks.get(self.task)
        check_whole("epochs", self.epochs, 1, 100_000)
        check_whole("batch_size", self.batch_size, 1, 65_536, "images")
        check_range("learning_rate", self.learning_rate, 1e-9, 1000)
        check_choice("solver", self.solver, SOLVERS)
        check_range("momentum", self.momentum, 0, 0.9999)
        check(hasattr(self.policy, "factor"), f"policy must be a policy, got {self.policy!r}")
        if self.seed is not None:
            check_whole("seed", self.seed, 0, MAX_SEED)
        check_range("snapshot_interval", self.snapshot_interval, 0.001, math.inf, "epochs")
        check_range("validation_interval", self.validation_interval, 0.001, math.inf, "epochs")
        check_choice("mean_subtraction", self.mean_subtraction, MEAN_SUBTRACTIONS)
