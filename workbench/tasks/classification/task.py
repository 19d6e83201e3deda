"""What follows from a target that is the number of a class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from workbench.tasks.base import Monitor
from workbench.tasks.classification.prediction import Prediction, ranked

if TYPE_CHECKING:
    import keras


class Classification:
    """Softmax cross-entropy over one logit a class; the best checkpoint is the most accurate."""

    name = "classification"
    title = "Classification"
    monitor = Monitor("val_accuracy", higher_is_better=True)

    def outputs(self, labels: Sequence[str]) -> int:
        """One output a class."""
        return len(labels)

    def loss(self, smoothing: float = 0.0) -> keras.losses.Loss:
        """Cross-entropy from logits, one value an image.

        Source of the smoothing: Szegedy et al., Rethinking the Inception architecture, 2016.
        """
        import keras

        if not smoothing:
            return keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction=None)
        from workbench.tasks.classification.smoothing import SmoothedCrossentropy

        return SmoothedCrossentropy(smoothing)

    def metrics(self) -> list[keras.metrics.Metric]:
        """The share of images whose most probable class is the true one."""
        import keras

        return [keras.metrics.SparseCategoricalAccuracy(name="accuracy")]

    def decode(
        self, output: np.ndarray, labels: Sequence[str], top: int | None = None
    ) -> list[Prediction]:
        """The ``top`` classes with their probabilities, most probable first."""
        return ranked(output, labels, top)
