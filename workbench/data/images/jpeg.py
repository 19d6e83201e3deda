"""JPEG: its header, and the fast way to its pixels."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from workbench.data.images.orientation import read_orientation, upright
from workbench.data.images.pixels import Picture, check_size
from workbench.errors import DataError

Target = Callable[[tuple[int, int]], tuple[int, int]]

_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE = 0xC2
_PLAIN_FRAMES = (0xC0, 0xC1, _PROGRESSIVE)  # the others: baseline, extended
_SCAN = 0xDA
# Each scan of a progressive image passes over all of it: a few kilobytes could take minutes.
_MOST_WORK = 2_000_000_000
# What the decoder says of an image of which a part is missing or wrong. Its other complaints,
# padding before a marker say, leave the image whole.
_DAMAGES = ("remature end", "bad Huffman code", "instead of RST")


class Header(NamedTuple):
    """What a JPEG says of itself before its pixels; width and height as stored.

    Attributes:
        plain: one or three components of 8 bits in the usual colours.
        scans: the pixels come in several passes.
    """

    width: int
    height: int
    components: int
    plain: bool
    orientation: int
    scans: bool


def decode_jpeg(data: bytes, target: Target | None = None) -> Picture | None:
    """Decode a grey or colour JPEG, upright.

    Args:
        data: the file's bytes.
        target: from the image's upright width and height to those it will be scaled to. While
            twice that remains, the image is decoded at 1/2, 1/4 or 1/8 by its cosine transform.

    Returns:
        None for what needs a more patient decoder: CMYK, 12 bits, an odd header.

    Raises:
        DataError: damaged or too large; the message is the reason alone.
    """
    header = read_header(data)
    if header is None:
        return None
    width, height = header.width, header.height
    check_size(width, height, header.components)
    if header.scans:
        check_scans(data, width, height)
    if not header.plain:
        return None
    import simplejpeg

    turned = header.orientation >= 5
    size = (height, width) if turned else (width, height)
    divisor = 1 if target is None else _divisor(size, target(size))
    try:
        pixels = simplejpeg.decode_jpeg(
            data,
            "GRAY" if header.components == 1 else "RGB",
            min_height=-(-height // divisor) if divisor > 1 else 0,
            min_width=-(-width // divisor) if divisor > 1 else 0,
        )
    except ValueError as error:
        if any(damage in str(error) for damage in _DAMAGES):
            raise DataError(f"damaged ({error})") from None
        return None
    if header.orientation != 1:
        pixels = upright(pixels, header.orientation)
    return Picture(pixels, False, size)


def check_scans(data: bytes, width: int, height: int) -> None:
    """Refuse a JPEG that would be passed over for minutes.

    Raises:
        DataError: the message is the reason alone.
    """
    # Inside a scan such a pair of bytes cannot occur.
    if width * height * data.count(b"\xff\xda") > _MOST_WORK:
        raise DataError("a JPEG of too many scans")


def _divisor(size: tuple[int, int], target: tuple[int, int]) -> int:
    """The largest of 8, 4, 2 and 1 that leaves twice the target."""
    spare = min(size[0] // target[0], size[1] // target[1])
    return 8 if spare >= 16 else 4 if spare >= 8 else 2 if spare >= 4 else 1


def read_header(data: bytes) -> Header | None:
    """Walk over the segments up to the first scan; None where they are not as usual."""
    orientation, transform, frame = 1, -1, None
    position, end = 2, len(data)
    while position + 4 <= end and data[position] == 0xFF:
        marker = data[position + 1]
        length = data[position + 2] << 8 | data[position + 3]
        if marker == 0xFF:  # padding
            position += 1
            continue
        if marker == _SCAN:
            together = data[position + 4 : position + 5]
            break
        if position + 2 + length > end:
            return None
        body = position + 4
        if marker in _FRAMES:
            if length < 8 or frame is not None:
                return None
            frame = (marker, data[body : body + 6])
        elif marker == 0xE1 and data[body : body + 6] == b"Exif\0\0":
            orientation = read_orientation(data[body : position + 2 + length])
        elif marker == 0xE1 and b"Orientation" in data[body : position + 2 + length]:
            return None  # told in XMP
        elif marker == 0xEE and data[body : body + 5] == b"Adobe" and length >= 14:
            transform = data[body + 11]
        position += 2 + length
    else:
        return None
    if frame is None:
        return None
    marker, (precision, *sides, components) = frame
    height, width = sides[0] << 8 | sides[1], sides[2] << 8 | sides[3]
    plain = marker in _PLAIN_FRAMES and precision == 8
    plain = plain and (components == 1 or (components == 3 and transform in (-1, 1)))
    scans = marker == _PROGRESSIVE or together != bytes((components,))
    return Header(width, height, components, plain, orientation, scans)
