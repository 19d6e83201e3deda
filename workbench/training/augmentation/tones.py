"""How bright pixels are and of which colour; float32 ``(b, h, w, c)`` in the data's own units.

Every function takes one number for each image, and leaves what it was given as it was; ``range_``
is the least and the greatest number of the data.
"""

from __future__ import annotations

import numpy as np

from workbench.data.images.opencv import opencv
from workbench.training.augmentation.draws import TABLE, table

Range = tuple[float, float]


def span_of(range_: Range) -> float:
    """The width of a range, for dividing by: never 0."""
    return (range_[1] - range_[0]) or 1.0


def fitted(images: np.ndarray, range_: Range, dtype: np.dtype) -> np.ndarray:
    """The images within their range, as the numbers they are stored as; rounded for integers.

    ``images`` itself is used up.
    """
    np.clip(images, np.float32(range_[0]), np.float32(range_[1]), out=images)
    if dtype.kind == "f":
        return images.astype(dtype, copy=False)
    return np.rint(images, out=images).astype(dtype)


def toned(images: np.ndarray, contrast: np.ndarray, added: np.ndarray) -> np.ndarray:
    """Multiply an image's distance from its own mean by ``contrast``, then add ``added``."""
    means = images.reshape(len(images), -1).mean(axis=1)
    constant = (1 - contrast) * means + added
    found = images * _each(contrast)
    found += _each(constant)
    return found


def noisy(images: np.ndarray, starts: np.ndarray, deviation: float) -> np.ndarray:
    """Add normal noise of a deviation to each number.

    Args:
        starts: where in the table of random numbers each image's noise begins.
    """
    cv2 = opencv()
    numbers, found = table("normal"), images.copy()
    for image, start in zip(found.reshape(len(images), -1), starts.tolist(), strict=True):
        done = 0
        while done < len(image):
            piece = image[done : done + TABLE - start]
            cv2.scaleAdd(numbers[start : start + len(piece)], deviation, piece, piece)
            done, start = done + len(piece), 0
    return found


def coloured(
    images: np.ndarray,
    hue: np.ndarray,
    saturation: np.ndarray,
    value: np.ndarray,
    range_: Range,
) -> np.ndarray:
    """Shift the hue by turns, multiply saturation and value; of three channels only."""
    cv2 = opencv()
    low, span = np.float32(range_[0]), np.float32(span_of(range_))
    count, height, width, _ = images.shape
    unit = np.clip((images - low) / span, 0, 1).reshape(count * height, width, 3)
    hsv = cv2.cvtColor(unit, cv2.COLOR_RGB2HSV).reshape(images.shape)
    degrees = hsv[..., 0]
    degrees += _each(360 * (hue % 1))[..., 0]
    degrees[degrees >= 360] -= 360
    np.minimum(hsv[..., 1] * _each(saturation)[..., 0], 1, out=hsv[..., 1])
    np.minimum(hsv[..., 2] * _each(value)[..., 0], 1, out=hsv[..., 2])
    unit = cv2.cvtColor(hsv.reshape(unit.shape), cv2.COLOR_HSV2RGB)
    return unit.reshape(images.shape) * span + low


def _each(numbers: np.ndarray) -> np.ndarray:
    """One number an image, to be broadcast over it."""
    return numbers.astype(np.float32)[:, None, None, None]
