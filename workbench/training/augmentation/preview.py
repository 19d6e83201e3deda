"""What augmentation makes of an image, to be looked at before anything is trained."""

from __future__ import annotations

import numpy as np

from workbench.data.images.visible import visible
from workbench.data.original import shrunk
from workbench.training.augmentation.augmenter import Augmenter
from workbench.training.augmentation.config import Augmentation
from workbench.training.augmentation.tones import Range

COUNT = 9
_MOST_SIDE = 512
_DEVIATIONS = 3


def variants(
    image: np.ndarray,
    augmentation: Augmentation,
    count: int = COUNT,
    seed: int = 0,
    *,
    others: np.ndarray | None = None,
    crop: int = 0,
    range_: Range | None = None,
) -> np.ndarray:
    """One image as training would see it, several times over.

    The same seed draws the same numbers whatever is on, so that what is changed in
    ``augmentation`` is all that changes in the pictures.

    Args:
        image: ``(height, width, channels)`` as stored; of more than 512 pixels a side it is made
            smaller first, which makes noise look coarser than it is.
        others: ``(n, height, width, channels)``, what Mixup and CutMix mix it with; by default
            the image itself.
        crop: side of the square that is cut out, 0 for none.
        range_: the least and the greatest number of the data; by default those of an integer
            type, or of the image.

    Returns:
        uint8 ``(count, height, width, 1 or 3)``. Whitened images are shown with their mean as
        middle grey, three deviations below it black and three above it white.

    Raises:
        InvalidValue: it cannot be done to such an image.
    """
    range_ = range_ or _range_of(image)
    images = np.stack([image, *(others if others is not None else ())])
    images, crop = _small(images, crop)
    augment = Augmenter(augmentation, crop, seed, range_, images.shape[1:])
    found = augment.change(np.repeat(images[:1], count, axis=0), step=0)
    if augment.mixes:
        partners = images[1:] if len(images) > 1 else images
        chosen = partners[np.arange(count) % len(partners)]
        found, _ = augment.mix(found, augment.change(chosen, step=1), step=0)
    if augmentation.whitening:
        return visible(_whitened(found), (-_DEVIATIONS, _DEVIATIONS))
    return visible(found, range_ if found.dtype.kind == "f" else None)


def _range_of(image: np.ndarray) -> Range:
    if image.dtype.kind == "f":
        return float(image.min()), float(image.max())
    return 0.0, float(np.iinfo(image.dtype).max)


def _small(images: np.ndarray, crop: int) -> tuple[np.ndarray, int]:
    side = max(images.shape[1:3])
    if side <= _MOST_SIDE:
        return images, crop
    small = np.stack([shrunk(image, _MOST_SIDE) for image in images])
    cropped = min(round(crop * _MOST_SIDE / side), *small.shape[1:3])
    return small, max(1, cropped) if crop else 0


def _whitened(images: np.ndarray) -> np.ndarray:
    """Each image with mean 0 and deviation 1, float32."""
    axes = (1, 2, 3)
    floats = images.astype(np.float32)
    deviations = floats.std(axis=axes, keepdims=True)
    return (floats - floats.mean(axis=axes, keepdims=True)) / np.maximum(deviations, 1e-6)
