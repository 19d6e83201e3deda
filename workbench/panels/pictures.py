"""Records as pictures that are sent to a browser: small, 8 bits, grey or colour."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workbench.data import Dataset
from workbench.data.images.visible import visible
from workbench.data.original import shrunk

THUMB_SIDE = 80
_AT_ONCE = 16 << 20


def thumbnails(
    images: np.ndarray,
    range_: tuple[float, float] | None = None,
    most_side: int = THUMB_SIDE,
) -> np.ndarray:
    """Images ``(n, height, width, channels)`` of any kind, small enough to send many of them.

    Args:
        range_: what is black and what is white, of floats.
    """
    shown = visible(images, range_)
    if not len(shown) or max(shown.shape[1:3]) <= most_side:
        return shown
    return np.stack([shrunk(image, most_side) for image in shown])


def range_of(dataset: Dataset) -> tuple[float, float] | None:
    """What is black and what is white in a dataset of floats."""
    return dataset.range if dataset.image.dtype == "float32" else None


def page_of(
    dataset: Dataset, rows: Sequence[int], range_: tuple[float, float] | None
) -> np.ndarray:
    """Thumbnails of some rows of a dataset; memory does not grow with the size of its images."""
    size = int(np.prod(dataset.image.shape)) * np.dtype(dataset.image.dtype).itemsize
    step = max(1, _AT_ONCE // size)
    parts = [
        thumbnails(dataset.images(rows[start : start + step]), range_)
        for start in range(0, max(1, len(rows)), step)
    ]
    return np.concatenate(parts)
