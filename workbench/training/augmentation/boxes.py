"""Rectangles within images: rows of top, left, height and width in pixels, height 0 for none."""

from __future__ import annotations

import numpy as np

from workbench.training.augmentation.draws import TABLE, table
from workbench.training.augmentation.tones import Range

_SMALLEST, _LARGEST = 0.02, 0.4
_WIDEST = 3.3


def erasing_boxes(numbers: np.ndarray, probability: float, size: tuple[int, int]) -> np.ndarray:
    """What random erasing erases, ``(b, 4)``: 2–40 % of the image, up to 3.3 times as wide as high.

    Zhong et al., "Random Erasing Data Augmentation", 2020; sides are cut off at the image's
    rather than drawn again.

    Args:
        numbers: ``(b, 5)``, from 0 to below 1.
        size: height and width of the images.
    """
    chance, area, ratio, top, left = numbers.T
    height, width = size
    pixels = height * width * (_SMALLEST + (_LARGEST - _SMALLEST) * area)
    ratio = np.exp((2 * ratio - 1) * np.log(_WIDEST))
    rows = np.clip(np.rint(np.sqrt(pixels / ratio)), 1, height)
    columns = np.clip(np.rint(np.sqrt(pixels * ratio)), 1, width)
    found = [(height - rows + 1) * top, (width - columns + 1) * left, rows, columns]
    found[2] = np.where(chance < probability, rows, 0)
    return np.stack(found, -1).astype(np.int64)


def cutmix_boxes(numbers: np.ndarray, shares: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """What CutMix replaces, ``(b, 4)``: of the image's shape, about ``1 - share`` of it.

    Yun et al., "CutMix", 2019: the middle lies anywhere in the image, what juts out is cut off.

    Args:
        numbers: ``(b, 2)``, from 0 to below 1.
        size: height and width of the images.
    """
    sides = np.rint(np.sqrt(1 - shares)[:, None] * size)
    first = np.rint(numbers * size - sides / 2)
    last = np.clip(first + sides, 0, size)
    first = np.clip(first, 0, size)
    return np.concatenate([first, last - first], -1).astype(np.int64)


def kept(boxes: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The share of each image that lies outside its rectangle, exactly; float32 ``(b,)``."""
    pixels = size[0] * size[1]
    return ((pixels - boxes[:, 2] * boxes[:, 3]) / pixels).astype(np.float32)


def erased(images: np.ndarray, boxes: np.ndarray, starts: np.ndarray, range_: Range) -> np.ndarray:
    """Fill the rectangles with random numbers of the whole range; float32 ``(b, h, w, c)``.

    Args:
        starts: where in the table of random numbers each image's begin.
    """
    numbers, found = table("uniform"), images.copy()
    low, high = range_
    for image, box, start in zip(found, boxes.tolist(), starts.tolist(), strict=True):
        place = image[_slices(box)]
        chosen = numbers[np.arange(start, start + place.size) % TABLE]
        place[...] = low + (high - low) * chosen.reshape(place.shape)
    return found


def pasted(images: np.ndarray, others: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Replace the rectangles by what other images have there; any dtype."""
    found = images.copy()
    for image, other, box in zip(found, others, boxes.tolist(), strict=True):
        place = _slices(box)
        image[place] = other[place]
    return found


def _slices(box: list[int]) -> tuple[slice, slice]:
    top, left, height, width = box
    return slice(top, top + height), slice(left, left + width)
