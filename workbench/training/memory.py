"""Whether a run fits into the memory of its device, and with how large a batch.

Calibrated by the highest resident memory of processes that trained on a CPU at 64×64: for LeNet,
VGG-16, ResNet-18 and -50, MobileNetV3-Small and EfficientNet-Lite0 it is 0.96 to 1.06 of what they
took, for ConvNeXt-Tiny 0.86 to 0.9.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workbench import networks
from workbench.errors import InvalidValue
from workbench.training.config import TrainConfig
from workbench.training.devices import gpus
from workbench.training.footprint import Footprint, footprint_of
from workbench.training.solvers import solvers
from workbench.validation import check

if TYPE_CHECKING:
    from workbench.networks.card import Build

_FULL, _HALF = 4, 2  # bytes a number
_MOST_IMAGES = 65_536
# TensorFlow with its libraries, before anything is computed; and the code of each layer's steps.
_LIBRARIES, _A_LAYER = 670_000_000, 1_000_000
# An estimate is no measurement: a tenth of what is free stays free.
_USABLE = 0.9
# Batches that the input pipeline holds ready, in bytes a pixel.
_AHEAD = 10
_CGROUP = Path("/sys/fs/cgroup")
# What TensorFlow's errors say where memory was used up, beside ResourceExhausted.
_EXHAUSTED = (
    "out of memory",
    "OUT_OF_MEMORY",
    "RESOURCE_EXHAUSTED",
    "STATUS_ALLOC_FAILED",
    "OOM when allocating",
)


@dataclass(frozen=True)
class Place:
    """Where a run computes: GPUs, or the processor.

    Attributes:
        devices: how many share each batch.
        gpu: whether they are GPUs.
        limit: bytes free; on GPUs those of the fullest.
    """

    devices: int
    gpu: bool
    limit: int


@dataclass(frozen=True)
class MemoryEstimate:
    """What a run needs of each GPU, or of the processor's memory; bytes.

    Attributes:
        weights: of the network, in all precisions it is held in.
        slots: what the solver keeps for each weight, and moving averages.
        gradients: with those accumulated.
        activations: what the way forwards leaves for the way back.
        workspace: TensorFlow itself, and images held ready.
        limit: what is free.
        largest_batch: the most images a step that fit; 0 where not even one does.
        gpu: whether it is a GPU's memory.
    """

    weights: int
    slots: int
    gradients: int
    activations: int
    workspace: int
    limit: int
    largest_batch: int
    gpu: bool

    @property
    def total(self) -> int:
        """All of it."""
        return self.weights + self.slots + self.gradients + self.activations + self.workspace

    @property
    def fits(self) -> bool:
        """Whether it takes no more than nine tenths of what is free."""
        return self.total <= _USABLE * self.limit

    def __str__(self) -> str:
        where = "on the GPU" if self.gpu else "of memory"
        needs = f"about {_gigabytes(self.total)} of the {_gigabytes(self.limit)} free {where}"
        if self.fits:
            return f"Takes {needs}."
        if self.largest_batch:
            return f"Does not fit: {needs}; the largest batch that does is {self.largest_batch:,}."
        return f"Does not fit: {needs}, whatever the batch; choose a smaller network or images."


def estimate(
    config: TrainConfig,
    image_shape: tuple[int, int, int],
    outputs: int,
    device: str | None = None,
    build: Build | None = None,
) -> MemoryEstimate:
    """What a run would need, and what there is.

    Args:
        image_shape: height, width and channels of the dataset's images.
        outputs: how many numbers the network gives.
        device: instead of the configuration's ``devices``.
        build: the recipe of a custom network; whoever has it has seen that its code is trusted.

    Raises:
        InvalidValue: the network cannot be built for these images.
    """
    height, width, channels = image_shape
    shape = (config.crop or height, config.crop or width, channels)
    place = place_of(config.devices if device is None else device)
    return needed(footprint_of(build or _recipe(config, shape), shape, outputs), config, place)


def needed(footprint: Footprint, config: TrainConfig, place: Place) -> MemoryEstimate:
    """What follows from the numbers alone."""
    mixed = config.precision == "mixed"
    # Logical processors share one memory, so each copy counts there.
    copies = 1 if place.gpu else place.devices
    weights = copies * footprint.parameters * (_FULL + (_HALF if mixed else 0))
    kept = solvers()[config.solver].slots_with(config.momentum) + int(config.ema > 0)
    trainable = copies * footprint.trainable * _FULL
    # Beside each gradient stands what it is computed with: the weight in another order.
    gradients = trainable * (2 + int(config.accumulation > 1))
    workspace = _LIBRARIES + footprint.layers * _A_LAYER
    # Processors compute in 16 bits with copies in 32.
    number = _HALF if mixed and place.gpu else _FULL
    # At the largest layer two gradients are there, that which comes and that which goes.
    activations = number * (footprint.kept + 2 * footprint.largest)
    pixels = footprint.pixels * (_FULL + (0 if place.gpu else _AHEAD))
    fixed = weights + kept * trainable + gradients + workspace
    sharing = place.devices if place.gpu else 1
    left = max(0, int(_USABLE * place.limit) - fixed)
    largest = sharing * (left // (activations + pixels))
    batch = math.ceil(config.batch_size / sharing)
    return MemoryEstimate(
        weights=weights,
        slots=kept * trainable,
        gradients=gradients,
        activations=batch * activations,
        workspace=workspace + batch * pixels,
        limit=place.limit,
        largest_batch=min(_MOST_IMAGES, largest),
        gpu=place.gpu,
    )


def _recipe(config: TrainConfig, shape: tuple[int, int, int]) -> Build:
    """That of a network in the catalogue, if it can be built for such images."""
    if config.network == networks.CUSTOM:
        raise InvalidValue("the memory of a custom network follows from its recipe; give build")
    card = networks.get(config.network)
    (height, width), (rows, columns) = shape[:2], card.smallest
    check(
        height >= rows and width >= columns,
        f"{card.title} needs images of {columns}×{rows} pixels or more, got {width}×{height}",
    )
    return card.build


def place_of(word: str) -> Place:
    """Where a run with that word for its devices computes; asks the drivers.

    Of so many GPUs, or of the one it gets without a wish, those least used, as the queue gives.
    """
    kind, _, which = word.partition(":")
    found = [] if kind == "cpu" else gpus()
    if kind == "gpu":
        numbers = {int(number) for number in which.split(",")}
        found = [gpu for gpu in found if gpu.index in numbers]
    elif kind != "cpu":
        found = sorted(found, key=lambda gpu: (gpu.memory_used, gpu.index))[: int(word or 1)]
    if not found:
        return Place(int(which) if kind == "cpu" else 1, gpu=False, limit=_free_memory())
    free = min(gpu.memory_total - gpu.memory_used for gpu in found)
    return Place(len(found), gpu=True, limit=free)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that the memory of the device, or of the machine, is used up."""
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if isinstance(error, MemoryError) or "ResourceExhaustedError" in kinds:
        return True
    # XLA, cuDNN and cuBLAS report through errors of other kinds.
    return "OpError" in kinds and any(words in str(error) for words in _EXHAUSTED)


def _free_memory() -> int:
    """Bytes of memory that this process may still take, also within a container's limit."""
    import psutil

    available = int(psutil.virtual_memory().available)
    try:
        limit = int((_CGROUP / "memory.max").read_text())
        statistics = (_CGROUP / "memory.stat").read_text().split()
        taken = int(statistics[statistics.index("anon") + 1])
    except (OSError, ValueError):  # no container, or none with a limit
        return available
    return min(available, max(0, limit - taken))


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.1f} GB"
