"""Exact figures of a split: mean image, mean pixel, counts per class."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

_ROWS = 2048


def mean_image(images: np.ndarray) -> np.ndarray:
    """The mean of ``(n, height, width, channels)`` over its images, summed exactly; float64."""
    total = np.zeros(images.shape[1:], np.uint64)
    for part in _parts(images):
        total += part.sum(axis=0, dtype=np.uint64)
    return total / max(1, len(images))


def counts(targets: np.ndarray, classes: int) -> list[int]:
    """How many images each class has."""
    return np.bincount(targets, minlength=classes).tolist()


def _parts(images: np.ndarray) -> Iterator[np.ndarray]:
    for start in range(0, len(images), _ROWS):
        yield images[start : start + _ROWS]
