"""Exact figures of images: mean image, range, counts per class."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from workbench.data.records import Images

_PART_BYTES = 16 << 20
# int32 holds the sums of so many 8-bit values.
_MOST_BYTES = 1 << 23
# How many values are added up at a time.
_VALUES = 1 << 20

# The range of images of whole numbers: 16 bits are looked at as grey levels, too.
BYTES = (0.0, 255.0)


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
    rows = max(1, min(_MOST_BYTES, _PART_BYTES // (images.nbytes // len(images))))
    total = np.zeros(images.shape[1:])
    bytes_ = images.dtype == np.uint8
    least, greatest = (0.0, 255.0) if bytes_ else (np.inf, -np.inf)
    for start in range(0, len(images), rows):
        part = images[start : start + rows]
        if bytes_:
            add_bytes(total, part)
        else:
            total += part.sum(axis=0, dtype=np.float64)
            least, greatest = min(least, float(part.min())), max(greatest, float(part.max()))
    return Sums(total, len(images), least, greatest)


def add_bytes(total: np.ndarray, images: np.ndarray) -> None:
    """Add at most 2²³ 8-bit images to their sum, float64, in a seventh of the time NumPy takes.

    A stretch of values at a time, for of large images there is no room for a second sum.
    """
    import cv2

    values, flat = total.reshape(-1), images.reshape(len(images), -1)
    into = np.empty((1, min(len(values), _VALUES)), np.int32)
    for start in range(0, len(values), _VALUES):
        some = flat[:, start : start + _VALUES]
        part = cv2.reduce(some, 0, cv2.REDUCE_SUM, into[:, : some.shape[1]], cv2.CV_32S)
        values[start : start + _VALUES] += part[0]


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


def grey_level(dtype: str, range_: tuple[float, float]) -> float:
    """What turns a deviation as a table has it into grey levels of 0–255: floats have units.

    Args:
        range_: the least and the greatest value of the images.
    """
    least, greatest = range_
    return 255 / ((greatest - least) or 1) if dtype == "float32" else 1.0


def counts(targets: np.ndarray, classes: int) -> list[int]:
    """How many images each class has."""
    return np.bincount(targets, minlength=classes).tolist()
