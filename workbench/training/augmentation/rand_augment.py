"""RandAugment: a few operations of a list, drawn for each image, all of one strength.

Cubuk et al., "RandAugment: Practical automated data augmentation with a reduced search space",
2020. The list is theirs; each operation takes an image ``(h, w, c)``, float32 within 0–1, and a
strength of −1 to 1, whose sign says which way where there are two, and returns a new image.
"""

from __future__ import annotations

import numpy as np

from workbench.data.images.opencv import opencv
from workbench.training.augmentation.geometry import warp
from workbench.training.augmentation.tones import Range, span_of

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
_MOST_DEGREES = 30
_MOST_SHEAR = 0.3
_MOST_SHIFT = 0.45
_MOST_FACTOR = 0.9
_MOST_BITS = 4
_LEVELS = 256


def rand_augmented(
    images: np.ndarray, chosen: np.ndarray, strengths: np.ndarray, range_: Range
) -> np.ndarray:
    """Do the chosen operations one after the other; float32 ``(b, h, w, c)`` to the same.

    Args:
        chosen: ``(b, n)``, places in ``OPERATIONS``.
        strengths: ``(b, n)``, −1 to 1.
        range_: the least and the greatest number of the data.
    """
    low, span = np.float32(range_[0]), np.float32(span_of(range_))
    found = np.clip((images - low) / span, 0, 1)
    for i in range(len(found)):
        image = found[i]
        for place, strength in zip(chosen[i].tolist(), strengths[i].tolist(), strict=True):
            image = OPERATIONS[place](image, strength)
        found[i] = np.clip(image, 0, 1)
    return found * span + low


def identity(image: np.ndarray, strength: float) -> np.ndarray:
    """The image as it is."""
    return image


def auto_contrast(image: np.ndarray, strength: float) -> np.ndarray:
    """Stretch each channel to the whole range."""
    low, high = image.min(axis=(0, 1)), image.max(axis=(0, 1))
    span = high - low
    return np.where(span > 0, (image - low) / np.where(span > 0, span, 1), image)


def equalize(image: np.ndarray, strength: float) -> np.ndarray:
    """Make the levels of each channel equally frequent, of 256 levels."""
    levels = np.rint(image * (_LEVELS - 1)).astype(np.uint8)
    channels = [_equalized(levels[..., c], image[..., c]) for c in range(image.shape[2])]
    return np.stack(channels, axis=-1)


def _equalized(levels: np.ndarray, channel: np.ndarray) -> np.ndarray:
    up_to = np.cumsum(np.bincount(levels.ravel(), minlength=_LEVELS))
    darkest = up_to[np.flatnonzero(up_to)[0]]
    if darkest == levels.size:  # of one level
        return channel
    return ((up_to - darkest) / (levels.size - darkest)).astype(np.float32)[levels]


def rotate(image: np.ndarray, strength: float) -> np.ndarray:
    """Rotate by up to 30°."""
    angle = np.deg2rad(_MOST_DEGREES * strength)
    cosine, sine = np.cos(angle), np.sin(angle)
    return _moved(image, np.array([[cosine, -sine], [sine, cosine]]))


def shear_x(image: np.ndarray, strength: float) -> np.ndarray:
    """Slant by up to 0.3 of the height."""
    return _moved(image, np.array([[1, _MOST_SHEAR * strength], [0, 1]]))


def shear_y(image: np.ndarray, strength: float) -> np.ndarray:
    """Slant by up to 0.3 of the width."""
    return _moved(image, np.array([[1, 0], [_MOST_SHEAR * strength, 1]]))


def translate_x(image: np.ndarray, strength: float) -> np.ndarray:
    """Shift by up to 0.45 of the width."""
    return _moved(image, np.eye(2), (_MOST_SHIFT * strength * image.shape[1], 0))


def translate_y(image: np.ndarray, strength: float) -> np.ndarray:
    """Shift by up to 0.45 of the height."""
    return _moved(image, np.eye(2), (0, _MOST_SHIFT * strength * image.shape[0]))


def _moved(
    image: np.ndarray, linear: np.ndarray, shift: tuple[float, float] = (0, 0)
) -> np.ndarray:
    height, width = image.shape[:2]
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    matrix = np.column_stack([linear, middle - linear @ middle - shift])
    result = np.empty_like(image)
    warp(np.ascontiguousarray(image), matrix, result)
    return result


def solarize(image: np.ndarray, strength: float) -> np.ndarray:
    """Invert what is brighter than ``1 - |strength|``."""
    return np.where(image > 1 - abs(strength), 1 - image, image)


def posterize(image: np.ndarray, strength: float) -> np.ndarray:
    """Keep 8 to 4 bits."""
    step = 1 << round(_MOST_BITS * abs(strength))
    levels = np.rint(image * (_LEVELS - 1)).astype(np.uint8)
    return (levels // step * step).astype(np.float32) / (_LEVELS - 1)


def color(image: np.ndarray, strength: float) -> np.ndarray:
    """More or less colourful; only images of three channels have colours."""
    if image.shape[2] != 3:
        return image
    return _away(image, (image @ _LUMA)[..., None], strength)


def contrast(image: np.ndarray, strength: float) -> np.ndarray:
    """Away from the mean, or towards it."""
    return _away(image, image.mean(), strength)


def brightness(image: np.ndarray, strength: float) -> np.ndarray:
    """Away from black, or towards it."""
    return _away(image, np.float32(0), strength)


def sharpness(image: np.ndarray, strength: float) -> np.ndarray:
    """Away from the smoothed image, or towards it."""
    kernel = np.ones((3, 3), np.float32)
    kernel[1, 1] = 5
    cv2 = opencv()
    image = np.ascontiguousarray(image)
    smooth = cv2.filter2D(image, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE)
    return _away(image, smooth.reshape(image.shape), strength)


def _away(image: np.ndarray, other: np.ndarray | np.floating, strength: float) -> np.ndarray:
    """The image's distance from another one, times 0.1 to 1.9."""
    factor = np.float32(1 + _MOST_FACTOR * strength)
    return np.clip(other + factor * (image - other), 0, 1)


# The numbers that are drawn are places here.
OPERATIONS = (
    identity, auto_contrast, equalize, rotate, solarize, color, posterize, contrast, brightness,
    sharpness, shear_x, shear_y, translate_x, translate_y,
)  # fmt: skip
