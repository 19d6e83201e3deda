"""Everything that decides a run."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

from workbench import networks, tasks
from workbench.training.augmentation import Augmentation
from workbench.training.schedules import Policy, Step
from workbench.training.start import Start
from workbench.validation import Configuration, check, check_choice, check_range, check_whole

SOLVERS = (
    "sgd", "momentum", "nesterov", "adagrad", "adadelta",
    "adam", "adamw", "rmsprop", "ftrl", "lion",
)  # fmt: skip
MEAN_SUBTRACTIONS = ("none", "image", "pixel")
CLASS_WEIGHTS = ("none", "balanced")
PRECISIONS = ("float32", "mixed")
MAX_SEED = 2**31 - 1
MAX_CODE = 1_000_000
MAX_EPOCHS = 100_000
_DEVICES = re.compile(r"(|[1-9]\d{0,2}|cpu:[1-9]\d?|gpu:\d{1,3}(,\d{1,3})*)")


@dataclass(frozen=True)
class TrainConfig(Configuration):
    """The configuration of a training run; checked when built.

    Attributes:
        dataset: id of the dataset.
        network: name in the catalogue; ``custom`` for that of ``code``.
        code: Python source of a custom network.
        start: where the first weights come from.
        epochs: passes over the training images.
        batch_size: images a step.
        accumulation: steps whose gradients are averaged before the weights change.
        learning_rate: base rate, before the policy's factor.
        solver: the rule that changes weights by gradients.
        momentum: share of the previous step that is kept by ``sgd``, ``momentum``, ``nesterov``
            and ``rmsprop``, 0 to below 1.
        weight_decay: share of each kernel taken off a step, times the rate; biases and
            normalizations are spared (Loshchilov and Hutter, 2019).
        clip_norm: longest gradient of all weights together; 0 is without limit.
        clip_value: largest element of a gradient; 0 is without limit.
        policy: how the rate changes over training progress.
        warm_up: epochs during which the rate rises from nothing to what the policy says.
        label_smoothing: share of each target spread over all classes.
        class_weights: ``balanced`` weighs each class by the inverse of its frequency.
        ema: share kept of the exponential moving average of the weights, which is what is
            validated and used; 0 is off, 0.999 is usual.
        precision: ``mixed`` computes in 16 bits where that is safe and faster.
        mean_subtraction: ``image`` subtracts the training images' mean picture, ``pixel`` their
            mean colour, ``none`` nothing.
        crop: side of the square cut out of each image, at random in training and from the middle
            else; 0 is none.
        augmentation: random changes to training images.
        seed: decides initial weights, order of images and dropout; drawn when None.
        snapshot_interval: epochs between checkpoints, fractions allowed.
        validation_interval: epochs between validations, fractions allowed.
        keep_last: how many checkpoints are kept, beside the best; 0 keeps all.
        patience: epochs without a better validation after which the run ends; 0 is never.
        devices: ``2`` for so many GPUs, ``gpu:0,3`` for those, ``cpu:2`` for logical processors
            to try things out; one GPU that is free, or the processor, by default.
        smaller_batch: when memory runs out, go on with batches halved until they fit, their
            gradients accumulated.
        task: what the dataset's targets are.

    Raises:
        InvalidValue: a field is out of range.
        NotFound: there is no such network or task.
    """

    dataset: str
    network: str = "lenet"
    code: str = ""
    start: Start = field(default_factory=Start)
    epochs: int = 30
    batch_size: int = 64
    accumulation: int = 1
    learning_rate: float = 0.01
    solver: str = "sgd"
    momentum: float = 0.9
    weight_decay: float = 0.0
    clip_norm: float = 0.0
    clip_value: float = 0.0
    policy: Policy = field(default_factory=Step)
    warm_up: float = 0.0
    label_smoothing: float = 0.0
    class_weights: str = "none"
    ema: float = 0.0
    precision: str = "float32"
    mean_subtraction: str = "image"
    crop: int = 0
    augmentation: Augmentation = field(default_factory=Augmentation)
    seed: int | None = None
    snapshot_interval: float = 1.0
    validation_interval: float = 1.0
    keep_last: int = 0
    patience: float = 0.0
    devices: str = ""
    smaller_batch: bool = False
    task: str = "classification"

    def __post_init__(self) -> None:
        check(isinstance(self.dataset, str), f"dataset must be an id, got {self.dataset!r}")
        self._check_network()
        tasks.get(self.task)
        check(isinstance(self.start, Start), f"start must be a Start, got {self.start!r}")
        self._check_optimization()
        self._check_data()
        if self.seed is not None:
            check_whole("seed", self.seed, 0, MAX_SEED)
        check_range("snapshot_interval", self.snapshot_interval, 0.001, math.inf, "epochs")
        check_range("validation_interval", self.validation_interval, 0.001, math.inf, "epochs")
        check_whole("keep_last", self.keep_last, 0, 100_000, "checkpoints")
        check_range("patience", self.patience, 0, math.inf, "epochs")
        fitting = isinstance(self.devices, str) and _DEVICES.fullmatch(self.devices)
        wanted = "a number of GPUs, gpu:0,1 or cpu:2"
        check(fitting, f"devices must be {wanted}; got {self.devices!r}")
        check(isinstance(self.smaller_batch, bool), "smaller_batch must be true or false")

    def _check_network(self) -> None:
        check(isinstance(self.code, str), f"code must be text, got {self.code!r}")
        if self.network == networks.CUSTOM:
            check(self.code.strip(), "code must be given for a custom network")
            check(len(self.code) <= MAX_CODE, f"code must be at most {MAX_CODE:,} characters")
        else:
            networks.get(self.network)
            check(not self.code, f"code is for custom networks, not for {self.network}")

    def _check_optimization(self) -> None:
        check_whole("epochs", self.epochs, 1, MAX_EPOCHS)
        check_whole("batch_size", self.batch_size, 1, 65_536, "images")
        check_whole("accumulation", self.accumulation, 1, 10_000, "steps")
        check_range("learning_rate", self.learning_rate, 1e-9, 1000)
        check_choice("solver", self.solver, SOLVERS)
        check_range("momentum", self.momentum, 0, 0.9999)
        check_range("weight_decay", self.weight_decay, 0, 10)
        check_range("clip_norm", self.clip_norm, 0, math.inf)
        check_range("clip_value", self.clip_value, 0, math.inf)
        check(hasattr(self.policy, "factor"), f"policy must be a policy, got {self.policy!r}")
        check_range("warm_up", self.warm_up, 0, MAX_EPOCHS, "epochs")
        check_range("label_smoothing", self.label_smoothing, 0, 0.99)
        check_choice("class_weights", self.class_weights, CLASS_WEIGHTS)
        check_range("ema", self.ema, 0, 0.99999)
        check_choice("precision", self.precision, PRECISIONS)

    def _check_data(self) -> None:
        check_choice("mean_subtraction", self.mean_subtraction, MEAN_SUBTRACTIONS)
        check_whole("crop", self.crop, 0, 16_384, "px")
        check(
            isinstance(self.augmentation, Augmentation),
            f"augmentation must be an Augmentation, got {self.augmentation!r}",
        )
