"""Factors of the loss by class."""

from __future__ import annotations

import numpy as np


def balanced_weights(counts: np.ndarray) -> np.ndarray:
    """A factor for each class, inverse to its frequency, whose mean over all images is 1.

    So the size of the loss, and with it the fitting rate, stays what it was. A class without
    images gets 1: it never occurs in training.

    Args:
        counts: images of each class, ``(classes,)``.

    Returns:
        float64 ``(classes,)``.

    Source: scikit-learn, ``class_weight="balanced"``: ``images / (classes * count)``, classes
    being those that occur.
    """
    counts = np.asarray(counts, np.float64)
    occurring = counts > 0
    shares = counts.sum() / max(1, np.count_nonzero(occurring))
    return np.divide(shares, counts, out=np.ones_like(counts), where=occurring)
