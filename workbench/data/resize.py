"""The four ways of DIGITS to bring an image to a size.

Source: DIGITS, digits/utils/image.py, ``resize_image``. Resampling is Pillow's bilinear filter,
which averages over the area it reduces (antialiasing).
"""

from __future__ import annotations

import numpy as np
from PIL import Image

MODES = ("squash", "crop", "fill", "half-crop")
FILLS = ("noise", "constant", "edge", "mean")


def resize(
    image: Image.Image, width: int, height: int, mode: str, fill: str = "noise", seed: int = 0
) -> np.ndarray:
    """Bring a grey or colour image to ``width`` × ``height``; uint8 ``(height, width, channels)``.

    Args:
        mode: ``squash`` ignores the aspect; ``crop`` scales the shorter side and cuts the longer
            one's ends; ``fill`` scales the longer side and pads the shorter; ``half-crop`` goes
            half way between both.
        fill: what padding consists of: uniform noise 0–254 that follows from ``seed``, black,
            the edge repeated, or the image's mean colour.
    """
    inner_width, inner_height = scaled_size(image.size, (width, height), mode)
    if image.size != (inner_width, inner_height):
        image = image.resize((inner_width, inner_height), Image.Resampling.BILINEAR)
    pixels = np.asarray(image)
    pixels = pixels[..., None] if pixels.ndim == 2 else pixels
    pixels = _cut(_cut(pixels, 0, height), 1, width)
    if pixels.shape[:2] == (height, width):
        return pixels
    return _pad(pixels, width, height, fill, seed)


def scaled_size(size: tuple[int, int], wanted: tuple[int, int], mode: str) -> tuple[int, int]:
    """Width and height to scale to before cutting and padding."""
    width_ratio, height_ratio = size[0] / wanted[0], size[1] / wanted[1]
    if mode == "squash":
        return wanted
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


def _cut(pixels: np.ndarray, axis: int, length: int) -> np.ndarray:
    surplus = pixels.shape[axis] - length
    if surplus <= 0:
        return pixels
    start = round(surplus / 2)
    return np.take(pixels, range(start, start + length), axis=axis)


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
        random = np.random.Generator(np.random.Philox(key=[seed, width * height]))
        padded = random.integers(0, 255, shape, dtype=np.uint8)
    elif fill == "mean":
        padded = np.broadcast_to(np.rint(pixels.mean((0, 1))).astype(np.uint8), shape).copy()
    else:
        padded = np.zeros(shape, np.uint8)
    padded[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels
    return padded
