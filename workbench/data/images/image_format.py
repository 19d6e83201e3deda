"""What the network will see: size, colour and resizing, of a dataset and of one image alike."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageColor

from workbench.data.images.decode import decode, read_bytes
from workbench.data.images.other_formats import from_image
from workbench.data.images.pixels import DTYPES, Picture, from_array, to_channels, to_depth
from workbench.data.images.resample import RESAMPLES
from workbench.data.images.resize import FILLS, MODES, resize, scaled_size
from workbench.errors import InvalidValue
from workbench.validation import Configuration, check_choice, check_whole

_MOST_SIDE = 8192
_MOST_CHANNELS = 64
_COLOURS = {1: "grey", 3: "colour"}
_DEPTHS = {"uint16": ", 16 bits", "float32": ", floats"}


@dataclass(frozen=True)
class ImageFormat(Configuration):
    """Size, colour and depth of a dataset's images.

    Attributes:
        width, height: pixels.
        channels: 3 for colour, 1 for grey; other numbers are kept as they come, up to 64.
        resize: ``squash``, ``crop``, ``fill`` or ``half-crop``.
        fill: what padding consists of: ``noise``, ``constant``, ``edge`` or ``mean``.
        dtype: ``uint8``; ``uint16`` and ``float32`` keep what 16-bit and float images hold.
            How depths become one another stands in ``workbench/data/images/pixels.py``.
        resample: ``bilinear``, ``nearest``, ``area``, ``bicubic`` or ``lanczos``, as
            ``workbench/data/images/resample.py`` defines them.
        background: the colour on which transparent images are laid, by name or as ``#202020``.

    Raises:
        InvalidValue: a field is out of range.
    """

    width: int = 256
    height: int = 256
    channels: int = 3
    resize: str = "squash"
    fill: str = "noise"
    dtype: str = "uint8"
    resample: str = "bilinear"
    background: str = "white"

    def __post_init__(self) -> None:
        check_whole("width", self.width, 1, _MOST_SIDE, "pixels")
        check_whole("height", self.height, 1, _MOST_SIDE, "pixels")
        check_whole("channels", self.channels, 1, _MOST_CHANNELS)
        check_choice("resize", self.resize, MODES)
        check_choice("fill", self.fill, FILLS)
        check_choice("dtype", self.dtype, DTYPES)
        check_choice("resample", self.resample, RESAMPLES)
        _check_colour(self.background)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width and channels of one image."""
        return self.height, self.width, self.channels

    def describe(self) -> str:
        """As people say it: ``28×28 grey``, ``64×64 of 8 channels, 16 bits``."""
        colour = _COLOURS.get(self.channels, f"of {self.channels} channels")
        return f"{self.width}×{self.height} {colour}{_DEPTHS.get(self.dtype, '')}"

    def scaled(self, size: tuple[int, int]) -> tuple[int, int]:
        """Width and height to which an image of that size is scaled before it is cut or padded."""
        return scaled_size(size, (self.width, self.height), self.resize)


def _check_colour(name: object) -> None:
    try:
        opaque = len(ImageColor.getrgb(str(name))) == 3 and isinstance(name, str)
    except ValueError:
        opaque = False
    if not opaque:
        raise InvalidValue(
            f"background must be a colour such as white or #202020, got {str(name)[:40]!r}"
        )


def read_image(
    content: bytes | np.ndarray, image: ImageFormat, seed: int = 0
) -> tuple[np.ndarray, tuple[int, int]]:
    """Bring an image file's bytes, or an array, into a format.

    Args:
        content: the file's bytes, or numbers ``(height, width[, channels])``.
        image: the format.
        seed: what padding noise follows from.

    Returns:
        Pixels ``(height, width, channels)`` of the format's dtype, and the original's width and
        height when upright.

    Raises:
        DataError: it cannot be read, or not in that format; the message is the reason alone.
        MissingExtra: it takes a library that is not installed.
    """
    if isinstance(content, np.ndarray):
        picture = from_array(content)
    else:
        # The nearest pixel is one of the original's, so none may be averaged before.
        target = image.scaled if image.resample != "nearest" else None
        picture = decode(content, target)
    return _fit(picture, image, seed), picture.size


def load_image(
    source: str | os.PathLike[str] | bytes, image: ImageFormat, seed: int = 0
) -> np.ndarray:
    """Read one image file in that format; ``(height, width, channels)`` of its dtype.

    Raises:
        NotFound: there is no such file.
        DataError: it cannot be read; the message is the reason alone.
        MissingExtra: it takes a library that is not installed.
    """
    return read_image(read_bytes(source), image, seed)[0]


def convert(picture: Image.Image | np.ndarray, image: ImageFormat, seed: int = 0) -> np.ndarray:
    """Bring a decoded picture into that format; ``(height, width, channels)`` of its dtype.

    Raises:
        DataError: its channels or values do not fit; the message is the reason alone.
    """
    if isinstance(picture, Image.Image):
        return _fit(from_image(picture), image, seed)
    return _fit(from_array(picture), image, seed)


def _fit(picture: Picture, image: ImageFormat, seed: int) -> np.ndarray:
    pixels = to_depth(to_channels(picture, image.channels, image.background), image.dtype)
    return resize(pixels, image.width, image.height, image.resize, image.fill, seed, image.resample)
