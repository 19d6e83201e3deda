"""From a file to pixels: what is an image, what is refused, and why.

A plain JPEG or PNG takes a fast way (``jpeg.py``, ``png.py``), an array its own (``npy.py``), a
TIFF of many bits or channels another (``tiff.py``); everything else goes through Pillow
(``other_formats.py``). Which way was taken shows in the time alone.
"""

from __future__ import annotations

import os
import stat

from PIL import Image

from workbench.data.images import npy, png, tiff
from workbench.data.images.jpeg import Target, decode_jpeg
from workbench.data.images.other_formats import decode_other
from workbench.data.images.pixels import MAX_PIXELS, Picture, to_image
from workbench.errors import DataError, NotFound

__all__ = ["MAX_BYTES", "MAX_PIXELS", "SUFFIXES", "decode", "open_image", "read_bytes"]

SUFFIXES = frozenset(
    (
        ".png",
        ".jpg",
        ".jpeg",
        ".bmp",
        ".ppm",
        ".pgm",
        ".pbm",
        ".gif",
        ".webp",
        ".tif",
        ".tiff",
        ".npy",
    )
)
MAX_BYTES = 1 << 30
# What most images are smaller than; the allocator keeps so much at hand.
_FIRST = 120_000


def read_bytes(source: str | os.PathLike[str] | bytes) -> bytes:
    """The bytes of an image file.

    Raises:
        NotFound: there is no such file.
        DataError: it is not a file, empty, too large or unreadable.
    """
    data = source if isinstance(source, bytes) else _read_file(os.fspath(source))
    if not data:
        raise DataError("empty file")
    return data


def _read_file(path: str) -> bytes:
    try:
        # Without waiting: a pipe without a writer would otherwise be waited for without end.
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            data = os.read(file, _FIRST)
            # Most images are whole by then; for the others it is looked what one has before one.
            return data if 0 < len(data) < _FIRST else _read_rest(file, data)
        finally:
            os.close(file)
    except FileNotFoundError:
        raise NotFound(f"there is no file {path}") from None
    except OSError as error:
        raise DataError(error.strerror or str(error)) from error
    except ValueError as error:  # a NUL in the path
        raise NotFound(f"there is no file {path!r}") from error


def _read_rest(file: int, data: bytes) -> bytes:
    status = os.fstat(file)
    if not stat.S_ISREG(status.st_mode):
        raise DataError("a folder or a device, not a file")
    if status.st_size > MAX_BYTES:
        raise DataError("larger than 1 GiB")
    parts, size = [data], len(data)
    while size < status.st_size and (more := os.read(file, status.st_size - size)):
        parts.append(more)
        size += len(more)
    return b"".join(parts)


def decode(data: bytes, target: Target | None = None) -> Picture:
    """Decode a whole image, upright, with its own depth, channels and opacity.

    Of an animation or a file of many pages the first image is taken.

    Args:
        data: the file's bytes.
        target: from the image's width and height to those it will be scaled to; a JPEG may then
            be decoded smaller, though at least twice as large as that.

    Raises:
        DataError: not an allowed image, damaged, or too large; the message is the reason alone.
        MissingExtra: it takes a library that is not installed.
    """
    picture = None
    if data[:2] == b"\xff\xd8":
        picture = decode_jpeg(data, target)
    elif data[:8] == png.SIGNATURE:
        picture = png.decode_png(data)
    elif data[:6] == npy.MAGIC:
        return npy.decode_npy(data)
    elif data[:4] in tiff.SIGNATURES:
        picture = tiff.decode_tiff(data)
    elif not data:
        raise DataError("empty file")
    return picture or decode_other(data)


def open_image(data: bytes, background: str = "white") -> Image.Image:
    """Decode a whole image as grey (``L``) or colour (``RGB``) of 8 bits, to be looked at.

    Raises:
        DataError: as :func:`decode`, or it has another number of channels.
    """
    return to_image(decode(data), background)
