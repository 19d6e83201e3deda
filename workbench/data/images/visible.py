"""Numbers of any depth and number of channels as what a screen shows."""

from __future__ import annotations

import numpy as np

from workbench.data.images.pixels import to_depth


def visible(pixels: np.ndarray, range_: tuple[float, float] | None = None) -> np.ndarray:
    """Grey or colour of 8 bits: uint8 ``(…, 1 or 3)``.

    Args:
        pixels: ``(…, channels)``, uint8, uint16 or floats. Of two channels the first is shown as
            blue and the second as green; of more than three the first three are shown.
        range_: what is black and what is white, of floats; by default what they seem to be:
            0–1, 0–255, or from the least to the greatest.
    """
    if pixels.shape[-1] > 3:
        pixels = pixels[..., :3]
    if pixels.dtype.kind == "f":
        shown = _stretched(pixels, range_ or _range(pixels))
    else:
        shown = to_depth(pixels, "uint8")
    if shown.shape[-1] == 2:
        shown = np.concatenate([np.zeros_like(shown[..., :1]), shown[..., ::-1]], axis=-1)
    return np.ascontiguousarray(shown)


def _range(pixels: np.ndarray) -> tuple[float, float]:
    if not pixels.size:
        return 0.0, 1.0
    low, high = float(pixels.min()), float(pixels.max())
    for top in (1.0, 255.0):
        if low >= 0 and high <= top:
            return 0.0, top
    return low, high


def _stretched(pixels: np.ndarray, range_: tuple[float, float]) -> np.ndarray:
    low, high = range_
    scaled = (pixels - np.float32(low)) * np.float32(255 / ((high - low) or 1))
    return np.rint(np.clip(np.nan_to_num(scaled), 0, 255)).astype(np.uint8)
