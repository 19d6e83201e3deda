"""Cross-entropy against targets of which a share is spread over all classes."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


class SmoothedCrossentropy(keras.losses.Loss):
    """One value an image, from logits and the numbers of the classes.

    Source: Szegedy et al., Rethinking the Inception architecture, 2016.

    Args:
        smoothing: the share, 0 to below 1.
    """

    def __init__(self, smoothing: float) -> None:
        super().__init__(name="smoothed_crossentropy", reduction=None)
        self._smoothing = smoothing

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """``(1 - s) * cross-entropy of the class + s * mean of that of all classes``."""
        logarithms = ops.log_softmax(y_pred, axis=-1)
        classes = ops.one_hot(ops.cast(y_true, "int32"), y_pred.shape[-1], dtype=y_pred.dtype)
        own = -ops.sum(classes * logarithms, axis=-1)
        return (1 - self._smoothing) * own - self._smoothing * ops.mean(logarithms, axis=-1)
