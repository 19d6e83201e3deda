"""Training: configuration, input pipeline, loop, checkpoints and curves."""

from workbench.training.augmentation import Augmentation
from workbench.training.checkpoints import Checkpoint, best_checkpoint, list_checkpoints
from workbench.training.config import TrainConfig
from workbench.training.history import History
from workbench.training.schedules import (
    Cosine,
    Exponential,
    Fixed,
    Inverse,
    MultiStep,
    OneCycle,
    Polynomial,
    Sigmoid,
    Step,
)
from workbench.training.start import Start

__all__ = [
    "Augmentation",
    "Checkpoint",
    "Cosine",
    "Exponential",
    "Fixed",
    "History",
    "Inverse",
    "MultiStep",
    "OneCycle",
    "Polynomial",
    "Sigmoid",
    "Start",
    "Step",
    "TrainConfig",
    "best_checkpoint",
    "list_checkpoints",
]
