"""TIFF: what Pillow would cut down to 8 bits, or cannot read at all."""

from __future__ import annotations

import contextlib
import io
import logging
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from PIL import TiffImagePlugin

from workbench.data.images.opencv import opencv
from workbench.data.images.orientation import upright
from workbench.data.images.other_formats import decode_other
from workbench.data.images.pixels import Picture, check_size, from_array
from workbench.errors import DataError, MissingExtra

SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_UNSIGNED, _SIGNED, _FLOAT = 1, 2, 3
_ASSOCIATED, _UNASSOCIATED = 1, 2  # opacity that colours were multiplied with, or not
_GREY, _COLOUR = (0, 1), 2
_WHITE_IS_ZERO = 0


class ReaderMissing(MissingExtra, DataError):
    """A file that takes a library that is not installed: of a data set's many an unreadable one."""


class Layout(NamedTuple):
    """What the first page says of itself.

    Attributes:
        bits, sample: of one channel: how many, and what number they are.
        colour: what the channels stand for.
        extra: what the channel after the colours is.
        together: a pixel's channels lie side by side.
    """

    width: int
    height: int
    channels: int
    bits: int
    sample: int
    colour: int
    orientation: int
    extra: int
    together: bool

    @property
    def alpha(self) -> bool:
        """Whether the last channel is opacity."""
        return self.channels in (2, 4) and self.extra in (_ASSOCIATED, _UNASSOCIATED)

    @property
    def negative(self) -> bool:
        """Whether 0 is white in grey of 16 bits, which no library turns round."""
        grey = self.colour == _WHITE_IS_ZERO and self.channels - self.alpha == 1
        return grey and (self.bits, self.sample) == (16, _UNSIGNED)

    @property
    def usual(self) -> bool:
        """Whether Pillow reads all of it."""
        if self.channels == 1:
            return self.bits <= 32 and (self.bits, self.sample) not in (
                (8, _SIGNED),
                (16, _FLOAT),
                (32, _UNSIGNED),
            )
        named = self.colour not in _GREY or self.alpha
        return self.channels <= 4 and self.bits <= 8 and named


def decode_tiff(data: bytes) -> Picture | None:
    """Decode the first page where it has more than 8 bits a channel, or more than four channels.

    Returns:
        None for the usual ones, which Pillow reads whole and as they are meant.

    Raises:
        DataError: damaged, too large or unknown; the message is the reason alone.
        ReaderMissing: many channels need another library.
    """
    layout = _read_layout(data)
    if layout.usual and not layout.negative:
        return None
    if layout.usual and data[:2] == b"II":  # the only byte order in which Pillow reads these
        return _positive(decode_other(data))
    array = _by_opencv(data, layout)
    if array is None:
        array = _by_tifffile(data)
    pixels = upright(from_array(array).pixels, layout.orientation)
    if layout.alpha and layout.extra == _ASSOCIATED:
        pixels = _unassociated(pixels)
    picture = Picture(pixels, layout.alpha, (pixels.shape[1], pixels.shape[0]))
    return _positive(picture) if layout.negative else picture


def _positive(picture: Picture) -> Picture:
    """Turn a negative of 16 bits round; opacity stays."""
    pixels = picture.pixels.copy()
    pixels[..., 0] = 65535 - pixels[..., 0]
    return picture._replace(pixels=pixels)


def _read_layout(data: bytes) -> Layout:
    try:
        file = io.BytesIO(data)
        start = file.read(16 if data[2:3] == b"+" or data[3:4] == b"+" else 8)
        tags = TiffImagePlugin.ImageFileDirectory_v2(start)
        file.seek(tags.next)
        tags.load(file)
        width, height = int(tags[256]), int(tags[257])
        channels = int(tags.get(277, 1))
        bits = int(max(_many(tags.get(258, 1))))
        sample = int(_many(tags.get(339, 1))[0])
        colour = int(tags.get(262, 1))
        turned = tags.get(274, 1)
        extra = int(_many(tags.get(338, 0))[0])
        together = tags.get(284, 1) == 1
        pieces = list(zip(_places(tags, 273, 324), _places(tags, 279, 325), strict=False))
    except Exception as error:  # a directory of nonsense may fail anywhere
        raise DataError(f"damaged ({type(error).__name__} in the TIFF directory)") from None
    if not 1 <= channels <= 65535 or not 1 <= bits <= 64:
        raise DataError(f"{channels} channels of {bits} bits")
    check_size(width, height, channels * -(-bits // 8))
    if any(place + length > len(data) for place, length in pieces):
        raise DataError("damaged (truncated)")
    turned = turned if isinstance(turned, int) and 1 <= turned <= 8 else 1
    return Layout(width, height, channels, bits, sample, colour, turned, extra, together)


def _many(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def _places(tags: Any, strips: int, tiles: int) -> tuple[Any, ...]:
    return _many(tags.get(strips, tags.get(tiles, ())))


def _by_opencv(data: bytes, layout: Layout) -> np.ndarray | None:
    cv2 = opencv()

    known = (layout.bits, layout.sample) in ((16, _UNSIGNED), (32, _FLOAT))
    colours = layout.channels in (3, 4) and layout.colour == _COLOUR and layout.together
    # It would turn the image itself.
    if not known or not colours or layout.orientation != 1:
        return None
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None
    shape = (layout.height, layout.width, layout.channels)
    if pixels is None or pixels.shape != shape or pixels.dtype.itemsize * 8 != layout.bits:
        return None
    order = cv2.COLOR_BGR2RGB if layout.channels == 3 else cv2.COLOR_BGRA2RGBA
    return cv2.cvtColor(pixels, order)


def _by_tifffile(data: bytes) -> np.ndarray:
    """The first page's numbers ``(height, width[, channels])``, whatever they stand for.

    Raises:
        DataError: they cannot be read.
        ReaderMissing: the library for this is not installed.
    """
    try:
        import tifffile
    except ImportError:
        raise ReaderMissing(
            "TIFF images of this kind need tifffile; run pip install 'jupyter-workbench[tiff]'"
        ) from None
    try:
        with _unlogged("tifffile"), tifffile.TiffFile(io.BytesIO(data)) as file:
            page = file.pages.first
            array = page.asarray()
            separate = page.axes == "SYX"
    except Exception as error:  # a damaged file may fail in any way
        lines = str(error).splitlines() or [type(error).__name__]
        raise DataError(f"damaged or of an unknown kind ({lines[0][:80]})") from error
    return np.moveaxis(array, 0, -1) if separate else array


@contextlib.contextmanager
def _unlogged(name: str) -> Iterator[None]:
    """Keep a library's complaints out of the log: the reason goes to the report."""
    logger = logging.getLogger(name)
    disabled, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = disabled


def _unassociated(pixels: np.ndarray) -> np.ndarray:
    """Divide colours by the opacity they were multiplied with."""
    top = 1 if pixels.dtype == np.float32 else np.iinfo(pixels.dtype).max
    opacity = pixels[..., -1:].astype(np.float32) / np.float32(top)
    colours = pixels[..., :-1] / np.where(opacity > 0, opacity, np.inf)
    if pixels.dtype != np.float32:
        colours = np.rint(np.clip(colours, 0, top))
    return np.concatenate([colours.astype(pixels.dtype), pixels[..., -1:]], axis=-1)
