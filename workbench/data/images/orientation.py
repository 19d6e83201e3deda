"""Turning images upright by their EXIF orientation."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
from PIL import Image

_TAG = 0x0112


def read_orientation(exif: bytes) -> int:
    """The orientation, 1–8, of a block of EXIF data; 1 where it says none or is damaged."""

    def load() -> Image.Exif:
        tags = Image.Exif()
        tags.load(exif)
        return tags

    return find_orientation(load)


def find_orientation(load: Callable[[], Image.Exif]) -> int:
    """The orientation, 1–8, in what ``load`` returns; 1 where there is none or it fails."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = load().get(_TAG, 1)
    except Exception:  # the parser raises whatever comes; a damaged note does not spoil the image
        return 1
    return found if isinstance(found, int) and 1 <= found <= 8 else 1


def upright(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """Undo an orientation: ``(height, width, channels)`` as the camera was held."""
    if orientation >= 5:
        pixels = pixels.transpose(1, 0, 2)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)
