"""Training: configuration, input pipeline, loop, checkpoints and curves."""

from workbench.training.checkpoints import Checkpoint, best_checkpoint, list_checkpoints
from workbench.training.config import TrainConfig
from workbench.training.history import History
from workbench.training.schedules import Fixed, Step

__all__ = [
    "Checkpoint",
    "Fixed",
    "History",
    "Step",
    "TrainConfig",
    "best_checkpoint",
    "list_checkpoints",
]
