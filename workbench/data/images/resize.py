"""The four ways of DIGITS to bring an image to a size.

Source: DIGITS, digits/utils/image.py, ``resize_image``. How pixels are resampled stands in
``resample.py``.
"""

from __future__ import annotations

import numpy as np

from workbench.data.images.resample import scale, scale_part

MODES = ("squash", "crop", "fill", "half-crop")
FILLS = ("noise", "constant", "edge", "mean")


def resize(
    pixels: np.ndarray,
    width: int,
    height: int,
    mode: str,
    fill: str = "noise",
    seed: int = 0,
    resample: str = "bilinear",
) -> np.ndarray:
    """Bring ``(h, w, channels)`` to ``(height, width, channels)``, of the same type.

    Args:
        pixels: uint8, uint16 or float32, any number of channels.
        mode: ``squash`` ignores the aspect; ``crop`` scales the shorter side and cuts the longer
            one's ends; ``fill`` scales the longer side and pads the shorter; ``half-crop`` goes
            half way between both.
        fill: what padding consists of: uniform noise that follows from ``seed`` (0–254, times
            257 for 16 bits; between the image's least and greatest value for floats), zeros, the
            edge repeated, or the image's mean colour.
        resample: one of ``resample.RESAMPLES``.
    """
    if pixels.shape[0] == height and pixels.shape[1] == width:
        return pixels
    if mode == "squash":
        return scale(pixels, width, height, resample)
    size = pixels.shape[1], pixels.shape[0]
    inner = scaled_size(size, (width, height), mode)
    if mode == "crop" and _is_vast(inner, size, (width, height)):
        return _cut_and_scale(pixels, inner, (width, height), resample)
    pixels = scale(pixels, *inner, resample)
    pixels = _cut(_cut(pixels, 0, height), 1, width)
    if pixels.shape[:2] == (height, width):
        return np.ascontiguousarray(pixels)
    return _pad(pixels, width, height, fill, seed)


def scaled_size(size: tuple[int, int], wanted: tuple[int, int], mode: str) -> tuple[int, int]:
    """Width and height to scale to before cutting and padding."""
    if mode == "squash":
        return wanted
    width_ratio, height_ratio = size[0] / wanted[0], size[1] / wanted[1]
    if mode == "crop":
        ratio = min(width_ratio, height_ratio)
    elif mode == "fill":
        ratio = max(width_ratio, height_ratio)
    else:
        ratio = (width_ratio + height_ratio) / 2
    width = max(1, round(size[0] / ratio))
    height = max(1, round(size[1] / ratio))
    # Padding is the same on both sides, so what is missing must be even.
    if mode in ("fill", "half-crop"):
        width += (wanted[0] - width) % 2 if width < wanted[0] else 0
        height += (wanted[1] - height) % 2 if height < wanted[1] else 0
    return width, height


def _is_vast(inner: tuple[int, int], size: tuple[int, int], wanted: tuple[int, int]) -> bool:
    """Whether a sliver would be enlarged far beyond what is kept of it."""
    return inner[0] * inner[1] > max(size[0] * size[1], 16 * wanted[0] * wanted[1])


def _cut_and_scale(
    pixels: np.ndarray, inner: tuple[int, int], wanted: tuple[int, int], resample: str
) -> np.ndarray:
    """Enlarge only what will be kept; the same as cutting afterwards, within rounding."""
    starts = [round((length - kept) / 2) for length, kept in zip(inner, wanted, strict=True)]
    ratios = [pixels.shape[1] / inner[0], pixels.shape[0] / inner[1]]
    left, top = (start * ratio for start, ratio in zip(starts, ratios, strict=True))
    right = min(pixels.shape[1], left + wanted[0] * ratios[0])
    bottom = min(pixels.shape[0], top + wanted[1] * ratios[1])
    return scale_part(pixels, wanted, (left, top, right, bottom), resample)


def _cut(pixels: np.ndarray, axis: int, length: int) -> np.ndarray:
    surplus = pixels.shape[axis] - length
    if surplus <= 0:
        return pixels
    start = round(surplus / 2)
    part = slice(start, start + length)
    return pixels[part] if axis == 0 else pixels[:, part]


def _pad(pixels: np.ndarray, width: int, height: int, fill: str, seed: int) -> np.ndarray:
    top, left = (height - pixels.shape[0]) // 2, (width - pixels.shape[1]) // 2
    margins = (
        (top, height - pixels.shape[0] - top),
        (left, width - pixels.shape[1] - left),
        (0, 0),
    )
    if fill == "edge":
        return np.pad(pixels, margins, mode="edge")
    shape = (height, width, pixels.shape[2])
    if fill == "noise":
        padded = _noise(pixels, shape, seed)
    elif fill == "mean":
        mean = pixels.mean((0, 1), dtype=np.float64)
        mean = mean if pixels.dtype == np.float32 else np.rint(mean)
        padded = np.broadcast_to(mean.astype(pixels.dtype), shape).copy()
    else:
        padded = np.zeros(shape, pixels.dtype)
    padded[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels
    return padded


def _noise(pixels: np.ndarray, shape: tuple[int, int, int], seed: int) -> np.ndarray:
    random = np.random.Generator(np.random.Philox(key=[seed, shape[0] * shape[1]]))
    if pixels.dtype == np.float32:
        least, most = pixels.min(), pixels.max()
        return least + (most - least) * random.random(shape, np.float32)
    noise = random.integers(0, 255, shape, dtype=np.uint8)
    return noise if pixels.dtype == np.uint8 else noise * np.uint16(257)
