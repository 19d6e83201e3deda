"""Scaling pixels to a size, by named ways of resampling.

``bilinear``, the default, halves the image by the means of 2×2 pixels while both sides are at least
twice too long, and by the means of two neighbours while one side alone is at least three times too
long; then OpenCV's bilinear interpolation follows. What does not divide is cut off both ends
alike, less than half a pixel of the result each. ``nearest`` takes the pixel under each centre;
``area`` is the exact mean over the area a pixel covers (bilinear where it enlarges); ``bicubic``
and ``lanczos`` are Pillow's filters, which are antialiased.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image

from workbench.data.images.opencv import opencv

RESAMPLES = ("nearest", "bilinear", "area", "bicubic", "lanczos")
# Each halving rounds to whole numbers; instead of two, one mean over the whole block is nearer.
_MOST_ROUNDED = 1
_FILTERS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "area": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}


def scale(pixels: np.ndarray, width: int, height: int, resample: str = "bilinear") -> np.ndarray:
    """Scale ``(h, w, c)`` to ``(height, width, c)``, of the same type."""
    if pixels.shape[1] == width and pixels.shape[0] == height:
        return pixels
    if resample == "bilinear":
        return _bilinear(pixels, width, height)
    if resample == "area":
        return _area(pixels, width, height)
    if resample == "nearest":
        return _nearest(pixels, width, height)
    return scale_part(pixels, (width, height), None, resample)


def scale_part(
    pixels: np.ndarray,
    size: tuple[int, int],
    box: tuple[float, float, float, float] | None,
    resample: str,
) -> np.ndarray:
    """Scale the part ``box`` (left, top, right, bottom, in pixels) by Pillow's filter."""
    kernel = _FILTERS[resample]
    if pixels.dtype == np.uint8 and pixels.shape[2] == 3:
        return np.asarray(Image.fromarray(pixels).resize(size, kernel, box))
    planes = []
    for channel in range(pixels.shape[2]):
        plane = np.ascontiguousarray(pixels[..., channel])
        if plane.dtype != np.uint8:
            plane = plane.astype(np.float32)
        scaled = np.asarray(Image.fromarray(plane).resize(size, kernel, box))
        if pixels.dtype == np.uint16:  # such filters overshoot
            scaled = np.clip(np.rint(scaled), 0, 65535).astype(np.uint16)
        planes.append(scaled)
    return np.stack(planes, axis=-1)


def _bilinear(pixels: np.ndarray, width: int, height: int) -> np.ndarray:
    columns, rows = halvings((pixels.shape[1], pixels.shape[0]), (width, height))
    if columns or rows:
        pixels = _halve(pixels, columns, rows)
    return _interpolate(pixels, width, height)


def halvings(size: tuple[int, int], wanted: tuple[int, int]) -> tuple[int, int]:
    """How often width and height are halved before pixels are interpolated."""
    columns = rows = 0
    across, down = size[0] / wanted[0], size[1] / wanted[1]
    while (across >= 2 and down >= 2) or across >= 3 or down >= 3:
        both = across >= 2 and down >= 2
        if both or across >= 3:
            columns, across = columns + 1, across / 2
        if both or down >= 3:
            rows, down = rows + 1, down / 2
    return columns, rows


def _halve(pixels: np.ndarray, columns: int, rows: int) -> np.ndarray:
    """Halve width and height that often; ``(h >> rows, w >> columns, c)``."""
    width, height = pixels.shape[1] >> columns, pixels.shape[0] >> rows
    left = (pixels.shape[1] - (width << columns)) // 2
    top = (pixels.shape[0] - (height << rows)) // 2
    pixels = pixels[top : top + (height << rows), left : left + (width << columns)]
    if max(columns, rows) > _MOST_ROUNDED:
        return _mean_area(pixels, width, height)
    while columns or rows:
        columns, rows = max(0, columns - 1), max(0, rows - 1)
        # Half way between two pixels their interpolation is their mean.
        pixels = _interpolate(pixels, width << columns, height << rows)
    return pixels


def _interpolate(pixels: np.ndarray, width: int, height: int) -> np.ndarray:
    if pixels.shape[1] == width and pixels.shape[0] == height:
        return pixels
    return _with_channels(opencv().resize(pixels, (width, height)))


def _area(pixels: np.ndarray, width: int, height: int) -> np.ndarray:
    reduced = min(width, pixels.shape[1]), min(height, pixels.shape[0])
    return _interpolate(_mean_area(pixels, *reduced), width, height)


def _mean_area(pixels: np.ndarray, width: int, height: int) -> np.ndarray:
    cv2 = opencv()
    # OpenCV takes four channels at most here.
    groups = [pixels[..., start : start + 4] for start in range(0, pixels.shape[2], 4)]
    means = [
        cv2.resize(np.ascontiguousarray(group), (width, height), interpolation=cv2.INTER_AREA)
        for group in groups
    ]
    return np.concatenate([_with_channels(mean) for mean in means], axis=-1)


def _nearest(pixels: np.ndarray, width: int, height: int) -> np.ndarray:
    rows = ((2 * np.arange(height) + 1) * pixels.shape[0]) // (2 * height)
    columns = ((2 * np.arange(width) + 1) * pixels.shape[1]) // (2 * width)
    return pixels[rows][:, columns]


def _with_channels(pixels: Any) -> np.ndarray:
    return pixels if pixels.ndim == 3 else pixels[..., None]
