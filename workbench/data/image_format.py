"""What the network will see: size, colour and resizing, of a dataset and of one image alike."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np
from PIL import Image

from workbench.data.decode import open_image, read_bytes
from workbench.data.resize import FILLS, MODES, resize
from workbench.validation import Configuration, check_choice, check_whole

_MOST_SIDE = 8192


@dataclass(frozen=True)
class ImageFormat(Configuration):
    """Size and colour of a dataset's images.

    Attributes:
        width, height: pixels.
        channels: 3 for colour, 1 for grey.
        resize: ``squash``, ``crop``, ``fill`` or ``half-crop``.
        fill: what padding consists of: ``noise``, ``constant``, ``edge`` or ``mean``.

    Raises:
        InvalidValue: a field is out of range.
    """

    width: int = 256
    height: int = 256
    channels: int = 3
    resize: str = "squash"
    fill: str = "noise"

    def __post_init__(self) -> None:
        check_whole("width", self.width, 1, _MOST_SIDE, "pixels")
        check_whole("height", self.height, 1, _MOST_SIDE, "pixels")
        check_choice("channels", self.channels, (1, 3))
        check_choice("resize", self.resize, MODES)
        check_choice("fill", self.fill, FILLS)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width and channels of one image."""
        return self.height, self.width, self.channels

    def describe(self) -> str:
        """As people say it: ``28×28 grey``."""
        return f"{self.width}×{self.height} {'grey' if self.channels == 1 else 'colour'}"


def load_image(
    source: str | os.PathLike[str] | bytes, image: ImageFormat, seed: int = 0
) -> np.ndarray:
    """Read one image file in that format; uint8 ``(height, width, channels)``.

    Raises:
        NotFound: there is no such file.
        DataError: it cannot be read; the message is the reason alone.
    """
    # Twice the size wanted, so that the last reduction still averages.
    enough = (2 * image.width, 2 * image.height) if image.resize == "squash" else None
    return convert(open_image(read_bytes(source), enough), image, seed)


def convert(picture: Image.Image, image: ImageFormat, seed: int = 0) -> np.ndarray:
    """Bring a decoded picture into that format; uint8 ``(height, width, channels)``."""
    mode = "L" if image.channels == 1 else "RGB"
    if picture.mode != mode:
        picture = picture.convert(mode)
    return resize(picture, image.width, image.height, image.resize, image.fill, seed)
