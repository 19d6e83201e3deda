"""What a task is: everything that follows from what a target means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import keras
    import numpy as np


@dataclass(frozen=True)
class Monitor:
    """The figure that tells which checkpoint is best, such as ``val_accuracy``."""

    name: str
    higher_is_better: bool

    def better(self, value: float, than: float | None) -> bool:
        """Whether ``value`` beats the best so far."""
        if than is None:
            return True
        return value > than if self.higher_is_better else value < than


class Task(Protocol):
    """The seam at which classification, regression, segmentation … differ.

    A task is a folder of this package, or a package that offers an instance under the entry point
    group ``workbench.tasks``; nothing else in the workbench names it.
    """

    name: str
    title: str
    monitor: Monitor

    def outputs(self, labels: Sequence[str]) -> int:
        """How many numbers the network gives for one image."""

    def loss(self, smoothing: float = 0.0) -> keras.losses.Loss:
        """The loss of raw network outputs, one value an example (``reduction=None``).

        Args:
            smoothing: share of each target that is spread over all there are; a task whose
                targets are no classes ignores it.
        """

    def metrics(self) -> list[keras.metrics.Metric]:
        """Fresh metrics of raw network outputs, named as they are shown (``accuracy``)."""

    def decode(
        self, output: np.ndarray, labels: Sequence[str], top: int | None = None
    ) -> list[Any]:
        """Turn the raw output for one image into what people read, surest first."""
