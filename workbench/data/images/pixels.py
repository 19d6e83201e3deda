"""Decoded images as arrays: how depths and channels become one another.

Depths, ``dtype`` of an :class:`~workbench.data.images.image_format.ImageFormat`:

======================  =====================  ======================  =====================
from                    to ``uint8``           to ``uint16``           to ``float32``
======================  =====================  ======================  =====================
8 bits                  as it is               × 257                   the same numbers
16 bits                 / 257, rounded         as it is                the same numbers
floats within 0–1       × 255, rounded         × 65535, rounded        the same numbers
floats within 0–255     rounded                rounded                 the same numbers
floats within 0–65535   refused                rounded                 the same numbers
other floats            refused                refused                 the same numbers
======================  =====================  ======================  =====================

Channels: colour becomes grey by the usual luma (0.299 R + 0.587 G + 0.114 B), grey becomes colour
by repeating it, opacity is laid on a background unless as many channels are asked for as there
are, or four of grey with opacity. Anything else, three of eight channels say, is refused.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from PIL import Image, ImageColor

from workbench.data.images.opencv import opencv
from workbench.errors import DataError

MAX_PIXELS = 89_478_485  # Pillow's own limit: 256 MB of RGB
MAX_DECODED = 1 << 29  # bytes of pixels, whatever their depth and number of channels
DTYPES = ("uint8", "uint16", "float32")
_TYPES = {name: np.dtype(name) for name in DTYPES}  # comparing with a name takes a microsecond


class Picture(NamedTuple):
    """A decoded image.

    Attributes:
        pixels: ``(height, width, channels)``, uint8, uint16 or float32.
        alpha: the last channel is opacity.
        size: width and height of the original when upright; ``pixels`` may be smaller.
    """

    pixels: np.ndarray
    alpha: bool
    size: tuple[int, int]


def check_size(width: int, height: int, depth: int = 1) -> None:
    """Refuse, before anything is decoded, what has no size or too much of it.

    Args:
        depth: bytes a pixel, all channels together.

    Raises:
        DataError: the message is the reason alone.
    """
    if width < 1 or height < 1:
        raise DataError(f"impossible size {width}×{height}")
    if width * height > MAX_PIXELS:
        raise DataError(f"more than {MAX_PIXELS:,} pixels ({width}×{height})")
    if width * height * depth > MAX_DECODED:
        raise DataError(f"more than {MAX_DECODED >> 20} MiB when decoded ({width}×{height})")


def from_array(array: np.ndarray) -> Picture:
    """Numbers ``(height, width[, channels])`` as a picture; of four channels the last is opacity.

    Booleans are black and white. Integers that are neither uint8 nor uint16 count as 8 bits where
    none exceeds 255, else as 16 bits; beyond that they become floats of the same value.

    Raises:
        DataError: no such shape, or values that are no pixels.
    """
    if array.ndim not in (2, 3) or not array.size:
        raise DataError(f"an array of shape {array.shape} is no (height, width[, channels])")
    array = array if array.ndim == 3 else array[..., None]
    height, width, channels = array.shape
    check_size(width, height, channels)
    return Picture(_usual(array), channels == 4, (width, height))


def _usual(array: np.ndarray) -> np.ndarray:
    """The same numbers as uint8, uint16 or float32 of this machine's byte order."""
    kind = array.dtype.kind
    if kind not in "buif":
        raise DataError(f"values of type {array.dtype}, which are no pixels")
    if array.dtype.newbyteorder("=") in (np.uint8, np.uint16):
        return array.astype(array.dtype.newbyteorder("="), copy=False)
    if kind == "b":
        return array.astype(np.uint8) * np.uint8(255)
    if kind in "ui" and array.min() >= 0 and array.max() <= 65535:
        return array.astype(np.uint8 if array.max() <= 255 else np.uint16)
    with np.errstate(over="ignore"):  # what overflows is refused as infinite
        floats = array.astype(np.float32, copy=False)
    if not np.isfinite(floats).all():
        raise DataError("values that are not finite")
    return floats


def to_channels(picture: Picture, channels: int, background: str = "white") -> np.ndarray:
    """The pixels with that many channels.

    Raises:
        DataError: they cannot be made of what the image has.
    """
    pixels = picture.pixels
    if pixels.shape[2] == channels:
        return pixels
    if picture.alpha and (pixels.shape[2], channels) == (2, 4):
        return pixels[..., [0, 0, 0, 1]]
    if picture.alpha:
        pixels = _lay_on(pixels, background)
    found = pixels.shape[2]
    if found == channels:
        return pixels
    if (found, channels) == (3, 1):
        return grey(pixels)
    if (found, channels) == (1, 3):
        return np.repeat(pixels, 3, axis=2)
    raise DataError(f"{found} channels, which cannot become {channels}")


def grey(pixels: np.ndarray) -> np.ndarray:
    """The luma of colours: ``(height, width, 3)`` to ``(height, width, 1)``."""
    cv2 = opencv()

    return cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2GRAY)[..., None]


def _lay_on(pixels: np.ndarray, background: str) -> np.ndarray:
    """Lay what is transparent on a colour; grey stays grey where the colour is a grey."""
    top = _opaque(pixels)
    below = np.array(ImageColor.getrgb(background)[:3], np.float32) * (top / 255)
    if pixels.shape[2] == 2:
        is_grey = bool((below == below[0]).all())
        pixels = pixels if is_grey else pixels[..., [0, 0, 0, 1]]
        below = below[:1] if is_grey else below
    opacity = pixels[..., -1:].astype(np.float32) / np.float32(top)
    mixed = pixels[..., :-1] * opacity
    mixed += below * (1 - opacity)
    return mixed if pixels.dtype == np.float32 else np.rint(mixed).astype(pixels.dtype)


def _opaque(pixels: np.ndarray) -> int:
    if pixels.dtype == np.float32:
        return 1 if pixels.max() <= 1 else 255
    return int(np.iinfo(pixels.dtype).max)


def to_depth(pixels: np.ndarray, dtype: str) -> np.ndarray:
    """The pixels as ``uint8``, ``uint16`` or ``float32``, by the table above.

    Raises:
        DataError: floats that fit into no range of the table.
    """
    if pixels.dtype == _TYPES[dtype]:
        return pixels
    if dtype == "float32":
        return pixels.astype(np.float32)
    if pixels.dtype == np.uint8:
        return pixels * np.uint16(257)
    if pixels.dtype == np.uint16:  # the rounded 257th part, in whole numbers
        return ((pixels * np.uint32(255) + np.uint32(32895)) >> np.uint32(16)).astype(np.uint8)
    return _from_floats(pixels, dtype)


def _from_floats(pixels: np.ndarray, dtype: str) -> np.ndarray:
    top = int(np.iinfo(dtype).max)
    least, most = pixels.min(), pixels.max()
    if least < 0 or most > top:
        raise DataError(
            f"floats of {least:g} to {most:g}, which are neither 0–1 nor 0–{top}; "
            "ask for float32 to keep them"
        )
    return np.rint(pixels * np.float32(top) if most <= 1 else pixels).astype(dtype)


def to_image(picture: Picture, background: str = "white") -> Image.Image:
    """An 8-bit grey (``L``) or colour (``RGB``) image for a screen.

    Raises:
        DataError: neither 1, 3 nor opacity and these, or floats in no range.
    """
    bare = picture.pixels.shape[2] - picture.alpha
    pixels = to_depth(to_channels(picture, 1 if bare == 1 else 3, background), "uint8")
    return Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
