"""Exact figures of images: mean image, range, counts per class."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from workbench.data.records import Images

_PART_BYTES = 16 << 20
# float32 holds the sums of twice as many 8-bit values exactly.
_EXACT = 32_768


@dataclass(frozen=True)
class Sums:
    """Sums over images ``(height, width, channels)``, how many, least and greatest value."""

    total: np.ndarray
    count: int
    least: float
    greatest: float

    def without(self, other: Sums) -> Sums:
        """The sums of what is in these and not in ``other``, of 8-bit images."""
        return Sums(self.total - other.total, self.count - other.count, 0, 255)


def sums(images: Images) -> Sums:
    """Sum images up: 8 and 16 bits exactly, floats in float64."""
    if not len(images):
        return Sums(np.zeros(images.shape[1:]), 0, np.inf, -np.inf)
    rows = max(1, _PART_BYTES // max(1, images.nbytes // max(1, len(images))))
    if images.dtype == np.uint8:
        return Sums(total_of_bytes(images.runs(rows), images.shape[1:]), len(images), 0, 255)
    total = np.zeros(images.shape[1:])
    least, greatest = np.inf, -np.inf
    for part in images.runs(rows):
        total += part.sum(axis=0, dtype=np.float64)
        least, greatest = min(least, part.min()), max(greatest, part.max())
    return Sums(total, len(images), float(least), float(greatest))


def total_of_bytes(parts: Iterable[np.ndarray], shape: tuple[int, ...]) -> np.ndarray:
    """The sum of 8-bit images ``(n, *shape)``, float64: faster than NumPy's, and as exact."""
    import cv2

    total, few, added = np.zeros(shape), np.zeros((shape[0], shape[1] * shape[2]), np.float32), 0
    for part in parts:
        for image in part.reshape(len(part), shape[0], -1):
            cv2.accumulate(image, few)
        added += len(part)
        if added >= _EXACT:
            total += few.reshape(shape)
            few[:], added = 0, 0
    return total + few.reshape(shape)


def combined(parts: Iterable[Sums]) -> Sums:
    """The sums of several parts, one at least, as one."""
    return functools.reduce(_joined, parts)


def _joined(first: Sums, second: Sums) -> Sums:
    return Sums(
        first.total + second.total,
        first.count + second.count,
        min(first.least, second.least),
        max(first.greatest, second.greatest),
    )


def counts(targets: np.ndarray, classes: int) -> list[int]:
    """How many images each class has."""
    return np.bincount(targets, minlength=classes).tolist()
