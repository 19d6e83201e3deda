"""How an image looks, in 64 bits, and how much is to be seen in it at all.

Source of the hash: C. Zauner, Implementation and Benchmarking of Perceptual Image Hash Functions
(2010), the DCT hash: the low frequencies of a small grey picture against their mean.
"""

from __future__ import annotations

from functools import cache

import numpy as np

_MOST_SIDE = 32
_FREQUENCIES = 8


def fingerprints(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Perceptual hashes, uint64 ``(n,)``, and standard deviations of brightness, float32 ``(n,)``.

    Both are of the image in grey, every n-th pixel of one of more than 32 a side.

    Args:
        images: ``(n, height, width, channels)`` of any number type; deviations are in grey levels
            of 0–255 (16 bits over 257; floats as they are).
    """
    grey = small_grey(images)
    down, across = _cosines(grey.shape[1]), _cosines(grey.shape[2])
    frequencies = (down @ grey @ across.T).reshape(len(grey), -1)
    # The first is the mean brightness, which says nothing of what is to be seen.
    mean = (frequencies.sum(1) - frequencies[:, 0]) / (_FREQUENCIES**2 - 1)
    bits = np.packbits(frequencies > mean[:, None], axis=1)
    flat = grey.reshape(len(grey), -1)
    power = np.einsum("ij,ij->i", flat, flat) / flat.shape[1]
    spread = np.sqrt(np.maximum(power - flat.mean(axis=1) ** 2, 0))
    return bits.view(np.uint64)[:, 0], spread.astype(np.float32)


def small_grey(images: np.ndarray) -> np.ndarray:
    """Images ``(n, height, width, channels)`` in grey, every n-th pixel; float32 ``(n, h, w)``."""
    step = -(-max(images.shape[1:3]) // _MOST_SIDE)
    shown = images[:, ::step, ::step, :3]
    grey = shown[..., 0].astype(np.float32)
    if shown.shape[3] > 1:
        for channel in range(1, shown.shape[3]):
            grey += shown[..., channel]
        grey /= shown.shape[3]
    return grey / 257 if images.dtype == np.uint16 else grey


@cache
def _cosines(length: int) -> np.ndarray:
    """The matrix from ``length`` values to their 8 lowest frequencies."""
    frequency, place = np.arange(_FREQUENCIES)[:, None], np.arange(length)
    return np.cos(np.pi * frequency * (2 * place + 1) / (2 * length)).astype(np.float32)
